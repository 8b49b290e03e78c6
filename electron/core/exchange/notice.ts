/** What an import leaves out, with its place: one warning each, never the same one twice. */
import { quote } from '../lab/describe.js'
import { sentences } from '../lab/finding.js'
import type { PlacedProblem } from '../lab/problem.js'
import { inEnglish, said, type Said } from '../words/said.js'
import type { Sources } from './sources.js'

export interface Notice {
  /** One sentence that names the thing. */
  readonly message: Said
  /** The next step, or null where none is certain. */
  readonly hint: Said | null
  /** It is about a program that may have nothing to do with the network. */
  readonly program?: true
}

/** @param why a clause; without it there are no words for the thing */
export const leftOutFor = (name: string, why: Said = said`a lab file has no words for it`): Said =>
  said`${quote(name)} is left out: ${why}.`

/** Says something about the place with this offset (UTF-16 units). */
export type Tell = (offset: number, notice: Notice) => void

export interface Notices {
  readonly tell: Tell
  /** In the order of the text. */
  list(): readonly PlacedProblem[]
}

/** Notices that are told; a text with more of them has one cause: it is something else than it was taken for. */
const maxNotices = 200

export function collectNotices(sources: Sources): Notices {
  const seen = new Set<string>()
  const found: { readonly offset: number; readonly notice: Notice }[] = []
  let more = 0
  return {
    tell(offset, notice) {
      // A line in a loop is left out once for each of its rounds.
      const key = `${offset} ${inEnglish(notice.message)}`
      if (seen.has(key)) return
      if (found.length === maxNotices) {
        more += 1
        return
      }
      seen.add(key)
      found.push({ offset, notice })
    },
    list() {
      const place = (offset: number, { message, hint, program }: Notice): PlacedProblem => {
        const code = program ? 'left-out-program' : 'left-out'
        return { severity: 'warning', code, path: [], ...sentences(message, hint), ...sources.placeOf(offset) }
      }
      const listed = found.toSorted((a, b) => a.offset - b.offset).map(({ offset, notice }) => place(offset, notice))
      const [last] = listed.slice(-1)
      if (more === 0 || !last) return listed
      return [...listed, { ...last, ...sentences(said`More is left out: ${more} more places, not listed.`, null) }]
    },
  }
}
