/**
 * Brings an item to the top of its own list. `scrollIntoView` is no way to do it: it scrolls everything around the list,
 * too, up to the window, and what hides its overflow comes back by nothing.
 */
export function scrollToTop(list: HTMLElement, item: Element): void {
  const room = parseFloat(getComputedStyle(list).paddingTop)
  list.scrollTop += item.getBoundingClientRect().top - list.getBoundingClientRect().top - room
}

/** Scrolls a list as little as shows an item, from its top where it is larger than the list. */
export function showInList(list: Element, item: Element): void {
  const [own, around] = [item.getBoundingClientRect(), list.getBoundingClientRect()]
  if (own.top < around.top) list.scrollTop += own.top - around.top
  else if (own.bottom > around.bottom) list.scrollTop += Math.min(own.bottom - around.bottom, own.top - around.top)
}

/** Scrolls a strip of tabs as little as shows the whole of one. */
export function showInStrip(strip: HTMLElement, item: Element): void {
  const [own, around] = [item.getBoundingClientRect(), strip.getBoundingClientRect()]
  if (own.left < around.left) strip.scrollLeft += own.left - around.left
  else if (own.right > around.right) strip.scrollLeft += own.right - around.right
}
