/** Rules that decide nothing about a packet and change what becomes of it: connection tracking, and the hops it may take. */
import type { RulePacket, RuleVerdict, Scene } from '../scene.js'
import type { TracedHop } from '../../packet/hop.js'
import type { Evidence } from '../diagnosis.js'
import { execWithin } from '../../plan/exec-within.js'
import { commandLine } from '../../plan/shell-quote.js'
import { isIpv6 } from '../network.js'
import { fits, packetsOf, samePacket } from './own-packets.js'

/** Of what iptables and nft list: no connection of it is tracked, so NAT and states do not know it. */
export const untracks = (rule: string): boolean => /-j NOTRACK\b|-j CT .*--notrack\b|(?:^| )notrack\b/.test(rule)

/** The zone of connection tracking that it puts packets of either direction into; null where it names none. */
export const zoneOf = (rule: string): string | null =>
  /-j CT .*--zone (\w+)/.exec(rule)?.[1] ?? /(?:^| )ct zone set (\w+)/.exec(rule)?.[1] ?? null

/** It sets the TTL, or hop limit, itself. */
export const setsLife = (rule: string): boolean =>
  /-j (?:TTL|HL) --(?:ttl|hl)-(?:set|dec) |(?:^| )ip6? (?:ttl|hoplimit) set /.test(rule)

export const alters = (rule: string): boolean => untracks(rule) || zoneOf(rule) !== null || setsLife(rule)

/** The first such rule that this packet of the film has met where it was seen. */
export function metBy(
  scene: Pick<Scene, 'verdicts'>,
  hop: TracedHop,
  which: (rule: string) => boolean,
): RuleVerdict | undefined {
  const own: readonly RulePacket[] = hop.packet ? packetsOf(hop.packet) : []
  return scene.verdicts.find(({ namespace, verdict, rule, packet, family, iif, oif }) => {
    if (namespace !== hop.namespace || verdict !== 'continue' || rule === null || !which(rule)) return false
    if (packet !== null) return own.some((each) => samePacket(packet, each))
    // Counted and not heard: then it must be for the interface as well.
    const named = new RegExp(`(?:^|(?<!!) )-${hop.direction === 'in' ? 'i' : 'o'} (\\S+)`).exec(rule)?.[1]
    const other = new RegExp(`(?:^| )-${hop.direction === 'in' ? 'o' : 'i'} `).test(rule)
    const here = !other && (named === undefined || named === hop.interface)
    return here && own.some((each) => fits({ rule, iif, oif }, family, each))
  })
}

/** The event itself, in the words of `nft monitor trace`; nothing where the rule was counted and not heard. */
export function eventEvidence({ namespace, family, table, chain, rule, packet, iif, oif }: RuleVerdict): Evidence[] {
  if (packet === null) return []
  const ip = isIpv6(packet.src) ? 'ip6' : 'ip'
  const { protocol, ports } = packet
  const words = [
    ...(iif === null ? [] : [`iif "${iif}"`]),
    ...(oif === null ? [] : [`oif "${oif}"`]),
    ...[`${ip} saddr ${packet.src}`, `${ip} daddr ${packet.dst}`],
    ...(ports ? [`${protocol} sport ${ports.src}`, `${protocol} dport ${ports.dst}`] : [`${ip} protocol ${protocol}`]),
  ]
  return [
    {
      command: commandLine([...execWithin(namespace), 'nft', 'monitor', 'trace']),
      output: [
        `${family} ${table} ${chain} packet: ${words.join(' ')}`,
        `${family} ${table} ${chain} rule ${rule ?? ''} (verdict continue)`,
      ].join('\n'),
    },
  ]
}
