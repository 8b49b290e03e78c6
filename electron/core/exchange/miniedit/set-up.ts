/** What Mininet does in every node once all links are there: addresses, the default route, commands of the user. */
import { parseAddress, parsePrefix } from '../../lab/address.js'
import { quote } from '../../lab/describe.js'
import type { LabPath } from '../../lab/problem.js'
import { said } from '../../words/said.js'
import type { PlacedValues } from '../placed-values.js'
import type { Interpreter } from '../shell/interpret.js'
import { splitWords } from '../shell/split.js'
import type { Node } from './nodes.js'

/** Where no network is said (Mininet.__init__ and Node.setIP, mininet/net.py and node.py). */
const usualBase = '10.0.0.0/8'
const usualLength = 8

export function setUp(values: PlacedValues, nodes: ReadonlyMap<string, Node>, shell: Interpreter): void {
  const at = ({ namespace, path }: Node, key: string, command: string): void =>
    shell.words(splitWords(command, placeOf(values, [...path, 'opts', key], path)), namespace)
  for (const node of nodes.values()) {
    const [first] = node.ports
    if (node.kind === 'host' && first) {
      at(node, 'ip', `ip addr add ${addressOf(values, node)} dev ${first.name}`)
      const route = opt(values, node, 'defaultRoute')
      if (route !== '') at(node, 'defaultRoute', `ip route add default via ${route}`)
    }
    if (node.kind === 'router' && first)
      values.leaveOut(
        node.path,
        said`Mininet numbers the first interface of the legacy router ${quote(node.name)} by itself; here it has no address.`,
        said`Give its interfaces addresses in the lab.`,
      )
    const own = node.kind === 'switch' ? opt(values, node, 'switchIP') : ''
    if (own !== '' && node.bridge) at(node, 'switchIP', `ifconfig ${node.bridge.name} ${own}`)
  }
  for (const node of nodes.values()) {
    const vlans = [...node.path, 'opts', 'vlanInterfaces']
    values.list(vlans).forEach((_, i) => {
      const [address = '', id = ''] = [0, 1].map((part) => values.text([...vlans, i, part]) ?? '')
      at(node, 'vlanInterfaces', `vconfig add ${node.ports[0]?.name ?? 'eth0'} ${id}`)
      at(node, 'vlanInterfaces', `ifconfig ${node.ports[0]?.name ?? 'eth0'}.${id} ${address}`)
    })
    const path = [...node.path, 'opts', 'startCommand']
    const text = values.text(path) ?? ''
    shell.fresh()
    // Behind its opening quote; escapes before a command shift its column, and never its line.
    if (text !== '') shell.whole(text, node.namespace, values.valueOffset(path) + 1)
  }
}

const opt = (values: PlacedValues, { path }: Node, key: string): string =>
  values.text([...path, 'opts', key])?.trim() ?? ''

const placeOf = (values: PlacedValues, path: LabPath, otherwise: LabPath): number =>
  values.at(path) === undefined ? values.offset(otherwise) : values.valueOffset(path)

/** Its own, or the base address and its number. */
function addressOf(values: PlacedValues, node: Node): string {
  const own = opt(values, node, 'ip')
  if (own !== '') return own.includes('/') ? own : `${own}/${usualLength}`
  const base = parsePrefix(values.text(['application', 'ipBase']) ?? usualBase) ?? parsePrefix(usualBase)
  const number = Number(opt(values, node, 'nodeNum') || values.text([...node.path, 'number']))
  const bytes = base?.bytes.slice(0, 4) ?? [10, 0, 0, 0]
  const sum = bytes.reduce((all, byte) => all * 256 + byte, 0) + (Number.isInteger(number) ? number : 0)
  const text = [24, 16, 8, 0].map((shift) => Math.floor(sum / 2 ** shift) % 256).join('.')
  return `${parseAddress(text)?.text ?? text}/${usualLength}`
}
