/** Ports that a namespace has outside of itself, by rules of another that rewrite where packets for them go. */
import type { IptablesRule, LiveNamespace } from '../live/state.js'
import { list, object, text } from './json.js'

export interface MachinePort {
  readonly protocol: string
  /** Where it is asked for; `0.0.0.0` or `::`: at every address of the namespace that has the rule. */
  readonly address: string
  readonly port: number
  /** Where that leads in this namespace. */
  readonly to: number
}

interface Redirection extends MachinePort {
  readonly target: string
}

/** By the name of the namespace that they lead to. */
export function publishedPorts(all: readonly LiveNamespace[]): ReadonlyMap<string, readonly MachinePort[]> {
  const holders = new Map<string, Set<string>>()
  for (const { name, addresses } of all)
    for (const { address } of addresses) {
      const bare = address.replace(/\/.*/, '')
      holders.set(bare, (holders.get(bare) ?? new Set()).add(name))
    }
  const ports = new Map<string, Map<string, MachinePort>>()
  for (const { name, ruleset } of all)
    for (const { target, ...port } of [...ruleset.iptables.flatMap(ofIptables), ...ruleset.nft.flatMap(ofNft)]) {
      const [holder, another] = holders.get(target) ?? []
      // An address that several have leads to whichever the routes say.
      if (holder === undefined || another !== undefined || holder === name) continue
      const known = ports.get(holder) ?? new Map<string, MachinePort>()
      ports.set(holder, known.set(JSON.stringify(port), port))
    }
  return new Map([...ports].map(([name, known]) => [name, [...known.values()]]))
}

/** `... -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:80`, as iptables-save has it. */
function ofIptables({ table, family, rule }: IptablesRule): Redirection[] {
  if (table !== 'nat' || rule === null) return []
  const target = / -j DNAT --to-destination (?:\[([\da-fA-F:.]+)\]|([\d.]+)):(\d+)(?: |$)/.exec(` ${rule}`)
  const asked = /(?:^| )-p (tcp|udp|sctp) .*--dport (\d+)(?: |$)/.exec(rule)
  const bare = target?.[1] ?? target?.[2]
  if (bare === undefined || asked === null) return []
  const at = /(?<=^| )(?<!! )-d ([\da-fA-F:.]+)\/(?:32|128)(?: |$)/.exec(rule)?.[1]
  const anywhere = family === 'ipv6' ? '::' : '0.0.0.0'
  const [, protocol = '', port] = asked
  return [{ protocol, address: at ?? anywhere, port: Number(port), to: Number(target?.[3]), target: bare }]
}

/** The same as nft says it (libnftables-json(5)); of sets and maps there is no one port to tell. */
function ofNft(entry: unknown): Redirection[] {
  const { expr, family } = object(object(entry)['rule'])
  let asked: { readonly protocol: string; readonly port: number } | null = null
  let address = family === 'ip6' ? '::' : '0.0.0.0'
  for (const part of list(expr).map(object)) {
    const { op, left, right } = object(part['match'])
    const { protocol, field } = object(object(left)['payload'])
    if (op === '==' && field === 'dport' && typeof right === 'number')
      asked = { protocol: text(protocol) ?? '', port: right }
    if (op === '==' && field === 'daddr') address = text(right) ?? address
    const { addr, port } = object(part['dnat'])
    const target = text(addr)
    if (asked && target !== null)
      return [{ ...asked, address, to: typeof port === 'number' ? port : asked.port, target }]
  }
  return []
}
