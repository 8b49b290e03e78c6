/** The live state for people: per namespace what `ip`, `bridge`, `iptables` and `sysctl` would show, shortened. */
import { leaseText } from '../core/live/lease.js'
import { policyRuleWords } from '../core/plan/text.js'
import { dnsmasqLines } from '../core/lab/dnsmasq.js'
import { socketText } from '../core/lab/service.js'
import { mainTable, tableEntry } from '../core/lab/table.js'
import type {
  IptablesRule,
  LiveRuleset,
  LiveLink,
  LiveNamespace,
  LiveRoute,
  LiveRule,
  LiveState,
  LiveTunnel,
} from '../core/live/state.js'
import { printableLine, type Paint } from './output.js'
import { columns } from './columns.js'

export function stateText(live: LiveState, paint: Paint): string {
  const indexed = new Map(
    live.namespaces.map(({ name, links }) => [name, new Map(links.map((link) => [link.index, link.name]))]),
  )
  const placeName: PlaceName = (place) => {
    const name = place.namespace === null ? undefined : indexed.get(place.namespace)?.get(place.index)
    return name === undefined ? '?' : `${place.namespace}:${name}`
  }
  return live.namespaces.map((namespace) => namespaceText(namespace, placeName, paint)).join('\n\n')
}

type PlaceName = (place: NonNullable<LiveLink['peer']>) => string

function namespaceText(namespace: LiveNamespace, placeName: PlaceName, paint: Paint): string {
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`  ${paint('dim', title)}`, ...lines.map((line) => `    ${printableLine(line)}`)]
  const { neighbours, proxies = [], files = {}, rules, services, dnsmasq, dhcp = [], ruleset, sysctls } = namespace
  return [
    paint('bold', printableLine(namespace.name)),
    ...section('interfaces', interfaceLines(namespace, placeName)),
    ...section('rules', rules.filter(({ protocol }) => protocol !== 'kernel').map(policyRuleText)),
    ...section('routes', namespace.routes.map(routeText)),
    ...section('neighbours', [
      ...neighbours.map(
        ({ address, dev, mac, state }) => `${address} dev ${dev}${mac === null ? '' : ` lladdr ${mac}`} ${state}`,
      ),
      ...proxies.map(({ address, dev }) => `${address} dev ${dev} proxy`),
    ]),
    ...Object.entries(files).flatMap(([file, text]) => section(file, text.trimEnd().split('\n'))),
    ...section('forwarding', forwardingLines(sysctls)),
    ...section('packet filter and NAT', ruleset.iptables.flatMap(ruleText)),
    ...section('nftables', nftLines(ruleset)),
    ...section('services', [...services.map(socketText), ...(dnsmasq ? dnsmasqLines(dnsmasq) : [])]),
    ...section(
      'DHCP clients',
      dhcp.map(({ dev, lease }) => `${dev} ${lease ? `${lease.address} from ${leaseText(lease)}` : 'no lease'}`),
    ),
  ].join('\n')
}

function interfaceLines({ links, addresses }: LiveNamespace, placeName: PlaceName): string[] {
  const rows = links.map((link) => {
    const state = !link.up ? 'down' : link.carrier ? 'up' : 'no carrier'
    const kind = [
      link.kind,
      ...(link.master === null ? [] : [`port of ${link.master}${link.port ? ` (${link.port.state})` : ''}`]),
      ...(link.vrf === undefined ? [] : [`in VRF ${link.vrf}`]),
      ...(link.bond === undefined ? [] : [`in bond ${link.bond}`]),
      ...(link.bonding ? [`${link.bonding.mode}, active ${link.bonding.active ?? 'none'}`] : []),
      ...(link.table === undefined ? [] : [`table ${link.table}`]),
      ...(link.vlan === undefined ? [] : [`${link.vlan.protocol} id ${link.vlan.id} on ${link.vlan.link ?? '?'}`]),
      ...(link.share ? [`${link.share.mode} on ${placeName(link.share.parent)}`] : []),
      ...(link.bridge?.vlanFiltering ? ['filters VLANs'] : []),
      ...vlanWords(link),
      ...Object.entries(link.settings ?? {}).map(([key, value]) => `${key} ${value}`),
      ...(link.vxlan === null ? [] : [`id ${link.vxlan.id} to ${link.vxlan.remote ?? '?'}`]),
      ...(link.tunnel?.remote ? [tunnelWords(link.tunnel)] : []),
    ].join(', ')
    const own = addresses.filter(({ dev }) => dev === link.name).map(addressText)
    return [
      `${link.name}${link.peer ? `@${placeName(link.peer)}` : ''}`,
      state,
      `mtu ${link.mtu}`,
      link.mac ?? '-',
      kind,
      own.join('  '),
    ]
  })
  return columns(rows)
}

function tunnelWords({ local, remote, key, id }: LiveTunnel): string {
  const ends = local === null ? `to ${remote}` : `${local} to ${remote}`
  return `${id === null ? '' : `id ${id} `}${ends}${key === null ? '' : ` key ${key}`}`
}

/** As `bridge vlan` shows them. */
function vlanWords({ bridge, port }: LiveLink): string[] {
  const vlans = port?.vlans ?? bridge?.vlans
  if (vlans === undefined) return []
  const words = vlans.map(({ id, pvid, untagged }) => `${id}${pvid ? ' pvid' : ''}${untagged ? ' untagged' : ''}`)
  return [`VLANs ${words.join('; ') || 'none'}`]
}

function addressText({ address, flags }: LiveNamespace['addresses'][number]): string {
  const notable = flags.filter((flag) => flag === 'tentative' || flag === 'dadfailed')
  return [address, ...notable].join(' ')
}

const defaults: readonly string[] = ['0.0.0.0/0', '::/0']

function routeText({
  type,
  to,
  via,
  dev,
  src,
  mtu,
  weight,
  metric,
  protocol,
  table,
  flags,
  family,
}: LiveRoute): string {
  return [
    ...(type === 'unicast' ? [] : [type]),
    defaults.includes(to) ? `default${family === 'ipv6' ? ' (IPv6)' : ''}` : to,
    ...(via === null ? [] : [`via ${via}`]),
    ...(dev === null ? [] : [`dev ${dev}`]),
    ...(src === null ? [] : [`src ${src}`]),
    ...(metric === 0 ? [] : [`metric ${metric}`]),
    ...(mtu === null ? [] : [`mtu ${mtu}`]),
    ...(weight === null ? [] : [`weight ${weight}`]),
    ...(table === mainTable ? [] : [`table ${tableEntry(table)}`]),
    ...(protocol === 'kernel' ? ['proto kernel'] : []),
    ...flags,
  ].join(' ')
}

const policyRuleText = (rule: LiveRule): string =>
  [...policyRuleWords(rule), ...rule.others, ...(rule.family === 'ipv6' ? ['(IPv6)'] : [])].join(' ')

function forwardingLines(sysctls: Readonly<Record<string, string>>): string[] {
  const families = [
    ['IPv4', 'net.ipv4.ip_forward'],
    ['IPv6', 'net.ipv6.conf.all.forwarding'],
  ] as const
  const on = families.filter(([, key]) => sysctls[key] === '1').map(([name]) => name)
  return on.length === 0 ? [] : [on.join(' and ')]
}

function ruleText({ family, table, chain, rule, policy, engine }: IptablesRule): string[] {
  const program = `${family === 'ipv4' ? 'iptables' : 'ip6tables'}${engine === 'legacy' ? '-legacy' : ''}`
  const where = table === 'filter' ? program : `${program} -t ${table}`
  if (rule !== null) return [`${where} -A ${chain} ${rule}`]
  // An accepting policy is what an empty chain has.
  return policy === null || policy === 'ACCEPT' ? [] : [`${where} -P ${chain} ${policy}`]
}

/** Tables that iptables does not show; with what is in them, where that is known. */
function nftLines({ nft, iptables, listing }: LiveRuleset): string[] {
  const shown = new Set(
    iptables.flatMap(({ engine, family, table }) =>
      engine === 'nft' ? [`${family === 'ipv4' ? 'ip' : 'ip6'} ${table}`] : [],
    ),
  )
  return nft.flatMap((entry) => {
    const { table } = entry as { table?: { family: string; name: string } }
    if (table === undefined || shown.has(`${table.family} ${table.name}`)) return []
    const listed = listing?.nft.find(({ family, name }) => family === table.family && name === table.name)
    return listed ? listed.text.trimEnd().split('\n') : [`table ${table.family} ${table.name}`]
  })
}
