/** A variant that a sandbox has proved, for the command line and for the window alike. */
import { failure } from '../core/failure.js'
import type { Failure } from '../core/rpc.js'
import { variants, type Renamed, type Variant } from '../core/challenge/vary.js'
import { said } from '../core/words/said.js'
import { prove, type Ask, type Proof } from './prove.js'

export type Proven =
  | { readonly ok: true; readonly variant: Variant; readonly proof: Proof & { readonly ok: true } }
  | { readonly ok: false; readonly failure: Failure }

/**
 * The first choice of the seed's that is proved, which is the same each time.
 * @param ask of a sandbox that holds nothing else; rejects where it ends
 * @param of name of the lab that it is a variant of
 * @param faults how many at once, 0 to 3
 * @param rejected is told of each choice that was not proved: how many by now, and why the last was not, in English
 */
export async function provenVariant(
  ask: Ask,
  of: string,
  renamed: Renamed,
  faults: number,
  rejected: (count: number, why: string) => void = () => {},
): Promise<Proven> {
  let count = 0
  let last = ''
  for (const variant of variants(of, renamed, faults)) {
    const proof = await prove(ask, variant)
    if (proof.ok) return { ok: true, variant, proof }
    last = proof.why
    rejected(++count, last)
  }
  const message =
    count === 0
      ? said`The lab ${of} has no room for so many faults at once (${faults}). Try fewer of them.`
      : said`No variant of ${of} could be proved with this seed and so many faults (${faults}): ${count} choices were tried. Try another seed, or fewer faults.`
  return { ok: false, failure: failure('not-proved', message, null, count === 0 ? null : `of the last, ${last}`) }
}
