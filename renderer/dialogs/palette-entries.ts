/** What the palette offers for what has been typed: only what matches, the best first, and nothing harmful unasked. */

export interface Entry {
  /** Unique; begins with what it is. */
  readonly id: string
  readonly label: string
  /** By which it is found, too. */
  readonly words: string
  readonly keys?: string | undefined
  /** Shown beside the label, and found by, too. */
  readonly detail?: string
  /** What stands, or the lab, is another afterwards. */
  readonly changes: boolean
  run(): void
}

/** More nobody reads; whoever wants another one types on. */
const most = 100

/** How well a word fits, from 0: it does not, to 3: it is one of the entry's words. */
function fit(word: string, text: string): number {
  const at = text.indexOf(word)
  if (at === -1) return 0
  const words = text.split(/[^\p{L}\p{N}.-]+/u)
  if (words.includes(word)) return 3
  return words.some((each) => each.startsWith(word)) ? 2 : 1
}

/** Every word that was typed must be in an entry. With nothing typed, what changes nothing comes first. */
export function find(entries: readonly Entry[], typed: string): readonly Entry[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const ranked = entries.flatMap((entry) => {
    const text = `${entry.label} ${entry.words} ${entry.detail ?? ''}`.toLowerCase()
    const fits = words.map((word) => fit(word, text))
    const rank = words.length === 0 ? Number(!entry.changes) : Math.min(...fits) * 10 + Math.max(...fits)
    return words.length > 0 && fits.includes(0) ? [] : [{ entry, rank }]
  })
  // Sorting is stable: equals stay in the order of the list.
  return ranked
    .sort((a, b) => b.rank - a.rank)
    .slice(0, most)
    .map(({ entry }) => entry)
}
