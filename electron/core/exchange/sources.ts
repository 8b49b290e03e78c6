/** Texts of several files as one run of offsets, so that what is said of any of them has its place. */
import { lineIndex, type Place } from '../lab/place.js'

export class Sources {
  readonly #files: { readonly name: string; readonly start: number; readonly placeOf: (offset: number) => Place }[] = []
  #end = 0

  /** @returns the offset at which the text begins */
  add(name: string, text: string): number {
    const start = this.#end
    this.#files.push({ name, start, placeOf: lineIndex(text) })
    // One more, so that the end of a text is no place of the next one.
    this.#end += text.length + 1
    return start
  }

  placeOf(offset: number): Place & { readonly file: string } {
    const file = this.#files.findLast(({ start }) => start <= offset)
    if (!file) throw new Error('a place is of a text that was added')
    return { file: file.name, ...file.placeOf(offset - file.start) }
  }
}

/** Of one file alone. */
export function oneSource(name: string, text: string): Sources {
  const sources = new Sources()
  sources.add(name, text)
  return sources
}
