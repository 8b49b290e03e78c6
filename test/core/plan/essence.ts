import { networkOf } from '../../../electron/core/lab/address.js'
import { ruleEssence } from './model-routes.js'
import type * as live from '../../../electron/core/live/state.js'

/** Of a link what is compared as it is: neither numbers of the kernel's nor what comes by itself. */
const compared = [
  ...(['kind', 'mtu', 'up', 'master', 'bridge', 'port', 'vlan', 'vrf', 'bond', 'bonding', 'table'] as const),
  ...(['vxlan', 'tunnel', 'impair'] as const),
]

/** What two states must have in common to count as the same network. Indexes and, unless asked for, MACs do not matter. */
export function essence(state: live.LiveState, { macs = false } = {}): unknown {
  const byName = new Map(state.namespaces.map((each) => [each.name, each]))
  const lines = state.namespaces.map((namespace) => {
    const {
      name,
      links,
      addresses,
      routes,
      neighbours,
      proxies = [],
      files = {},
      rules: policy,
      ruleset,
      sysctls,
      services,
      dnsmasq = null,
      dhcp = [],
    } = namespace
    const peerName = (peer: live.LiveLink['peer']) =>
      peer &&
      `${peer.namespace}:${byName.get(peer.namespace ?? '')?.links.find(({ index }) => index === peer.index)?.name}`
    const ownerOf = (key: string | null): string | null =>
      state.namespaces
        .flatMap((each) => each.links.map((link) => ({ at: `${each.name}:${link.name}`, link })))
        .find(({ link }) => link.wireguard?.publicKey === key)?.at ?? null
    /** Keys are another each time: whose they are is what matters. */
    const keyless = (wireguard: live.LiveWireguard | undefined) =>
      wireguard && {
        hasKey: wireguard.publicKey !== null,
        listen: wireguard.listen,
        peers: wireguard.peers
          .map(({ publicKey, ...peer }) => ({ of: ownerOf(publicKey), ...peer }))
          .toSorted((a, b) => String(a.of).localeCompare(String(b.of))),
      }
    return [
      name,
      {
        links: links
          .map((link) => ({
            ...Object.fromEntries(compared.map((key) => [key, link[key]])),
            name: link.name,
            settings: Object.entries(link.settings ?? {}).toSorted(),
            wireguard: keyless(link.wireguard),
            peer: peerName(link.peer),
            share: link.share && `${link.share.mode} ${peerName(link.share.parent)}`,
            ...(macs ? { mac: link.mac } : {}),
          }))
          .toSorted((a, b) => a.name.localeCompare(b.name)),
        fdb: namespace.fdb
          .filter(({ dst, permanent }) => dst !== null && permanent)
          .map(({ dev, mac, dst }) => `${dev} ${mac} ${dst}`)
          .toSorted(),
        // In order within an IPv4 subnet, where the first is the primary; 127.0.0.1 comes with lo and stays when it goes.
        addresses: groupBy(
          [
            ...addresses.filter(({ address, family }) => family === 'ipv4' && address !== '127.0.0.1/8'),
            ...addresses
              .filter(({ family }) => family === 'ipv6')
              .toSorted((a, b) => a.address.localeCompare(b.address)),
          ],
          ({ dev, address }) => `${dev} ${networkOf(address)}`,
        ),
        routes: routes.map((each) => JSON.stringify(each)).toSorted(),
        neighbours: [...neighbours.filter(({ state }) => state === 'PERMANENT'), ...proxies]
          .map((each) => JSON.stringify(each))
          .toSorted(),
        files,
        policy: policy.map((each) => JSON.stringify(ruleEssence(each))).toSorted(),
        rules: ['ipv4', 'ipv6'].map((family) =>
          groupBy(
            ruleset.iptables
              .filter((each) => each.family === family && (each.rule !== null || each.policy !== 'ACCEPT'))
              .map(({ table, chain, rule, policy }) => ({ table, chain, rule, policy }))
              // What a chain does in the end is no rule of it, and has no place among them.
              .toSorted((a, b) => Number(a.rule !== null) - Number(b.rule !== null)),
            ({ table, chain }) => `${table} ${chain}`,
          ),
        ),
        sysctls,
        services: services.map((each) => JSON.stringify(each)).toSorted(),
        dnsmasq,
        dhcp: dhcp.map(({ dev }) => dev).toSorted(),
      },
    ] as const
  })
  return Object.fromEntries(lines.toSorted(([a], [b]) => a.localeCompare(b)))
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, T[]> {
  const groups: Record<string, T[]> = {}
  for (const item of items) (groups[keyOf(item)] ??= []).push(item)
  return groups
}
