/**
 * `vethlab export --to clab`: a lab as a containerlab topology. Every namespace is a container without a network of its
 * own, every veth pair a link, and all that is in a namespace - bridges too, which containerlab itself would only take
 * from the machine - comes by the commands that Vethlab prints, as `exec` lines of its node.
 */
import { Document, isMap, isSeq, visit } from 'yaml'
import { hostNamespace, isShare, type Lab, type LabInterface, type LabNamespace } from '../../lab/lab.js'
import { sysctlPath } from '../../lab/sysctl.js'
import { plainLine } from '../../lab/plain-text.js'
import { englishText } from '../../lab/text.js'
import { diff } from '../../plan/diff.js'
import { emptyLive } from '../../plan/empty.js'
import { isHelpersOwn, type Step } from '../../plan/step.js'
import { bridgeNetfilterKeys, hasBridge } from '../../plan/sysctls.js'
import { commandLine } from '../../plan/shell-quote.js'
import { stepText } from '../../plan/text.js'
import { drawingAndLessons, type Exported } from '../exported.js'
import { escapeEnvironment, image, namespaceLabel, reservedNodeNames, usualMtu } from './words.js'

type VethAdd = Extract<Step, { op: 'veth-add' }>
type End = Pick<VethAdd, 'namespace' | 'name' | 'mac' | 'mtu'>

export function exportClab(lab: Lab): Exported {
  const steps = diff(lab, emptyLive()).map(({ step }) => step)
  const used = [...lab.namespaces.values()].filter((each) => each.name !== hostNamespace || isUsed(each))
  const nodeNames = nodeNamesOf(used)
  const pairs = steps.filter((step) => step.op === 'veth-add')
  const commands = new Map(used.map((each) => [each.name, commandsBefore(lab, each, pairs)]))
  for (const step of steps)
    if (!isContainerlabs(lab, step) && !isBeyondNodes(lab, step)) commands.get(step.namespace)?.push(typedThere(step))
  const nodes = used.map(({ name }) => {
    const node = nodeNames.get(name) ?? name
    const exec = commands.get(name) ?? []
    const labels = node === name ? {} : { labels: { [namespaceLabel]: name } }
    return [node, { kind: 'linux', ...labels, ...(exec.length > 0 ? { exec } : {}) }] as const
  })
  const links = pairs.map((pair) => linkOf(pair, nodeNames))
  const topology = {
    name: lab.name,
    topology: {
      kinds: { linux: { image, 'network-mode': 'none' } },
      nodes: Object.fromEntries(nodes),
      ...(links.length > 0 ? { links } : {}),
    },
  }
  return { text: escapeEnvironment(print(lab, topology)), leftBehind: leftBehind(lab, used, nodeNames) }
}

/** Whether `host` has anything that containerlab must make a node for. */
function isUsed({ interfaces, routes, rules, neighbours, nat, firewall, sysctls, forwarding }: LabNamespace): boolean {
  const [lo, ...others] = interfaces
  const plain = [routes, rules, neighbours, nat, firewall, Object.keys(sysctls)].every(({ length }) => length === 0)
  return others.length > 0 || !plain || forwarding !== undefined || (lo?.addresses.length ?? 0) > 0
}

function nodeNamesOf(namespaces: readonly LabNamespace[]): ReadonlyMap<string, string> {
  const taken = new Set(namespaces.map(({ name }) => name))
  return new Map(
    namespaces.map(({ name }) => {
      if (!reservedNodeNames.has(name.toLowerCase())) return [name, name]
      let node = name === hostNamespace ? 'lab-host' : `${name}-ns`
      for (let n = 1; taken.has(node); n++) node = `lab-${name}-${n}`
      taken.add(node)
      return [name, node]
    }),
  )
}

/** What containerlab does by itself: nodes, cables, and switching on their ends and `lo`. */
function isContainerlabs(lab: Lab, step: Step): boolean {
  if (step.op === 'namespace-add' || step.op === 'veth-add') return true
  if (isHelpersOwn(step)) return true
  // A node has a /etc of its own, and containerlab writes these two files.
  if (step.op === 'netns-file') return true
  // Written before all others where there are bridges, whether the lab says so or not.
  const namespace = lab.namespaces.get(step.namespace)
  if (step.op === 'sysctl-set' && step.key.startsWith('net.bridge.'))
    return namespace !== undefined && hasBridge(namespace)
  if (step.op !== 'link-up') return false
  const kind = interfaceOf(lab, step.namespace, step.name)?.kind
  return kind === 'veth' || kind === 'loopback'
}

/**
 * No node of containerlab sees into another: keys of WireGuard pass from one namespace to another while they are built, and
 * a macvlan may be on an interface of another one.
 */
function isBeyondNodes(lab: Lab, step: Step): boolean {
  const names = 'name' in step ? [step.name] : 'dev' in step ? [step.dev] : []
  const more = step.op === 'neighbour-add' ? [step.neighbour.dev] : []
  // net/ipv4/conf/NAME/rp_filter
  const setting = step.op === 'sysctl-set' ? [sysctlPath(step.key)?.split('/')[3] ?? null] : []
  const route = step.op === 'route-add' ? [step.route.dev, ...(step.route.nexthops ?? []).map(({ dev }) => dev)] : []
  return [...names, ...more, ...setting, ...route].some((name) => {
    const device = name === null ? undefined : interfaceOf(lab, step.namespace, name)
    return device !== undefined && (device.kind === 'wireguard' || isOnAnother(step.namespace, device))
  })
}

const isOnAnother = (namespace: string, device: LabInterface): boolean =>
  isShare(device) && device.parent.namespace !== namespace

const interfaceOf = (lab: Lab, namespace: string, name: string): LabInterface | undefined =>
  lab.namespaces.get(namespace)?.interfaces.find((each) => each.name === name)

/** The command as it is typed in the container, which is the namespace; containerlab has no shell that reads here documents. */
function typedThere(step: Step): string {
  const text = stepText({
    ...step,
    namespace: hostNamespace,
    ...(step.op === 'share-add' ? { parent: { ...step.parent, namespace: hostNamespace } } : {}),
  } as Step)
  return step.op === 'ruleset-load' ? commandLine(['sh', '-c', text]) : text
}

/** Switches of br_netfilter, which only some kernels have loaded: `-e` lets the unknown ones pass. */
const sysctlIfKnown = (key: string, value: string): string => commandLine(['sysctl', '-e', '-w', `${key}=${value}`])

/** What must be undone of containerlab's own doing before anything else. */
function commandsBefore(lab: Lab, namespace: LabNamespace, pairs: readonly VethAdd[]): string[] {
  const at = { namespace: hostNamespace }
  // A bond takes no interface that is up, and switches it on itself.
  const off = namespace.interfaces.filter(
    ({ kind, up, bond }) => (!up || bond !== undefined) && (kind === 'veth' || kind === 'loopback'),
  )
  const others = pairs.flatMap(({ mtu, peer }) => {
    const before = mtu ?? usualMtu
    const differs = peer.namespace === namespace.name && (peer.mtu ?? usualMtu) !== before
    return differs ? [{ op: 'link-mtu' as const, ...at, name: peer.name, mtu: peer.mtu ?? usualMtu, before }] : []
  })
  // Docker switches IPv6 off in a container that has no network of its own.
  const ipv6 = { op: 'sysctl-set', ...at, key: 'net.ipv6.conf.all.disable_ipv6', value: '0', before: null } as const
  return [
    ...(lab.ipv6 ? [stepText(ipv6)] : []),
    ...off.map(({ name }) => stepText({ op: 'link-down', ...at, name })),
    ...others.map(stepText),
    ...(hasBridge(namespace)
      ? bridgeNetfilterKeys.map((key) => sysctlIfKnown(key, namespace.sysctls[key] ?? '0'))
      : []),
  ]
}

function linkOf({ peer, ...near }: VethAdd, nodeNames: ReadonlyMap<string, string>): object {
  const ends: readonly End[] = [near, peer]
  const node = ({ namespace }: End): string => nodeNames.get(namespace) ?? namespace
  const mtu = near.mtu ?? usualMtu
  // The short form has no hardware addresses.
  if (ends.every(({ mac }) => mac === null)) return { endpoints: ends.map((end) => `${node(end)}:${end.name}`), mtu }
  const endpoints = ends.map((end) => {
    return { node: node(end), interface: end.name, ...(end.mac === null ? {} : { mac: end.mac }) }
  })
  return { type: 'veth', endpoints, mtu }
}

function print(lab: Lab, topology: object): string {
  // containerlab reads YAML 1.1, in which `on` and `010` are no text unless quoted.
  const document = new Document(topology, { version: '1.1' })
  visit(document, {
    Pair(_, { key, value }) {
      const name = String(key)
      if (name === 'endpoints' && isSeq(value) && !value.items.some(isMap)) value.flow = true
    },
  })
  const heading = plainLine(englishText(lab.title) || lab.name)
  const comments = [
    `# ${heading}`,
    '# Made by Vethlab for containerlab: containerlab deploy -t FILE',
    '# Any image with iproute2, iptables and tc will do.',
  ]
  return `${comments.join('\n')}\n${document.toString({ lineWidth: 0 })}`
}

function leftBehind(
  lab: Lab,
  used: readonly LabNamespace[],
  nodeNames: ReadonlyMap<string, string>,
): readonly string[] {
  const renamed = used.filter(({ name }) => nodeNames.get(name) !== name)
  const asking = used.flatMap(({ name, dhcp4 = [] }) => dhcp4.map((each) => `${each} of ${name}`))
  const answering = [...lab.namespaces.values()].filter(({ services, dnsmasq }) => services.length > 0 || dnsmasq)
  return [
    ...used.flatMap(({ name, interfaces }) =>
      interfaces.flatMap((each) =>
        each.kind === 'wireguard'
          ? [`tunnel ${each.name} of ${name}: containerlab hands no keys from node to node`]
          : isShare(each) && isOnAnother(name, each)
            ? [`${each.kind} ${each.name} of ${name}: it is on an interface of another node, ${each.parent.namespace}`]
            : [],
      ),
    ),
    ...used
      .filter(({ files }) => Object.keys(files).length > 0)
      .map(
        ({ name, files }) =>
          `${Object.keys(files).join(' and ')} of ${name}: containerlab writes them itself; give the node yours with \`binds:\``,
      ),
    ...renamed.map(({ name }) => {
      const node = `the node ${nodeNames.get(name) ?? name}`
      return name === hostNamespace
        ? `host: becomes ${node}; containerlab's own host is the machine itself, which stays untouched`
        : `${name}: becomes ${node}; containerlab takes the name for something else`
    }),
    ...drawingAndLessons(lab, 'containerlab'),
    ...(answering.length > 0
      ? [`services in ${answering.map(({ name }) => name).join(', ')}: start programs in the image to answer`]
      : []),
    ...(asking.length > 0
      ? [`dhcp4 on ${asking.join(', ')}: start a client of DHCP in the image to ask for addresses`]
      : []),
    ...(lab.uplink ? ['uplink: remove `network-mode: none` from a node, and it has the way out of its container'] : []),
  ]
}
