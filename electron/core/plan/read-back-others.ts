/** What was said of objects that are in the lab, and that a lab file has no words for: by the words of `ip` and `tc`. */
import { familyOf } from '../lab/address.js'
import type { LiveAddress, LiveLink, LiveNamespace } from '../live/state.js'
import { said, type Said } from '../words/said.js'
import { isKernelAddress } from './live-index.js'
import type { WholeRoute } from './whole-routes.js'

export const linkOthers = ({ name }: LiveNamespace, { others = [] }: LiveLink): Said[] =>
  others.map((command) => said`${name}: ${command}`)

export const addressOthers = ({ name, addresses }: LiveNamespace, dev: string): Said[] =>
  addresses
    .filter((each) => each.dev === dev && !isKernelAddress(each))
    .flatMap((each) => {
      const words = addressWords(each)
      return words.length > 0 ? [said`${name}: ${`ip address add ${each.address} dev ${dev} ${words.join(' ')}`}`] : []
    })

function addressWords({ family, address, scope, flags, others = [] }: LiveAddress): readonly string[] {
  // `ip` gives 127/8 host scope, and the kernel IPv6 whatever the address is made for.
  const usual = address.startsWith('127.') ? 'host' : 'global'
  return [
    ...(family === 'ipv4' && scope !== usual ? [`scope ${scope}`] : []),
    ...others,
    ...(flags.includes('noprefixroute') ? ['noprefixroute'] : []),
    ...(flags.includes('permanent') ? [] : ['(for a time only)']),
  ]
}

export function routeOthers({ name }: LiveNamespace, { to, via, dev, others = [] }: WholeRoute): Said[] {
  if (others.length === 0) return []
  const way = [...(via === null ? [] : ['via', via]), ...(dev === null ? [] : ['dev', dev])]
  const command = `ip ${familyOf(to) === 'ipv6' ? '-6 ' : ''}route add ${[to, ...way, ...others].join(' ')}`
  return [said`${name}: ${command}`]
}

/** The kernel tells routes to one prefix apart by it, and a lab file cannot. */
export const isByTos = ({ others = [] }: WholeRoute): boolean => others.some((words) => words.startsWith('tos '))
