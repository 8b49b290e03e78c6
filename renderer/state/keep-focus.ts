/**
 * The keyboard is never nowhere. When what has the focus is taken away (a panel that changes, a button that turns into
 * another, a dialog that was opened from a menu), the focus goes to the region it was in, or to the picture: keys go on
 * working there, Tab goes on from there, and a screen reader says where it is.
 */

/** Parts that can hold the focus for what was in them; dialogs have their own care. */
const regions = '[aria-current=step], form[aria-label], aside, section[aria-label], main, [role=tablist]'

const isUsable = (element: Element): boolean =>
  element.isConnected && element.getClientRects().length > 0 && !element.matches(':disabled')

/**
 * @param home takes the focus where no region is left
 * @returns a function that ends it
 */
export function keepFocus(home: () => HTMLElement | null): () => void {
  /** What had the focus, and what it was in, from the inside out: an element that is gone no longer tells. */
  let last: { readonly element: Element; readonly around: readonly Element[] } | null = null

  function remember(event: FocusEvent): void {
    const { target } = event
    if (!(target instanceof Element)) return
    const around: Element[] = []
    for (let each = target.parentElement; each; each = each.parentElement) if (each.matches(regions)) around.push(each)
    last = { element: target, around }
  }

  function look(): void {
    const { activeElement, body } = document
    if (last === null || (activeElement !== body && activeElement !== null)) return
    // Whoever clicks beside everything has let it go on purpose.
    if (isUsable(last.element)) return
    const next = last.around.find(isUsable) ?? home()
    if (!(next instanceof HTMLElement)) return
    if (!next.hasAttribute('tabindex')) next.tabIndex = -1
    next.focus({ preventScroll: true })
  }

  let frame: number | null = null
  /** After the frame: what replaces the old may take the focus by itself, and the browser lets go of a disabled button. */
  function lookSoon(): void {
    if (document.activeElement !== document.body && !(document.activeElement?.matches(':disabled') ?? false)) return
    frame ??= requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        frame = null
        look()
      })
    })
  }

  const changes = new MutationObserver(lookSoon)
  changes.observe(document.body, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['disabled', 'hidden'],
  })
  document.addEventListener('focusin', remember)
  return () => {
    changes.disconnect()
    document.removeEventListener('focusin', remember)
    if (frame !== null) cancelAnimationFrame(frame)
  }
}
