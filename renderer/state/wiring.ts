import type { LiveState } from '../../electron/core/live/state.js'

/** Traffic counts up and teaches neighbours; neither changes what the network can do. */
const counters = new Set(['packets', 'bytes'])

/** Differs where the network does: what its packets do may be another then. */
export const wiringOf = (live: LiveState): string =>
  JSON.stringify(
    live.namespaces.map(({ name, inode, links, addresses, routes, rules, ruleset, sysctls, ...told }) => [
      ...[name, inode, links, addresses, routes, rules, ruleset, sysctls],
      ...[told.services, told.dnsmasq, told.files],
    ]),
    (key, value: unknown) => (counters.has(key) ? undefined : value),
  )
