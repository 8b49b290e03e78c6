/** Arrows, Home and End in a list of things that can be pressed: the focus goes from one to the next, round and round. */

/** @returns whether the key was one of these; it is used up then */
export function walkList(items: readonly HTMLElement[], event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey) return false
  const here = items.indexOf(document.activeElement as HTMLElement)
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: (here + 1) % items.length,
    ArrowUp: here <= 0 ? items.length - 1 : here - 1,
    Home: 0,
    End: items.length - 1,
  }
  const next = steps[event.key]
  if (next === undefined) return false
  items[next]?.focus()
  event.preventDefault()
  event.stopPropagation()
  return true
}
