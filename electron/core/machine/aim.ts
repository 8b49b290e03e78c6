/** What a probe on the machine is aimed at: an address, or a namespace by whatever it is called. */
import { failure } from '../failure.js'
import { containsAddress, parseAddress } from '../lab/address.js'
import { firstAddress } from '../lab/target.js'
import type { LiveNamespace } from '../live/state.js'
import type { Failure } from '../rpc.js'
import { findByName, type Known } from './find.js'

export type AimedAt = { readonly text: string } | { readonly failure: Failure }

/**
 * An address stays what it is; a name becomes an address of that namespace, where it has one, else what the trace knows it
 * by, with an interface where one is named.
 */
export function aimAt(
  to: string,
  from: Known,
  known: readonly Known[],
  liveOf: (key: string) => LiveNamespace | undefined,
): AimedAt {
  if (parseAddress(to.split('%')[0] ?? '')) return { text: to }
  const whole = findByName(to, known)
  if (!('wrong' in whole)) return { text: addressFor(liveOf(from.key), liveOf(whole.key)) ?? whole.key }
  const colon = to.lastIndexOf(':')
  const part = colon < 0 ? null : findByName(to.slice(0, colon), known)
  if (part && !('wrong' in part)) return { text: `${part.key}${to.slice(colon)}` }
  const isCalled = known.some(({ names }) => names.some(({ name }) => name === to.slice(0, colon)))
  return { failure: failure('no-such-target', part && isCalled ? part.wrong : whole.wrong, to) }
}

type Addressed = Pick<LiveNamespace, 'addresses'>

/**
 * A host has an address in each of its networks, and a container in each of several: the first that is in a subnet of the
 * sender's, else the first. Null where it has none that others could reach.
 */
export function addressFor(from: Addressed | undefined, to: Addressed | undefined): string | null {
  if (to === undefined) return null
  const isNear = (address: string): boolean =>
    from?.addresses.some((own) => containsAddress(own.address, address)) ?? false
  return firstAddress(to.addresses.filter(({ address }) => isNear(address))) ?? firstAddress(to.addresses)
}
