/** Steps in the words of iproute2 6.1, sysctl, iptables and tc: what a person would type in the lab's host. */
import { hostNamespace, usualMiimon, type Impair, type LabRule } from '../lab/lab.js'
import type { ServiceSocket } from '../lab/service.js'
import { mainTable, tableEntry } from '../lab/table.js'
import { defaultHopLimit, tunnelTraits } from '../lab/tunnel.js'
import { delayText, percentText, qdiscOf, rateText } from './qdisc.js'
import { dhcpCommand } from './dhcp.js'
import { dnsmasqCommand } from './dnsmasq.js'
import { execWithin } from './exec-within.js'
import { netnsFileCommand } from './netns-files.js'
import { spellStep, type RuleSpelling } from './rules.js'
import { rulesetCommand } from './ruleset-script.js'
import { commandLine } from './shell-quote.js'
import type { KernelStep, Step, StepRoute, StepRule } from './step.js'

type Words = readonly (string | number)[]

/**
 * `ip` reads the word after `link set` as a name unless it is, or abbreviates, one of its own keywords - and a leading
 * dash looks like an option. None of its keywords ends in a digit; every other name goes behind `dev` or `name`.
 */
const plainName = /^(?:lo|[A-Za-z][A-Za-z0-9_.-]*[0-9])$/
const device = (name: string): Words => (plainName.test(name) ? [name] : ['dev', name])
const newName = (name: string): Words => (plainName.test(name) ? [name] : ['name', name])

/** A program with iproute2's own way into a namespace. */
function within(program: 'ip' | 'tc' | 'bridge', namespace: string, options: Words = []): Words {
  return namespace === hostNamespace ? [program, ...options] : [program, ...options, '-n', namespace]
}

function hardware(link: { readonly mac: string | null; readonly mtu: number | null }): Words {
  return [...(link.mac === null ? [] : ['address', link.mac]), ...(link.mtu === null ? [] : ['mtu', link.mtu])]
}

function vethAdd(step: Extract<Step, { op: 'veth-add' }>): Words {
  const { namespace, name, peer } = step
  const peerWords = ['peer', 'name', peer.name, ...hardware(peer)]
  if (namespace === peer.namespace) {
    return [
      ...within('ip', namespace),
      'link',
      'add',
      ...newName(name),
      ...hardware(step),
      'type',
      'veth',
      ...peerWords,
    ]
  }
  // Typed in the host: the end without `netns` stays there.
  const inside = (end: string): Words => (end === hostNamespace ? [] : ['netns', end])
  return [
    ...['ip', 'link', 'add', ...newName(name), ...hardware(step), ...inside(namespace)],
    ...['type', 'veth', ...peerWords, ...inside(peer.namespace)],
  ]
}

function linkAdd(
  step: Extract<
    Step,
    { op: 'bridge-add' | 'vxlan-add' | 'tunnel-add' | 'wireguard-add' | 'dummy-add' | 'bond-add' | 'vrf-add' }
  >,
  kind: string,
  options: Words = [],
): Words {
  const add = [...within('ip', step.namespace), 'link', 'add', ...newName(step.name), ...hardware(step)]
  return [...add, 'type', kind, ...options]
}

function vxlanWords({ id, local, remote, port, ttl, learning }: Extract<Step, { op: 'vxlan-add' }>): Words {
  return [
    ...['id', id, 'local', local, ...(remote === null ? [] : ['remote', remote]), 'dstport', port],
    ...(ttl === undefined ? [] : ['ttl', ttl]),
    ...(learning === false ? ['nolearning'] : []),
  ]
}

function tunnelWords({ kind, id, local, remote, key, ttl, port }: Extract<Step, { op: 'tunnel-add' }>): Words {
  // Nothing is said of what `ip` gives by itself to a tunnel over IPv6.
  const isSaid = ttl !== null && (tunnelTraits[kind].over !== 'ipv6' || ttl !== defaultHopLimit)
  return [
    ...(id === null ? [] : ['id', id]),
    ...(local === null ? [] : ['local', local]),
    ...['remote', remote],
    ...(key === null ? [] : ['key', key]),
    ...(isSaid ? [tunnelTraits[kind].over === 'ipv6' ? 'hoplimit' : 'ttl', ttl] : []),
    ...(port === null ? [] : ['dstport', port]),
  ]
}

/** What a route says besides where it leads; it is deleted without. */
function routeManner({ source = null, mtu = null, onlink, nexthops = [] }: StepRoute): Words {
  return [
    ...(source === null ? [] : ['src', source]),
    ...(mtu === null ? [] : ['mtu', mtu]),
    ...(onlink ? ['onlink'] : []),
    ...nexthops.flatMap(({ via, dev, weight }) => [
      'nexthop',
      ...(via === null ? [] : ['via', via]),
      ...(dev === null ? [] : ['dev', dev]),
      ...['weight', weight],
    ]),
  ]
}

const defaultRoutes: readonly string[] = ['0.0.0.0/0', '::/0']

function route(namespace: string, verb: 'add' | 'del', route: StepRoute): Words {
  return [
    ...within('ip', namespace, route.family === 'ipv6' ? ['-6'] : []),
    ...['route', verb],
    ...(route.type === 'unicast' ? [] : [route.type]),
    defaultRoutes.includes(route.to) ? 'default' : route.to,
    ...(route.via === null ? [] : ['via', route.via]),
    ...(route.dev === null ? [] : ['dev', route.dev]),
    ...(route.metric === null ? [] : ['metric', route.metric]),
    ...(route.protocol === undefined ? [] : ['proto', route.protocol]),
    ...(route.table === undefined || route.table === mainTable ? [] : ['table', tableEntry(route.table)]),
    ...(verb === 'add' ? routeManner(route) : []),
  ]
}

/** As ip-rule(8) takes it. */
export function policyRuleWords(rule: Omit<LabRule, 'action'> & { readonly action: string }): Words {
  const { priority, not, from, to, iif, oif, fwmark, table, action } = rule
  const said = (word: string, value: string | number | null): Words => (value === null ? [] : [word, value])
  return [
    ...['priority', priority],
    ...(not ? ['not'] : []),
    ...said('from', from),
    ...said('to', to),
    ...said('iif', iif),
    ...said('oif', oif),
    ...said('fwmark', fwmark),
    ...(action === 'to-table' ? ['lookup', tableEntry(table)] : [action]),
  ]
}

function policyRule(namespace: string, verb: 'add' | 'del', rule: StepRule): Words {
  const proto = rule.protocol === undefined ? [] : ['proto', rule.protocol]
  return [
    ...within('ip', namespace, rule.family === 'ipv6' ? ['-6'] : []),
    'rule',
    verb,
    ...policyRuleWords(rule),
    ...proto,
  ]
}

function impair(namespace: string, dev: string, wanted: Impair | null): Words {
  const tc = within('tc', namespace)
  const qdisc = wanted && qdiscOf(wanted)
  if (!qdisc) return [...tc, 'qdisc', 'del', 'dev', dev, 'root']
  const replace = [...tc, 'qdisc', 'replace', 'dev', dev, 'root', qdisc.kind]
  if (qdisc.kind === 'tbf') {
    const burst = `${qdisc.burstBytes / 1024}kb`
    return [...replace, 'rate', rateText(qdisc.rateBit), 'burst', burst, 'latency', delayText(qdisc.latencyUs)]
  }
  const { delayUs, jitterUs, lossPercent, duplicatePercent, corruptPercent, reorderPercent, rateBit } = qdisc.impair
  return [
    ...replace,
    ...(delayUs ? ['delay', delayText(delayUs), ...(jitterUs ? [delayText(jitterUs)] : [])] : []),
    ...(lossPercent ? ['loss', percentText(lossPercent)] : []),
    ...(duplicatePercent ? ['duplicate', percentText(duplicatePercent)] : []),
    ...(corruptPercent ? ['corrupt', percentText(corruptPercent)] : []),
    ...(reorderPercent ? ['reorder', percentText(reorderPercent)] : []),
    ...(rateBit ? ['rate', rateText(rateBit)] : []),
  ]
}

function rule(namespace: string, verb: '-A' | '-D', spelling: RuleSpelling): Words {
  return [
    ...execWithin(namespace),
    spelling.family === 'ipv4' ? 'iptables' : 'ip6tables',
    ...(spelling.table === 'filter' ? [] : ['-t', spelling.table]),
    ...[verb, spelling.chain],
    ...spelling.typed,
  ]
}

/** What takes more than the words of one program. */
type ShellStep = Extract<
  KernelStep,
  { op: 'share-add' | 'wireguard-key' | 'wireguard-peer-set' | 'wireguard-peer-delete' }
>

const isShellStep = (step: Step): step is ShellStep =>
  step.op === 'share-add' ||
  step.op === 'wireguard-key' ||
  step.op === 'wireguard-peer-set' ||
  step.op === 'wireguard-peer-delete'

/** Typed in the host, whose namespace has no name: it is known by the shell's own process. */
function shareText({ namespace, parent, ...step }: Extract<Step, { op: 'share-add' }>): string {
  const add = [...within('ip', parent.namespace), 'link', 'add', 'link', parent.interface, 'name', step.name]
  const moved = namespace === hostNamespace ? 'netns $$' : commandLine(['netns', namespace])
  return [
    commandLine([...add, ...hardware(step)]),
    ...(parent.namespace === namespace ? [] : [moved]),
    commandLine(['type', step.kind, 'mode', step.mode]),
  ].join(' ')
}

/** A key goes from the program that makes it to the kernel, and is in no command and no file. */
function shellText(step: ShellStep): string {
  if (step.op === 'share-add') return shareText(step)
  const set = [...execWithin(step.namespace), 'wg', 'set', step.name]
  if (step.op === 'wireguard-key') {
    const listen = step.listen === null ? [] : ['listen-port', step.listen]
    return `wg genkey | ${commandLine([...set, 'private-key', '/dev/stdin', ...listen])}`
  }
  const { of, publicKey, endpoint, allowed } = step
  const key =
    of === null
      ? (publicKey ?? '')
      : `"$(${commandLine([...execWithin(of.namespace), 'wg', 'show', of.interface, 'public-key'])})"`
  const more =
    step.op === 'wireguard-peer-delete'
      ? ['remove']
      : [...(endpoint === null ? [] : ['endpoint', endpoint]), 'allowed-ips', allowed.join(',')]
  return `${commandLine([...set, 'peer'])} ${key} ${commandLine(more)}`
}

/** `ip link` counts a bridge's times in hundredths of a second (USER_HZ). */
function bridgeSettingWords({ setting, value }: Extract<Step, { op: 'bridge-set' }>): Words {
  switch (setting) {
    case 'vlan-filtering':
      return ['vlan_filtering', value]
    case 'priority':
      return ['priority', value]
    case 'forward-delay':
      return ['forward_delay', value * 100]
    case 'ageing':
      return ['ageing_time', value * 100]
  }
}

function kernelWords(step: Exclude<KernelStep, ShellStep>): Words {
  const { namespace } = step
  const ip = within('ip', namespace)
  switch (step.op) {
    case 'namespace-add':
      return ['ip', 'netns', 'add', namespace]
    case 'namespace-delete':
      return ['ip', 'netns', 'del', namespace]
    case 'sysctl-set':
      return [...execWithin(namespace), 'sysctl', '-w', `${step.key}=${step.value.replace(/\s+/g, ' ')}`]
    case 'veth-add':
      return vethAdd(step)
    case 'bridge-add':
      return linkAdd(step, 'bridge', step.stp ? ['stp_state', 1] : [])
    case 'vxlan-add':
      return linkAdd(step, 'vxlan', vxlanWords(step))
    case 'tunnel-add':
      return linkAdd(step, step.kind, tunnelWords(step))
    case 'wireguard-add':
      return linkAdd(step, 'wireguard')
    case 'wireguard-listen':
      return [...execWithin(namespace), 'wg', 'set', step.name, 'listen-port', step.listen]
    case 'vxlan-fdb-add':
    case 'vxlan-fdb-delete': {
      // Several remote ends may have one address: `append`, and not `add`.
      const verb = step.op === 'vxlan-fdb-add' ? 'append' : 'del'
      return [...within('bridge', namespace), 'fdb', verb, step.mac, 'dev', step.name, 'dst', step.remote]
    }
    case 'dummy-add':
      return linkAdd(step, 'dummy')
    case 'vlan-add':
      return [
        ...[...ip, 'link', 'add', 'link', step.link, 'name', step.name, ...hardware(step), 'type', 'vlan'],
        ...(step.protocol === '802.1q' ? [] : ['protocol', step.protocol]),
        ...['id', step.id],
      ]
    case 'bond-add':
      return linkAdd(step, 'bond', [
        ...['mode', step.mode],
        ...(step.miimon === usualMiimon(step.mode) ? [] : ['miimon', step.miimon]),
      ])
    case 'vrf-add':
      return linkAdd(step, 'vrf', ['table', step.table])
    case 'link-delete':
      return [...ip, 'link', 'del', ...device(step.name)]
    case 'link-up':
      return [...ip, 'link', 'set', ...device(step.name), 'up']
    case 'link-down':
      return [...ip, 'link', 'set', ...device(step.name), 'down']
    case 'link-mtu':
      return [...ip, 'link', 'set', ...device(step.name), 'mtu', step.mtu]
    case 'link-mac':
      return [...ip, 'link', 'set', ...device(step.name), 'address', step.mac]
    case 'link-master':
      return [
        ...ip,
        'link',
        'set',
        ...device(step.name),
        ...(step.master === null ? ['nomaster'] : ['master', step.master]),
      ]
    case 'link-set': {
      const { setting, value } = step
      const isNumber = setting === 'txqueuelen' || setting === 'group'
      return [...ip, 'link', 'set', ...device(step.name), setting, isNumber ? value : value === 0 ? 'off' : 'on']
    }
    case 'bond-primary':
      // `ip` has no word for none.
      return step.primary === null
        ? [...execWithin(namespace), 'sh', '-c', `echo > /sys/class/net/${step.name}/bonding/primary`]
        : [...ip, 'link', 'set', ...device(step.name), 'type', 'bond', 'primary', step.primary]
    case 'bridge-stp':
      return [...ip, 'link', 'set', ...device(step.name), 'type', 'bridge', 'stp_state', step.stp ? 1 : 0]
    case 'bridge-set':
      return [...ip, 'link', 'set', ...device(step.name), 'type', 'bridge', ...bridgeSettingWords(step)]
    case 'port-set':
      return [...within('bridge', namespace), 'link', 'set', 'dev', step.name, step.setting, step.value ? 'on' : 'off']
    case 'port-vlan-add':
    case 'port-vlan-delete':
      return [
        ...within('bridge', namespace),
        ...['vlan', step.op === 'port-vlan-add' ? 'add' : 'del', 'dev', step.name, 'vid', step.vlan.id],
        ...(step.op === 'port-vlan-add' && step.vlan.pvid ? ['pvid'] : []),
        ...(step.op === 'port-vlan-add' && step.vlan.untagged ? ['untagged'] : []),
        ...(step.self ? ['self'] : []),
      ]
    case 'address-add':
      // IPv6 addresses wait 2-3 s for duplicate address detection before they answer; `nodad` makes them usable at once.
      return [...ip, 'addr', 'add', step.address, 'dev', step.dev, ...(step.family === 'ipv6' ? ['nodad'] : [])]
    case 'address-delete':
      return [...ip, 'addr', 'del', step.address, 'dev', step.dev]
    case 'route-add':
      return route(namespace, 'add', step.route)
    case 'route-delete':
      return route(namespace, 'del', step.route)
    case 'policy-rule-add':
      return policyRule(namespace, 'add', step.rule)
    case 'policy-rule-delete':
      return policyRule(namespace, 'del', step.rule)
    case 'neighbour-add':
      // One that was learned meanwhile gives way.
      return step.neighbour.mac === null
        ? [...ip, 'neigh', 'add', 'proxy', step.neighbour.address, 'dev', step.neighbour.dev]
        : [
            ...[...ip, 'neigh', 'replace', step.neighbour.address],
            ...['lladdr', step.neighbour.mac, 'dev', step.neighbour.dev],
          ]
    case 'neighbour-delete':
      return [
        ...[...ip, 'neigh', 'del', ...(step.neighbour.mac === null ? ['proxy'] : []), step.neighbour.address],
        ...['dev', step.neighbour.dev],
      ]
    case 'impair-set':
      return impair(namespace, step.dev, step.impair)
  }
}

const spokenSocket = ({ listen, port, address }: ServiceSocket): string =>
  `${listen} port ${port}${address === undefined ? '' : ` of ${address}`}`

/**
 * The step as one command, shell-quoted, to be typed in the lab's host. Services, which no command of the system
 * keeps, are one comment line. A firewall rule for two families is spelled for its first: planners make one step each.
 */
export function stepText(step: Step): string {
  switch (step.op) {
    case 'nat-add':
    case 'nat-delete':
    case 'firewall-add':
    case 'firewall-delete':
      return commandLine(rule(step.namespace, step.op.endsWith('-add') ? '-A' : '-D', spellStep(step)))
    case 'policy-set':
      return commandLine([
        ...execWithin(step.namespace),
        ...[step.family === 'ipv4' ? 'iptables' : 'ip6tables', '-P'],
        ...[step.chain.toUpperCase(), step.policy.toUpperCase()],
      ])
    case 'ruleset-load': {
      const within = commandLine(execWithin(step.namespace))
      return rulesetCommand(within === '' ? '' : `${within} `, step)
    }
    case 'netns-file':
      return netnsFileCommand(step)
    case 'service-start':
      return `# vethlab: answer on ${spokenSocket(step.service)} in ${step.namespace}`
    case 'service-stop':
      return `# vethlab: stop answering on ${spokenSocket(step.service)} in ${step.namespace}`
    case 'dnsmasq-start':
    case 'dnsmasq-stop':
      return dnsmasqCommand(step)
    case 'dhcp-start':
    case 'dhcp-stop':
      return dhcpCommand(step)
    default:
      return isShellStep(step) ? shellText(step) : commandLine(kernelWords(step))
  }
}
