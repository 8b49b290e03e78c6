/** What a probe is aimed at: an address, or an object of the lab by its name. */
import { parseAddress } from '../../core/lab/address.js'
import { didYouMean } from '../../core/lab/nearest.js'
import type { Lab } from '../../core/lab/lab.js'
import type { LiveState } from '../../core/live/state.js'
import type { Failure } from '../../core/rpc.js'
import { failure } from '../../core/failure.js'
import { said } from '../../core/words/said.js'

export type Aimed = { readonly ok: true; readonly address: string } | { readonly ok: false; readonly failure: Failure }

const reachable = (address: string): boolean => !/^(127\.|::1\/|fe[89ab])/i.test(address)

/**
 * An address; a namespace, which means its first address; or `NAMESPACE:INTERFACE`. Addresses that the lab wants stand in
 * where the kernel has none, so that a namespace that lost its address can still be aimed at.
 */
export function aim(to: string, live: LiveState, lab: Lab | null): Aimed {
  // A zone (`fe80::1%veth0`) names an interface of the namespace that sends.
  const address = parseAddress(to.replace(/%[^%/\s]+$/, ''))
  if (address) return { ok: true, address: to.includes('%') ? to : address.text }
  const [name = '', dev] = split(to)
  const own = live.namespaces.find((namespace) => namespace.name === name)
  const wanted = lab?.namespaces.get(name)
  const addresses = [
    ...(wanted?.interfaces ?? []).flatMap((each) => each.addresses.map((text) => ({ dev: each.name, address: text }))),
    ...(own?.addresses ?? []),
  ].filter((each) => reachable(each.address) && (dev === undefined || each.dev === dev))
  const first = addresses.find((each) => !/:/.test(each.address)) ?? addresses[0]
  if (first) return { ok: true, address: first.address.replace(/\/.*/, '') }
  return { ok: false, failure: unknownTarget(to, name, own !== undefined || wanted !== undefined, live) }
}

function split(to: string): readonly [string, string?] {
  const colon = to.indexOf(':')
  return colon < 0 ? [to] : [to.slice(0, colon), to.slice(colon + 1)]
}

function unknownTarget(to: string, name: string, there: boolean, live: LiveState): Failure {
  const names = live.namespaces.map((each) => each.name)
  const next = there
    ? said`${name} has no such address; name one, as in 192.168.1.2.`
    : (didYouMean(name, names) ?? said`Name an address, a namespace, or NAMESPACE:INTERFACE.`)
  return failure('no-such-target', said`"${to}" is no address and nothing of the lab that has one. ${next}`, to)
}
