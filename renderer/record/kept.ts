/** What was recorded so far, where a reload does not lose it. */
import type { Recording } from '../../electron/core/recorder/recorded.js'

export interface Kept extends Recording {
  /** Id of the document. */
  readonly lab: string
}

const key = 'vethlab.recording'

/** Null: nothing is stored, or nothing that can be read. */
export function readKept(store: Storage): Kept | null {
  try {
    return JSON.parse(store.getItem(key) ?? 'null') as Kept | null
  } catch {
    return null
  }
}

export function writeKept(store: Storage, kept: Kept | null): void {
  try {
    if (kept === null) store.removeItem(key)
    else store.setItem(key, JSON.stringify(kept))
  } catch {
    // Too big or forbidden: then a reload ends it, and must not find an older one.
    store.removeItem(key)
  }
}
