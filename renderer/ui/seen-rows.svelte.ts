/**
 * Which rows of a list have come near its visible part. What is costly in a row, as a picture, is made for these alone: most
 * lists are longer than anybody scrolls, and the window should not start later with every row.
 */
import { SvelteSet } from 'svelte/reactivity'
import type { Attachment } from 'svelte/attachments'

/** How far outside the list a row counts as seen, in px: it is ready before it is scrolled to. */
const ahead = '120px 0px'

export class SeenRows {
  private readonly seen = new SvelteSet<string>()

  has(key: string): boolean {
    return this.seen.has(key)
  }

  /** To attach to the row's element, which stands in a `.scroll`. */
  watch(key: string): Attachment<HTMLElement> {
    return (row) => {
      const observer = new IntersectionObserver(
        (entries) => {
          if (!entries.some(({ isIntersecting }) => isIntersecting)) return
          observer.disconnect()
          this.seen.add(key)
        },
        { root: row.closest('.scroll'), rootMargin: ahead },
      )
      observer.observe(row)
      return () => observer.disconnect()
    }
  }
}
