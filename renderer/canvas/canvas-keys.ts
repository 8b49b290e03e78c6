/** Keys that act on the picture while the focus is in it. */
import type { LayerFilter } from './selection.js'

export type KeyAction = { readonly layer: LayerFilter } | { readonly zoom: 'in' | 'out' | 'fit' }

const actions: Readonly<Record<string, KeyAction>> = {
  '1': { layer: 'all' },
  '2': { layer: 'layer2' },
  '3': { layer: 'layer3' },
  '+': { zoom: 'in' },
  '=': { zoom: 'in' },
  '-': { zoom: 'out' },
}

/** What a key press asks for; null where it is none of ours, or belongs to a field. */
export function keyAction(event: KeyboardEvent): KeyAction | null {
  if (event.ctrlKey || event.altKey || event.metaKey) return null
  if ((event.target as HTMLElement).closest('input, textarea')) return null
  // Shift and 1 is another character on every layout.
  if (event.shiftKey && event.code === 'Digit1') return { zoom: 'fit' }
  return actions[event.key] ?? null
}
