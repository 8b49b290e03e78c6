/** Hosts, legacy routers and switches of MiniEdit as namespaces and bridges. */
import { quote } from '../../lab/describe.js'
import type { LabPath } from '../../lab/problem.js'
import { isRecord } from '../../lab/schema-shape.js'
import { said, type Said } from '../../words/said.js'
import { addNamespace, hostOf } from '../commands/namespaces.js'
import { fittingName } from '../fitting-name.js'
import { addDevice } from '../network/links.js'
import { switchOnLo, type Device, type Namespace, type Network } from '../network/network.js'
import { leftOutFor } from '../notice.js'
import type { PlacedValues } from '../placed-values.js'

export interface Node {
  readonly name: string
  readonly kind: 'host' | 'router' | 'switch'
  readonly path: LabPath
  readonly namespace: Namespace
  /** Of a switch. */
  readonly bridge: Device | null
  /** In the order of their numbers. */
  readonly ports: Device[]
}

/** Used, or without a word about the network. */
const usedKeys = new Set(
  (
    'hostname nodeNum ip defaultRoute vlanInterfaces startCommand sched controllers switchType switchIP dpid ' +
    'netflow sflow'
  ).split(' '),
)

const reasons: ReadonlyMap<string, Said> = new Map(
  Object.entries({
    externalInterfaces: said`a lab is connected to no interface of your machine`,
    privateDirectory: said`a namespace shares the files of your machine`,
    stopCommand: said`a lab takes itself down`,
    cores: said`a lab gives its namespaces no share of the processor`,
    cpu: said`a lab gives its namespaces no share of the processor`,
  }),
)

/** By name, in the order of the file. */
export function readNodes(values: PlacedValues, network: Network): ReadonlyMap<string, Node> {
  const nodes = new Map<string, Node>()
  for (const list of ['hosts', 'switches'] as const)
    values.list([list]).forEach((entry, i) => {
      const path = [list, i]
      const name = nameOf(values, path, list)
      const refuse = (message: Said, hint: Said | null = null): void => values.leaveOut(path, message, hint)
      if (!isRecord(entry) || name === '') return refuse(said`This entry has no name; it is left out.`)
      if (nodes.has(name)) return refuse(said`There is a node ${quote(name)} already; this one is left out.`)
      const kind = list === 'hosts' ? 'host' : isRouter(values, path) ? 'router' : 'switch'
      const made = kind === 'switch' ? makeSwitch(values, network, name, path) : makeHost(values, network, name, path)
      if ('message' in made) return refuse(made.message, made.hint)
      nodes.set(name, { name, kind, path, ports: [], ...made })
      leaveOutOptions(values, [...path, 'opts'])
    })
  return nodes
}

/** Of version 1 only the number is known. */
function nameOf(values: PlacedValues, path: LabPath, list: 'hosts' | 'switches'): string {
  const number = values.text([...path, 'number'])
  const counted = number === null ? '' : `${list === 'hosts' ? 'h' : 's'}${number}`
  return values.text([...path, 'opts', 'hostname']) ?? counted
}

const typeOf = (values: PlacedValues, path: LabPath): string =>
  values.text([...path, 'opts', 'switchType']) ?? 'default'

const isRouter = (values: PlacedValues, path: LabPath): boolean => typeOf(values, path) === 'legacyRouter'

type Made = Pick<Node, 'namespace' | 'bridge'>

function makeHost(
  values: PlacedValues,
  network: Network,
  name: string,
  path: LabPath,
): Made | Exclude<ReturnType<typeof addNamespace>, Namespace> {
  const namespace = addNamespace(network, name, values.offset(path), values.tell)
  if ('message' in namespace) return namespace
  switchOnLo(namespace)
  if (isRouter(values, path)) namespace.sysctls.set('net.ipv4.ip_forward', '1')
  return { namespace, bridge: null }
}

function makeSwitch(
  values: PlacedValues,
  network: Network,
  name: string,
  path: LabPath,
): Made | Exclude<ReturnType<typeof addDevice>, Device> {
  const namespace = hostOf(network)
  const fitting = fittingName(namespace, name)
  const bridge = addDevice(namespace, 'bridge', fitting)
  if ('message' in bridge) return bridge
  bridge.up = true
  if (fitting !== name)
    values.leaveOut(path, said`The interface name ${quote(name)} does not fit Linux; it becomes ${quote(fitting)}.`)
  values.leaveOut(path, said`The Open vSwitch ${quote(name)} becomes a Linux bridge.`)
  return { namespace, bridge }
}

const isEmpty = (value: unknown): boolean =>
  value === '' || value === '0' || value === null || (Array.isArray(value) && value.length === 0)

function leaveOutOptions(values: PlacedValues, path: LabPath): void {
  for (const key of values.keys(path)) {
    if (usedKeys.has(key) || isEmpty(values.at([...path, key]))) continue
    values.leaveOut([...path, key], leftOutFor(key, reasons.get(key)))
  }
}
