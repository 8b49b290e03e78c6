/**
 * Puts sysctls of the machine's own namespace back. Writing one changes others along, so what all of them are to be is
 * worked out, and written ahead, before the first is touched; and each is looked at again at the end.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { sysctlPath } from '../../core/lab/sysctl.js'
import type { Folded, FoldedSysctl } from './fold.js'
import type { Undoing } from './undo.js'
import type { JournalWriter } from './writer.js'

export function undoSysctls(made: Folded, writer: JournalWriter, result: Undoing): void {
  if (made.set.size === 0) return
  const targets = made.targets ?? aim(made, result)
  if (!made.targets) writer.append({ op: 'restore', targets: Object.fromEntries(targets) })
  // First those that we set, last set first; then what the kernel has changed along or not changed back.
  const refused = new Map<string, string>()
  for (const key of [...made.set.keys()].reverse()) put(key, targets, result, refused)
  for (const key of targets.keys()) put(key, targets, result, refused)
  // What was refused may have come back along with another key.
  for (const [key, words] of refused) {
    const [target, now] = [targets.get(key), read(key)]
    if (target !== undefined && now !== null && !sameValue(now, target)) result.refused.push(words)
  }
}

/** A key that holds what we made of it goes back to what it was; anything else somebody has chosen since, and stays. */
function aim(made: Folded, result: Undoing): Map<string, string> {
  const targets = new Map<string, string>()
  const aimAt = (key: string, { before, ours }: FoldedSysctl): string | null => {
    const now = read(key)
    if (now === null) return null
    const target = ours.some((value) => sameValue(value, now)) ? before : now
    targets.set(key, target)
    return sameValue(target, now) && !sameValue(now, before) ? now : null
  }
  for (const [key, folded] of made.set) {
    const chosen = aimAt(key, folded)
    if (chosen !== null) result.kept.push(`${key} is ${chosen}, which somebody else has set since`)
  }
  for (const [key, folded] of made.along) aimAt(key, folded)
  return targets
}

function put(key: string, targets: ReadonlyMap<string, string>, result: Undoing, refused: Map<string, string>): void {
  const target = targets.get(key)
  const now = read(key)
  // It went with the interface that it was about.
  if (target === undefined || now === null || sameValue(now, target)) return
  const text = `sysctl -w ${key}=${target.replace(/\s+/g, ' ')}`
  try {
    writeFileSync(`/proc/sys/${sysctlPath(key) ?? ''}`, `${target}\n`)
    result.undone.push(text)
  } catch (error) {
    refused.set(key, `${text}: ${reasonOf(error)}`)
  }
}

/** Without the path, which the command says already: `EROFS: read-only file system`. */
const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/, (?:open|write)\b.*$/, '') : String(error)

/** Of the process's own namespace, which is the machine's; null where there is no such key. */
function read(key: string): string | null {
  const path = sysctlPath(key)
  try {
    return path === null ? null : readFileSync(`/proc/sys/${path}`, 'utf8').trimEnd()
  } catch {
    return null
  }
}

/** The kernel prints fields parted by tabs; people type blanks. */
const sameValue = (a: string, b: string): boolean => a.trim().split(/\s+/).join(' ') === b.trim().split(/\s+/).join(' ')
