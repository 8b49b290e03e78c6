/**
 * Changes of a lab, as edits of its text: all of a list is made, or nothing and it is said why. A list is what one gesture
 * means, and one parse.
 */
import { quote } from '../lab/describe.js'
import { editSource } from '../lab/edit.js'
import { error, toProblem } from '../lab/finding.js'
import type { Finding } from '../lab/finding.js'
import { parseSource } from '../lab/parse.js'
import type { Problem } from '../lab/problem.js'
import type { LabFile } from '../lab/schema.js'
import type { LabSource } from '../lab/source.js'
import { said } from '../words/said.js'
import { newErrors, takeAlong } from './along.js'
import { Draft } from './draft.js'
import type { Carry } from './draft.js'
import { entryOps, wholeOps } from './entry-ops.js'
import type { ChangeOp, LabChange } from './lab-change.js'
import { linkOps } from './link-ops.js'
import { namespaceOps } from './namespace-ops.js'

export type Changed =
  | { readonly ok: true; readonly source: LabSource }
  /** What the lab would have been wrong in, and is not now; nothing was changed. */
  | { readonly ok: false; readonly problems: readonly Problem[] }

/**
 * What a result may be wrong in. `nothing` new, for what a hand does; `meaning`, for what the kernel already is: a lab
 * file may say that a gateway is out of reach, if it is.
 */
export type Tolerated = 'nothing' | 'meaning'

const ops: { readonly [Op in ChangeOp]: Carry<Op> } = { ...namespaceOps, ...linkOps, ...entryOps, ...wholeOps }

/** After these, what the lab cannot say any more without what is gone goes, too. */
const removing: ReadonlySet<ChangeOp> = new Set<ChangeOp>([
  'namespace-delete',
  'link-delete',
  'veth-move',
  'address-delete',
])

/** An interface that goes down takes its routes along, in the kernel too. */
const takesAway = (change: LabChange): boolean =>
  removing.has(change.op) ||
  (change.op === 'link-up' && change.up === false) ||
  (change.op === 'unplug-set' && change.unplugged === true)

export function changeSource(
  source: LabSource,
  changes: readonly LabChange[],
  tolerated: Tolerated = 'nothing',
): Changed {
  const before = parseSource(source, '')
  // What does not follow the schema has no parts that an operation could know; its drawing it has.
  if (before.labFile === null && changes.some(({ op }) => op !== 'layout-set'))
    return { ok: false, problems: before.problems }
  const draft = new Draft(source.value)
  const refused = carryOut(draft, changes, tolerated)
  if (refused) return { ok: false, problems: [toProblem(refused)] }
  const changed = editSource(source, draft.edits)
  if (!changed) return { ok: false, problems: [toProblem(unsayable)] }
  const after = parseSource(changed, '')
  const isSayable = before.labFile === null || after.labFile !== null
  const problems =
    tolerated === 'meaning' && isSayable ? [] : newErrors(before.problems, after.problems, renames(changes))
  return problems.length > 0 ? { ok: false, problems } : { ok: true, source: changed }
}

const renames = (changes: readonly LabChange[]): ReadonlyMap<string, string> =>
  new Map(
    changes.flatMap((change): [string, string][] => {
      if (change.op === 'namespace-rename') return [[change.namespace, change.to]]
      return change.op === 'link-rename' ? [[change.name, change.to]] : []
    }),
  )

/** The first problem of any. */
function carryOut(draft: Draft, changes: readonly LabChange[], tolerated: Tolerated): Finding | null {
  let removedFrom: LabFile | null = null
  for (const change of changes) {
    if (takesAway(change)) removedFrom ??= draft.labFile
    else if (removedFrom) {
      if (tolerated === 'nothing') takeAlong(draft, removedFrom)
      removedFrom = null
    }
    const refused = (ops[change.op] as (draft: Draft, change: LabChange) => Finding | null)(draft, change)
    if (refused) return refused
  }
  if (removedFrom && tolerated === 'nothing') takeAlong(draft, removedFrom)
  return null
}

const unsayable = error(
  'unsayable',
  [],
  said`No lab file can say that.`,
  said`Look at the names for ${quote('__proto__')}, and at the size of the file.`,
)
