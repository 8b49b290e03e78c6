/**
 * Networks of the lab on the machine itself that the machine knows already: packets would go into the lab that were meant
 * for somebody else, or the other way round.
 */
import { isLinkLocalIpv6, isMulticast, networkOf, overlaps, parsePrefix, type Prefix } from '../../lab/address.js'
import type { LabRoute } from '../../lab/lab.js'
import type { LiveLink, LiveRoute } from '../../live/state.js'
import { mainTable, tableEntry } from '../../lab/table.js'
import { isOwnRoute } from '../../plan/live-index.js'
import { listedMetric } from '../../plan/route-metric.js'
import { finding, hostOf, labHost, type CommandToRun, type Finder, type Finding, type HostFacts } from '../facts.js'
import { foreignRoutes } from '../own-view.js'
import { said, type Said } from '../../words/said.js'

interface Known {
  readonly prefix: Prefix
  readonly dev: string | null
  readonly what: Said
  readonly evidence: CommandToRun
}

const everywhere: readonly string[] = ['0.0.0.0/0', '::/0']

/** Every machine has these on many links at once. */
const isShared = (prefix: Prefix): boolean => prefix.length === 0 || isLinkLocalIpv6(prefix) || isMulticast(prefix)

function knownNetworks(facts: HostFacts): Known[] {
  const host = hostOf(facts)
  if (!host) return []
  const known: Known[] = []
  for (const { dev, address } of host.addresses) {
    const prefix = parsePrefix(address)
    if (!prefix || isShared(prefix) || facts.own.links.has(dev) || facts.own.addresses.has(`${dev} ${address}`))
      continue
    known.push({
      prefix,
      dev,
      what: said`${address} on ${dev}`,
      evidence: { program: 'ip', words: ['addr', 'show', 'dev', dev] },
    })
  }
  for (const route of foreignRoutes(host, facts.own)) {
    const prefix = parsePrefix(route.to)
    if (!prefix || isShared(prefix)) continue
    const family = route.family === 'ipv6' ? ['-6'] : []
    known.push({
      prefix,
      dev: route.dev,
      what: route.dev === null ? said`its route to ${route.to}` : said`its route to ${route.to} over ${route.dev}`,
      evidence: { program: 'ip', words: [...family, 'route', 'show', 'table', 'all', route.to] },
    })
  }
  return known
}

/** Kinds and names of interfaces that lead into a network of somebody else's. */
const vpnKinds: readonly string[] = ['tun', 'wireguard', 'ppp', 'xfrm', 'vti', 'ipip', 'gre']
const vpnNames = /^(?:tun|tap|wg|ppp|tailscale|zt|nordlynx|proton|ipsec|vpn)/

export const isVpn = (name: string | null, links: readonly LiveLink[]): boolean =>
  name !== null && (vpnNames.test(name) || vpnKinds.includes(links.find((link) => link.name === name)?.kind ?? ''))

export const overlappingSubnets: Finder = function* (facts) {
  const host = labHost(facts.placed)
  const links = hostOf(facts)?.links ?? []
  const known = knownNetworks(facts)
  const wanted = [
    ...(host?.interfaces ?? []).flatMap(({ name, addresses }) =>
      addresses.map((text) => ({ text, what: said`${text} of the lab's ${name}` })),
    ),
    ...(host?.routes ?? []).map(({ to }) => ({ text: to, what: said`the lab's route to ${to}` })),
  ]
  const seen = new Set<string>()
  for (const { text, what } of wanted) {
    const prefix = parsePrefix(text)
    if (!prefix || isShared(prefix)) continue
    const other = known.find((each) => overlaps(prefix, each.prefix))
    const network = networkOf(text) ?? text
    if (!other || seen.has(network)) continue
    seen.add(network)
    const vpn = isVpn(other.dev, links)
    yield finding(
      'blocks',
      vpn ? 'vpn-overlap' : 'subnet-overlap',
      network,
      vpn
        ? said`This machine reaches ${other.what}, which is a VPN; ${what} would take packets away from it. Use another network in the lab, or leave the VPN while the lab runs.`
        : said`This machine has ${other.what}; ${what} is in the same network. Use another network in the lab.`,
      [other.evidence],
    )
  }
}

/** What the kernel takes for the same place in its table. */
const slotOf = (route: LabRoute | LiveRoute): string =>
  `${route.table} ${route.to} ${listedMetric(route.family, route.metric)}`

export const takenRoutes: Finder = function* (facts) {
  const host = hostOf(facts)
  if (!host) return
  const foreign = foreignRoutes(host, facts.own).filter(isOwnRoute)
  for (const route of labHost(facts.placed)?.routes ?? []) {
    const family = route.family === 'ipv6' ? ['-6'] : []
    const isDefault = everywhere.includes(route.to)
    const table = route.table === mainTable ? [] : ['table', String(tableEntry(route.table))]
    const evidence = [
      { program: 'ip', words: [...family, 'route', 'show', ...table, isDefault ? 'default' : route.to] },
    ]
    const word = isDefault ? said`a default route` : said`a route to ${route.to}`
    if (foreign.some((each) => slotOf(each) === slotOf(route))) {
      const hint = isDefault
        ? said`Remove it from the lab: with "uplink: on" the lab goes out the way the machine does.`
        : said`Use another network in the lab.`
      yield finding(
        'blocks',
        'route-taken',
        route.to,
        said`This machine has ${word} in the very place where the lab wants its own. ${hint}`,
        evidence,
      )
    } else if (isDefault && route.table === mainTable) yield* takenOver(foreign, route, evidence)
  }
}

/** A default route that the kernel would prefer to the machine's own. */
function* takenOver(foreign: readonly LiveRoute[], route: LabRoute, evidence: Finding['evidence']): Iterable<Finding> {
  const wanted = listedMetric(route.family, route.metric)
  const others = foreign.filter(({ to, metric, table }) => table === mainTable && to === route.to && metric > wanted)
  if (others.length === 0) return
  yield finding(
    'warns',
    'default-route',
    route.to,
    said`While the lab runs, all that this machine sends to other networks goes into the lab, because its default route comes before the machine's own: no Internet until the lab ends. With "uplink: on" instead, the lab goes out the way the machine does.`,
    evidence,
  )
}
