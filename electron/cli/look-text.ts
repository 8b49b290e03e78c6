/** What was found on the machine, for people: a paragraph for each namespace. */
import type { MachineInterface, MachineListener, MachineName, MachineNamespace } from '../core/machine/view.js'
import type { MachinePort } from '../core/machine/published.js'
import { printableLine, type Paint } from './output.js'
import { columns } from './columns.js'

/** Of a name (characters); a hostile one may fill the screen. */
const longestName = 80
/** Names that stand in a heading. */
const mostNames = 6

export function lookText(namespaces: readonly MachineNamespace[], paint: Paint): string {
  const titles = new Map(namespaces.map((each) => [each.id, titleOf(each)]))
  // One name of several says nothing of whose end it is.
  const uses = new Map<string, number>()
  for (const title of titles.values()) uses.set(title, (uses.get(title) ?? 0) + 1)
  for (const [id, title] of titles) if ((uses.get(title) ?? 0) > 1) titles.set(id, id)
  return namespaces.map((each) => namespaceText(each, titles, paint)).join('\n\n')
}

const short = (name: string): string => (name.length > longestName ? `${name.slice(0, longestName)}...` : name)

const titleOf = ({ default: isDefault, names: [first], id }: MachineNamespace): string =>
  isDefault ? 'host' : first ? short(first.name) : id

function nameText({ kind, engine, name, detail }: MachineName): string {
  const what = engine === null || engine === 'systemd' ? kind : `${engine} ${kind}`
  return `${kind === 'netns' ? 'ip netns' : what} ${short(name)}${detail === null ? '' : ` (${short(detail)})`}`
}

function namespaceText(namespace: MachineNamespace, titles: ReadonlyMap<string, string>, paint: Paint): string {
  const { id, names, readable, interfaces, listeners, published } = namespace
  const shown = names.slice(0, mostNames).map(nameText)
  const more = names.length - shown.length
  const called = [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ')
  const head = `${paint('bold', printableLine(titleOf(namespace)))}  ${paint('dim', printableLine(`${id}  ${called}`))}`
  if (!readable) return `${head}\n  ${paint('yellow', 'could not be read')}`
  return [
    head,
    ...interfaceLines(interfaces, titles).map((line) => `  ${line}`),
    ...(published.length === 0 ? [] : [`  ${paint('dim', 'published')}  ${printableLine(publishedText(published))}`]),
    ...(listeners.length === 0 ? [] : [`  ${paint('dim', 'listens')}  ${printableLine(listenerText(listeners))}`]),
  ].join('\n')
}

function interfaceLines(interfaces: readonly MachineInterface[], titles: ReadonlyMap<string, string>): string[] {
  const rows = interfaces.map(({ name, kind, mtu, up, addresses, master, peer, parent, network }) => [
    name,
    up ? 'up' : 'down',
    `mtu ${mtu}`,
    [
      kind,
      ...(master === null ? [] : [`port of ${master}`]),
      ...(network === null ? [] : [`${network.engine} network ${short(network.name)}`]),
    ].join(', '),
    placeText('->', peer, titles) + placeText('on', parent, titles),
    addresses.join('  '),
  ])
  return columns(rows)
}

const placeText = (sign: string, end: MachineInterface['peer'], titles: ReadonlyMap<string, string>): string =>
  end === null ? '' : `${sign} ${titles.get(end.id) ?? end.id}:${end.interface}`

const at = (address: string, port: number): string => `${address.includes(':') ? `[${address}]` : address}:${port}`

const publishedText = (ports: readonly MachinePort[]): string =>
  ports.map(({ protocol, address, port, to }) => `${protocol} ${at(address, port)} -> ${to}`).join(', ')

const listenerText = (listeners: readonly MachineListener[]): string =>
  listeners
    .map(
      ({ protocol, address, port, process }) =>
        `${protocol} ${at(address, port)}${process === null ? '' : ` ${process}`}`,
    )
    .join(', ')
