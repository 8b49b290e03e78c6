/** What a probe is aimed at: an address, or an object of the lab by its name. */
import { type Address, parseAddress } from '../../core/lab/address.js'
import { didYouMean } from '../../core/lab/nearest.js'
import type { Lab } from '../../core/lab/lab.js'
import { broadcastsOf, needsZone, noStation } from '../../core/lab/no-station.js'
import { firstAddress } from '../../core/lab/target.js'
import type { LiveState } from '../../core/live/state.js'
import type { Failure } from '../../core/rpc.js'
import { failure } from '../../core/failure.js'
import { said, type Said } from '../../core/words/said.js'

export type Aimed = { readonly ok: true; readonly address: string } | { readonly ok: false; readonly failure: Failure }

/**
 * An address; a namespace, which means the same address as in a check; or `NAMESPACE:INTERFACE`. Addresses that the lab
 * wants stand in where the kernel has none, so that a namespace that lost its address can still be aimed at.
 */
export function aim(to: string, from: string, live: LiveState, lab: Lab | null): Aimed {
  // A zone (`fe80::1%veth0`) names an interface of the namespace that sends.
  const [bare = '', zone] = split(to, '%')
  const address = parseAddress(bare)
  if (address) {
    const refused = refuse(address, zone, from, live)
    return refused ? noTarget(to, refused) : { ok: true, address: zone === undefined ? address.text : to }
  }
  const [name = '', dev] = split(to, ':')
  const own = live.namespaces.find((namespace) => namespace.name === name)
  const wanted = lab?.namespaces.get(name)
  const first = firstAddress(
    [
      ...(wanted?.interfaces ?? []).flatMap((each) =>
        each.addresses.map((text) => ({ dev: each.name, address: text })),
      ),
      ...(own?.addresses ?? []),
    ].filter((each) => dev === undefined || each.dev === dev),
  )
  if (first !== null) return { ok: true, address: first }
  if (own === undefined && wanted === undefined) return noTarget(to, unknownTarget(to, name, live))
  const links = own?.links.map((each) => each.name) ?? []
  return noTarget(to, notAimed(to, withoutAddress(name, dev, links)))
}

const noTarget = (to: string, message: Said): Aimed => ({ ok: false, failure: failure('no-such-target', message, to) })

/** Why nobody can be sent a packet there, with what to name instead. */
function refuse(address: Address, zone: string | undefined, from: string, live: LiveState): Said | null {
  const links = live.namespaces.find(({ name }) => name === from)?.links.map(({ name }) => name) ?? []
  const some = links.find((name) => name !== 'lo')
  if (zone !== undefined) {
    if (address.family === 'ipv4') return said`An IPv4 address has no zone. Leave out %${zone}.`
    if (links.includes(zone)) return null
    return said`${from} has no interface "${zone}"; the zone names one of the namespace that sends. It has ${links.join(', ')}.`
  }
  if (needsZone(address.text)) {
    const next =
      some === undefined ? said`${from} has no interface but lo.` : said`Say which one, as in ${address.text}%${some}.`
    return said`${address.text} is valid on one link only, and any link may have it. ${next}`
  }
  const connected = live.namespaces.flatMap(({ name: namespace, addresses }) =>
    addresses.map(({ dev, address: own }) => ({ namespace, dev, address: own })),
  )
  const nobody = noStation(address.text, broadcastsOf(connected))
  return nobody && said`${nobody.why} ${nobody.next}`
}

function split(to: string, separator: string): readonly [string, string?] {
  const at = to.indexOf(separator)
  return at < 0 ? [to] : [to.slice(0, at), to.slice(at + 1)]
}

/** Of a namespace that is there, or of one of its interfaces. */
function withoutAddress(name: string, dev: string | undefined, links: readonly string[]): Said {
  if (dev === undefined) return said`${name} has no address. Give it one, or aim at another namespace.`
  if (links.includes(dev)) return said`${dev} in ${name} has no address. Give it one, or name another interface.`
  return said`${name} has no interface "${dev}". It has ${links.join(', ')}.`
}

function unknownTarget(to: string, name: string, live: LiveState): Said {
  const names = live.namespaces.map((each) => each.name)
  const next = didYouMean(name, names) ?? said`Name an address, a namespace, or NAMESPACE:INTERFACE.`
  return notAimed(to, next)
}

const notAimed = (to: string, next: Said): Said =>
  said`"${to}" is no address and nothing of the lab that has one. ${next}`
