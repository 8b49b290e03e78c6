/** Finds the known name that a mistyped one most likely means. */

/** Longer words are compared by their first part only: the distance costs the product of both lengths. */
const maxCompared = 64
/** Names looked at; a lab may have thousands of namespaces and as many mistakes. */
const maxCandidates = 2000

/** Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, replacements, neighbours swapped. */
export function editDistance(left: string, right: string): number {
  const [a, b] = [left.slice(0, maxCompared), right.slice(0, maxCompared)]
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (before[j - 2] ?? 0) + 1)
      }
      row.push(best)
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}

/** The nearest candidate, if it is near enough to be a slip of the fingers: a third of its letters, at least one. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null
  let distance = Infinity
  let looked = 0
  for (const candidate of candidates) {
    if (++looked > maxCandidates) break
    const limit = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3))
    if (Math.abs(word.length - candidate.length) > limit) continue
    const d = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (d <= limit && d < distance) {
      best = candidate
      distance = d
    }
  }
  return best
}

/** `Did you mean "ns0"?`, or null. */
export function didYouMean(word: string, candidates: Iterable<string>): string | null {
  const name = nearest(word, candidates)
  return name === null ? null : `Did you mean "${name}"?`
}
