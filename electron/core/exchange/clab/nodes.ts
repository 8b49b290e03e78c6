/** Nodes of a topology as namespaces and bridges. */
import { quote } from '../../lab/describe.js'
import type { LabPath } from '../../lab/problem.js'
import { namespaceNamePattern } from '../../lab/schema.js'
import { addNamespace, hostOf } from '../commands/namespaces.js'
import { addDevice } from '../network/links.js'
import { switchOnLo, type Device, type Namespace, type Network } from '../network/network.js'
import { leftOutFor } from '../notice.js'
import { levelsOf, type Topology } from './topology.js'
import { namespaceLabel } from './words.js'
import { said, type Said } from '../../words/said.js'

/** What a link's end with this node's name is plugged into. */
export interface Place {
  readonly namespace: Namespace
  /** Of a node that is a bridge. */
  readonly bridge: Device | null
  /** The network of another node: its settings are that node's matter. */
  readonly shared?: true
}

const bridgeKinds = new Set(['bridge', 'ovs-bridge'])
/** Kinds that are nothing but a container or the machine. */
const plainKinds = new Set(['linux', 'host', 'ext-container'])

/** Keys that are used, or say nothing about the network. */
const usedKeys = new Set(['kind', 'exec', 'sysctls', 'group', 'network-mode', 'labels'])

const reasons: ReadonlyMap<string, Said> = new Map(
  Object.entries({
    image: said`a namespace runs no image`,
    binds: said`a namespace shares the files of your machine`,
    'startup-config': said`a namespace has no operating system to configure`,
    ports: said`a \`dnat\` rule publishes a port`,
    publish: said`a \`dnat\` rule publishes a port`,
    'mgmt-ipv4': said`a lab has no management network`,
    'mgmt-ipv6': said`a lab has no management network`,
  }),
)

export function readNodes(topology: Topology, network: Network): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>([['host', { namespace: hostOf(network), bridge: null }]])
  const names = topology.keys(['topology', 'nodes'])
  const kinds = new Map(names.map((name) => [name, levelsOf(topology, name).kind]))
  const isBridge = (name: string): boolean => bridgeKinds.has(kinds.get(name) ?? '')
  leaveOutKeys(topology, names)
  const containers = names.filter((name) => !isBridge(name) && parentOf(topology, name) === null)
  for (const name of containers) {
    const namespace = namespaceOf(topology, network, name, kinds.get(name) ?? null)
    if (namespace) places.set(name, { namespace, bridge: null })
  }
  // A node in another one's network is that namespace once more.
  for (const name of names.filter((each) => !isBridge(each) && !containers.includes(each))) {
    const parent = places.get(parentOf(topology, name) ?? '')
    if (parent) places.set(name, { ...parent, shared: true })
    else leaveOutNode(topology, name, said`the node whose network it shares is not in the file`)
  }
  for (const name of names.filter(isBridge)) {
    const place = bridgeOf(topology, network, places, name, kinds.get(name) ?? '')
    if (place) places.set(name, place)
  }
  return places
}

const nodePath = (name: string): LabPath => ['topology', 'nodes', name]

const leaveOutNode = (topology: Topology, name: string, why: Said): void =>
  topology.leaveOut(nodePath(name), said`The node ${quote(name)} is left out: ${why}.`)

function networkMode(topology: Topology, name: string): string | null {
  const modes = levelsOf(topology, name).paths.map((path) => topology.text([...path, 'network-mode']))
  return modes.filter((text) => text !== null).at(-1) ?? null
}

/** The node whose network it shares. */
const parentOf = (topology: Topology, name: string): string | null =>
  /^container:(.+)$/.exec(networkMode(topology, name) ?? '')?.[1] ?? null

function namespaceOf(topology: Topology, network: Network, name: string, kind: string | null): Namespace | null {
  const label = topology.text([...nodePath(name), 'labels', namespaceLabel])
  if (kind === 'host' || label === 'host') return hostOf(network)
  if (kind === 'ext-container')
    leaveOut(topology, name, said`${quote(name)} is a container of somebody else's; here it is an empty namespace.`)
  else if (kind === null) leaveOut(topology, name, said`${quote(name)} has no kind; it is taken for linux.`)
  else if (!plainKinds.has(kind))
    leaveOut(
      topology,
      name,
      said`${quote(name)} is of kind ${quote(kind)}; only its interfaces and cables are imported.`,
    )
  if (networkMode(topology, name) === 'host') {
    leaveOutNode(topology, name, said`it uses the network of your machine`)
    return null
  }
  const wanted = label !== null && namespaceNamePattern.test(label) ? label : name
  const made = addNamespace(network, wanted, topology.offset(nodePath(name)), topology.tell)
  if ('message' in made) {
    topology.leaveOut(nodePath(name), made.message, made.hint)
    return null
  }
  switchOnLo(made)
  return made
}

const leaveOut = (topology: Topology, name: string, message: Said): void => topology.leaveOut(nodePath(name), message)

/** `br0` is a bridge of the machine; `br0|NODE` one in the network of that node. */
function bridgeOf(
  topology: Topology,
  network: Network,
  places: ReadonlyMap<string, Place>,
  name: string,
  kind: string,
): Place | null {
  const [own = name] = name.split('|')
  const parent = parentOf(topology, name)
  const namespace = parent === null ? hostOf(network) : places.get(parent)?.namespace
  if (!namespace) {
    leaveOutNode(topology, name, said`the node that it is in is not in the file`)
    return null
  }
  if (kind === 'ovs-bridge') leaveOut(topology, name, said`The Open vSwitch ${quote(own)} becomes a Linux bridge.`)
  const bridge = addDevice(namespace, 'bridge', own)
  if ('message' in bridge) {
    topology.leaveOut(nodePath(name), bridge.message, bridge.hint)
    return null
  }
  bridge.up = true
  return { namespace, bridge }
}

/** Names every setting that a lab has no words for, at each place that says it. */
function leaveOutKeys(topology: Topology, names: readonly string[]): void {
  const levels: LabPath[] = [
    ['topology', 'defaults'],
    ...topology.keys(['topology', 'kinds']).map((kind) => ['topology', 'kinds', kind]),
    ...topology.keys(['topology', 'groups']).map((group) => ['topology', 'groups', group]),
    ...names.map(nodePath),
  ]
  for (const level of levels) {
    for (const key of topology.keys(level)) {
      const path = [...level, key]
      if (key === 'labels') {
        const foreign = topology.keys(path).filter((label) => label !== namespaceLabel)
        if (foreign.length > 0) topology.leaveOut(path, said`\`labels\` are left out; a lab file has none.`)
      } else if (!usedKeys.has(key)) {
        topology.leaveOut(path, leftOutFor(key, reasons.get(key)))
      }
    }
  }
}
