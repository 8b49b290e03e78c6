/** Packet filter and NAT, with every address canonical and every entry in the families it counts for. */
import { familyOf, networkOf, parseAddress, parseAddressPort } from './address.js'
import type { Family, LabFirewall, LabNat, LabPolicy } from './lab.js'
import { natMatchOf } from './nat-match.js'
import type { NamespaceEntry } from './rules/lab-index.js'
import { connectionStates, natParts, type NatEntry } from './schema.js'

const both = (ipv6: boolean): readonly Family[] => (ipv6 ? ['ipv4', 'ipv6'] : ['ipv4'])

/** The one family that these prefixes are of; null where they are of several or of none. */
function commonFamily(prefixes: readonly (string | undefined)[]): Family | null {
  const families = new Set(prefixes.flatMap((each) => (each === undefined ? [] : (familyOf(each) ?? []))))
  const [only] = families
  return families.size === 1 ? (only ?? null) : null
}

export const normaliseNat = (entry: NamespaceEntry, ipv6: boolean): readonly LabNat[] =>
  (entry.nat ?? []).flatMap((nat) => normaliseEntry(nat, ipv6))

function normaliseEntry(nat: NatEntry, ipv6: boolean): readonly LabNat[] {
  const match = natMatchOf(nat)
  const source = match.source === undefined ? undefined : networkOf(match.source)
  const destination = match.destination === undefined ? undefined : networkOf(match.destination)
  if (source === null || destination === null) return []
  const named = commonFamily([source, destination])
  if (named === null && (source ?? destination) !== undefined) return []
  const common = {
    ...(destination === undefined ? {} : { destination }),
    ...(match.not.length === 0 ? {} : { not: natParts.filter((part) => match.not.includes(part)) }),
  }
  if ('masquerade' in nat || 'snat' in nat) {
    if (source === undefined || named === null) return []
    const rule = {
      ...{ family: named, source, out: match.out ?? null, ...common },
      ...(match.protocol === undefined ? {} : { protocol: match.protocol }),
      ...(match.port === undefined ? {} : { port: match.port }),
    }
    if (!('snat' in nat)) return [{ kind: 'masquerade', ...rule }]
    const to = parseAddress(nat.to)
    return to?.family === named ? [{ kind: 'snat', ...rule, to: to.text }] : []
  }
  const rule = {
    ...(nat.chain === 'output' ? { chain: nat.chain } : {}),
    ...(source === undefined ? {} : { source }),
    ...{ protocol: match.protocol ?? null, port: match.port ?? null, in: match.in ?? null, ...common },
    ...(match.out === undefined ? {} : { out: match.out }),
  }
  if ('redirect' in nat) {
    const families = named === null ? both(ipv6) : [named]
    return families.map((family) => ({ kind: 'redirect', family, ...rule, toPort: nat.to ?? null }))
  }
  const to = parseAddressPort(nat.to)
  if (!to || (named !== null && named !== to.address.family)) return []
  return [{ kind: 'dnat', family: to.address.family, ...rule, toAddress: to.address.text, toPort: to.port }]
}

/** The families are those of its addresses; an entry without any counts for all that the lab speaks. */
export function normaliseFirewall(entry: NamespaceEntry, ipv6: boolean): readonly LabFirewall[] {
  return (entry.firewall ?? []).flatMap((rule): LabFirewall[] => {
    if ('policy' in rule) return []
    const { source: from, destination: to, ctstate, ...rest } = rule
    const source = from === undefined ? undefined : networkOf(from)
    const destination = to === undefined ? undefined : networkOf(to)
    if (source === null || destination === null) return []
    const named = commonFamily([source, destination])
    if (named === null && (source ?? destination) !== undefined) return []
    const states = ctstate === undefined ? [] : [ctstate].flat()
    return [
      {
        ...rest,
        families: named === null ? both(ipv6) : [named],
        ...(source === undefined ? {} : { source }),
        ...(destination === undefined ? {} : { destination }),
        ...(states.length === 0 ? {} : { ctstate: connectionStates.filter((state) => states.includes(state)) }),
      },
    ]
  })
}

/** One for each chain and family; of two, the last counts. */
export function normalisePolicies(entry: NamespaceEntry, ipv6: boolean): readonly LabPolicy[] {
  const policies = new Map<string, LabPolicy>()
  for (const rule of entry.firewall ?? []) {
    if (!('policy' in rule)) continue
    for (const family of rule.family === undefined ? both(ipv6) : [rule.family])
      policies.set(`${family} ${rule.chain}`, { family, chain: rule.chain, policy: rule.policy })
  }
  return [...policies.values()]
}
