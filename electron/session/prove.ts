/** Shows in a kernel that a variant is what it says: broken by its faults, by each of them, and mended by their repair. */
import { changeSource } from '../core/change/change.js'
import type { Variant } from '../core/challenge/vary.js'
import { createLabText } from '../core/lab/print.js'
import { parseSource } from '../core/lab/parse.js'
import type { LabFile } from '../core/lab/schema.js'
import { openSource } from '../core/lab/source.js'
import type { CheckResult, Params, RequestName, Results } from '../core/rpc.js'

/** Sends a request to the helper of a sandbox that holds nothing else. */
export type Ask = <N extends RequestName>(name: N, params: Params<N>) => Promise<Results[N]>

export type Proof =
  | { readonly ok: true; readonly failed: readonly string[]; readonly total: number }
  /** In English, for a log: another choice is tried. */
  | { readonly ok: false; readonly why: string }

export async function prove(ask: Ask, variant: Variant): Promise<Proof> {
  const { injections, file, repaired } = variant
  const total = repaired.checks?.length ?? 0
  if (injections.length === 0) {
    const sound = await checked(ask, file, 'afresh', false)
    return sound?.every((each) => each.ok) ? { ok: true, failed: [], total } : no('a check of the lab does not hold')
  }
  // Whether the diagnosis finds it can be told of one fault: of several, each probe dies of the first on its way.
  const alone = injections.length === 1
  const broken = await checked(ask, file, 'afresh', alone)
  if (!broken) return no('the kernel refused it')
  const failed = broken.filter(({ ok }) => !ok)
  if (failed.length === 0) return no('no check fails')
  const [one] = injections
  if (alone && !failed.some(({ diagnosis }) => diagnosis?.code === one?.code)) return no(`it is not named ${one?.code}`)
  if (!alone) {
    for (const [at, { fault }] of injections.entries()) {
      const left = repairedBut(variant, at)
      const still = left && (await checked(ask, left, 'afresh', false))
      if (!still) return no('the kernel refused a part of the repair')
      if (still.every(({ ok }) => ok)) return no(`${fault} breaks nothing by itself`)
    }
    if (!(await checked(ask, file, 'afresh', false))) return no('the kernel refused it')
  }
  // As a learner repairs it: in the network that stands.
  const mended = await checked(ask, repaired, 'standing', false)
  if (!mended) return no('the kernel refused the repair')
  const wrong = mended.find(({ ok }) => !ok)
  return wrong ? no(`repaired, ${wrong.name} still fails`) : { ok: true, failed: failed.map(({ name }) => name), total }
}

const no = (why: string): Proof => ({ ok: false, why })

/** With one fault left. */
function repairedBut({ file, injections }: Variant, left: number): LabFile | null {
  const source = openSource(createLabText(file))
  // Only faults in other places are taken back, so that the place of an entry in its list is what it was.
  const repair = injections
    .flatMap((each, at) => (at === left ? [] : [each]))
    .toReversed()
    .flatMap((each) => each.repair)
  const changed = source && changeSource(source, repair, 'meaning')
  return changed?.ok ? parseSource(changed.source, '').labFile : null
}

/** Null where the kernel refused the lab, or a check could not be run. */
async function checked(
  ask: Ask,
  lab: LabFile,
  where: 'afresh' | 'standing',
  explain: boolean,
): Promise<readonly CheckResult[] | null> {
  if (where === 'afresh') await ask('lab/clear', {})
  const applied = await ask('lab/apply', { lab, former: 'everything' })
  if (!applied.ok) return null
  const result = await ask('lab/check', { explain })
  return result.ok ? result.checks : null
}
