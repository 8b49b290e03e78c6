import { forwardingKeys } from '../lab/sysctl.js'
import type { LiveLink, LiveNamespace } from '../live/state.js'
import { acceptDad, bridgeNetfilterKeys, disableIpv6, kernelDefaults } from './sysctls.js'
import { confDefaults, plainDefaults } from './usual-sysctls.js'

const [, forwardIpv6] = forwardingKeys

/**
 * A switch that nobody but a lab with IPv6, or somebody by hand, turns: a lab that names it speaks IPv6 without any
 * address. Not `asMade`: where IPv6 is off it switches nothing.
 */
export function ipv6Switch(
  sysctls: LiveNamespace['sysctls'],
  asMade: boolean,
): Readonly<Record<string, string>> | null {
  if (!asMade && sysctls[disableIpv6] === '1') return null
  if (sysctls[forwardIpv6] === '1') return { [forwardIpv6]: '1' }
  return sysctls[acceptDad] === '0' ? { [acceptDad]: '0' } : null
}

/** All that a lab file would name of a namespace with these interfaces, where it is not as usual. */
export function tellingSysctls(links: readonly Pick<LiveLink, 'name'>[]): string[] {
  const places = ['all', 'default', ...links.map(({ name }) => name.replaceAll('.', '/'))]
  const conf = Object.keys(confDefaults).flatMap((what) => places.map((where) => `net.ipv4.conf.${where}.${what}`))
  return [...conf, ...Object.keys(plainDefaults)]
}

function usual(key: string, sysctls: Readonly<Record<string, string>>): string | undefined {
  const [, where, what] = /^net\.ipv4\.conf\.(.+)\.(\w+)$/.exec(key) ?? []
  if (where === undefined || what === undefined) return plainDefaults[key]
  const compiled = confDefaults[what]
  // An interface starts with a copy of `default`.
  const copied = where === 'all' || where === 'default' ? undefined : sysctls[`net.ipv4.conf.default.${what}`]
  return compiled === undefined ? undefined : (copied ?? compiled)
}

/**
 * The sysctls that a lab file must name so that a plan for it leaves this namespace as it is: those that differ from a
 * new namespace's, and those that differ from what the planner would set by itself - unless, not `asMade`, they are merely
 * what the kernel has: then nobody has asked for it, and a lab may have its habits (no IPv6 where nothing speaks it).
 */
export function readSysctls(
  { sysctls, links }: LiveNamespace,
  speaksIpv6: boolean,
  asMade = true,
): Record<string, string> {
  const named: Record<string, string> = {}
  const keep = (key: string, unless: string | null) => {
    const value = sysctls[key]
    if (value !== undefined && value !== unless) named[key] = value
  }
  const keepHabit = (key: string, unless: string): void => {
    if (asMade || sysctls[key] !== kernelDefaults[key]) keep(key, unless)
  }
  for (const key of Object.keys(sysctls)) {
    const expected = usual(key, sysctls)
    if (expected !== undefined) keep(key, expected)
  }
  keepHabit(disableIpv6, speaksIpv6 ? '0' : '1')
  // Any other IPv6 key would make the lab one that speaks IPv6.
  if (speaksIpv6) {
    keepHabit(acceptDad, '0')
    keep(forwardIpv6, sysctls['net.ipv4.ip_forward'] === '1' ? '1' : '0')
  }
  if (links.some(({ kind }) => kind === 'bridge')) for (const key of bridgeNetfilterKeys) keepHabit(key, '0')
  return named
}
