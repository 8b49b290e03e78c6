/** Rules of NAT that change where a packet goes. */
import type { RuleVerdict, Scene } from '../scene.js'
import { oneEnd, ownPackets } from './own-packets.js'

/** Where a rule of NAT sends a packet, as iptables and nft spell it; null where it names neither. */
export function newEnd(rule: string): { readonly address: string | null; readonly port: number | null } | null {
  const redirected = /(?:--to-ports |\bredirect to :)(\d+)/.exec(rule)
  if (redirected) return { address: null, port: Number(redirected[1]) }
  const sent = /(?:--to-destination |\bdnat (?:ip6? )?to )\[?([0-9a-fA-F.:]+?)\]?(?::(\d+))?(?:\s|$)/.exec(rule)
  return sent ? { address: sent[1] ?? null, port: sent[2] === undefined ? null : Number(sent[2]) } : null
}

/** Whether a rule of NAT sends packets there, by itself or by a map that it spells out. */
export const sendsTo = (rule: string, address: string): boolean =>
  newEnd(rule)?.address === address ||
  (/\bdnat\b.* map \{/.test(rule) && rule.split(/[\s,{}]+/).some((word) => word === address))

/** The rule that rewrote the probe's own packet there. */
export function rewriting(scene: Scene, namespace: string): RuleVerdict | undefined {
  const own = ownPackets(scene, namespace)
  return scene.verdicts.find(
    ({ namespace: at, verdict, rule, packet }) =>
      at === namespace &&
      verdict === 'accept' &&
      /DNAT|dnat/.test(rule ?? '') &&
      (packet === null || own.some((each) => oneEnd(packet, each))),
  )
}
