/** Finds the known name that a mistyped one most likely means. */
import { inEnglish, said, type Said } from '../words/said.js'

/** Longer words are compared by their first part only: the distance costs the product of both lengths. */
const maxCompared = 64
/** Names looked at; a lab may have thousands of namespaces and as many mistakes. */
const maxCandidates = 2000

/**
 * Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, replacements, neighbours swapped.
 * Anything above `limit` is given as Infinity, and found out early.
 */
export function editDistance(left: string, right: string, limit = Infinity): number {
  let start = 0
  while (start < left.length && start < right.length && left[start] === right[start]) start++
  const [a, b] = [left.slice(start, start + maxCompared), right.slice(start, start + maxCompared)]
  if (Math.abs(a.length - b.length) > limit) return Infinity
  let before = new Uint8Array(b.length + 1)
  let last = Uint8Array.from({ length: b.length + 1 }, (_, j) => j)
  let row = new Uint8Array(b.length + 1)
  for (let i = 1; i <= a.length; i++) {
    let least = i
    row[0] = i
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (before[j - 2] ?? 0) + 1)
      }
      row[j] = best
      least = Math.min(least, best)
    }
    // Distances in later rows come from this one or, by a swap, from the one before it.
    if (least > limit + 1) return Infinity
    ;[before, last, row] = [last, row, before]
  }
  const distance = last[b.length] ?? 0
  return distance <= limit ? distance : Infinity
}

/** The nearest candidate, if it is near enough to be a slip of the fingers: a third of its letters, at least one. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null
  let distance = Infinity
  let looked = 0
  const lower = word.toLowerCase()
  for (const candidate of candidates) {
    if (++looked > maxCandidates) break
    const limit = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3))
    if (Math.abs(word.length - candidate.length) > limit) continue
    const d = editDistance(lower, candidate.toLowerCase(), Math.min(limit, distance))
    if (d < distance) {
      best = candidate
      distance = d
    }
  }
  return best
}

/** The same in English, for the command line. */
export function didYouMeanText(word: string, candidates: Iterable<string>): string | null {
  const meant = didYouMean(word, candidates)
  return meant && inEnglish(meant)
}

/** `Did you mean "ns0"?`, or null. */
export function didYouMean(word: string, candidates: Iterable<string>): Said | null {
  const name = nearest(word, candidates)
  return name === null ? null : said`Did you mean "${name}"?`
}
