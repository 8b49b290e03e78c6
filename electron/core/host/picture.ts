/**
 * What of a machine a lab could have changed, as lines that can be compared: before it was built, and when it is gone.
 * What the kernel and daemons move by themselves - states, counters, addresses that are given for a time - is left out.
 */
import { hostNamespace } from '../lab/lab.js'
import type { LiveState } from '../live/state.js'

export function pictureOf(live: LiveState): readonly string[] {
  const host = live.namespaces.find(({ name }) => name === hostNamespace)
  if (!host) return []
  const { links, addresses, routes, ruleset, sysctls } = host
  return [
    ...live.namespaces.map(({ name }) => `namespace ${name}`),
    ...links.map(
      ({ name, kind, mac, mtu, up, master }) =>
        `interface ${name} (${kind}, ${mac ?? 'no MAC'}, MTU ${mtu}, ${up ? 'up' : 'down'}${master ? `, port of ${master}` : ''})`,
    ),
    ...addresses
      .filter(({ flags, scope }) => scope !== 'link' && !flags.includes('dynamic'))
      .map(({ dev, address }) => `address ${address} on ${dev}`),
    ...routes
      .filter(({ protocol }) => protocol !== 'kernel' && protocol !== 'ra')
      .map(
        ({ to, via, dev, metric, table }) =>
          `route ${to}${via ? ` via ${via}` : ''}${dev ? ` dev ${dev}` : ''} metric ${metric} table ${table}`,
      ),
    ...ruleset.iptables.flatMap(({ family, table, rule }) => (rule === null ? [] : [`${family} ${table} ${rule}`])),
    ...Object.entries(sysctls).map(([key, value]) => `${key} = ${value}`),
  ]
}

/** `- LINE` for what has gone, `+ LINE` for what is new. */
export function differenceOf(before: readonly string[], after: readonly string[]): readonly string[] {
  const [then, now] = [new Set(before), new Set(after)]
  return [
    ...before.filter((line) => !now.has(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !then.has(line)).map((line) => `+ ${line}`),
  ]
}
