/** All that stands and the lab does not say, taken into the lab. */
import type { Lab } from '../lab/lab.js'
import { normalise } from '../lab/normalise.js'
import { parseSource } from '../lab/parse.js'
import type { Problem } from '../lab/problem.js'
import type { LabSource } from '../lab/source.js'
import type { LiveState } from '../live/state.js'
import { changeSource } from './change.js'
import type { Difference } from './difference.js'
import { keepChanges } from './keep.js'

/**
 * @param unkept what of the network the lab, as it is by then, does not say
 * @returns the lab with all that could be kept; of what could not, the first reason each
 */
export function keepAll(
  source: LabSource,
  live: LiveState,
  unkept: (lab: Lab) => readonly Difference[],
): { readonly source: LabSource; readonly problems: readonly Problem[] } {
  /** By id: what hangs on another one may be kept with it, and otherwise not at all. */
  const tried = new Set<string>()
  const problems: Problem[] = []
  const isNamespace = ({ steps }: Difference): boolean => steps[0]?.step.op === 'namespace-delete'
  let kept = source
  for (;;) {
    const { lab, labFile } = parseSource(kept, '')
    const left = labFile ? unkept(lab ?? normalise(labFile)).filter(({ id }) => !tried.has(id)) : []
    // A cable has its place in the lab when both of its ends have.
    const next = left.find(isNamespace) ?? left[0]
    if (!labFile || !next) return { source: kept, problems }
    tried.add(next.id)
    const changed = changeSource(kept, keepChanges(labFile, next, live), 'meaning')
    if (changed.ok) kept = changed.source
    else problems.push(...changed.problems.slice(0, 1))
  }
}
