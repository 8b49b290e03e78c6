/** What was found, in the words of `vethlab look --json`. */
import type { LiveLink, LiveNamespace, LiveState } from '../../core/live/state.js'
import { networkOfBridge, networkOfMember, type NetworkName } from '../../core/machine/networks.js'
import { publishedPorts } from '../../core/machine/published.js'
import {
  namespaceId,
  type MachineInterface,
  type MachineListener,
  type MachineNamespace,
} from '../../core/machine/view.js'
import type { Survey } from './machine.js'

/** That of whoever asks first, then by name. */
export function viewOf(
  { discovery, names, networks, keys, refused }: Survey,
  live: LiveState,
  listeners: ReadonlyMap<string, readonly MachineListener[]>,
): MachineNamespace[] {
  const byName = new Map(live.namespaces.map((each) => [each.name, each]))
  const published = publishedPorts(live.namespaces)
  const { machine, users } = networks
  const networkOf = ({ inode, addresses }: LiveNamespace, link: LiveLink): NetworkName | null => {
    const own = addresses.flatMap(({ dev, address }) => (dev === link.name ? [address.replace(/\/.*/, '')] : []))
    const bridges = inode === discovery.defaultInode || inode === discovery.firstInode ? machine : users
    return networkOfBridge(link, own, bridges) ?? networkOfMember(link, own, [...machine, ...users])
  }
  const views = [...discovery.namespaces.keys()].flatMap((inode): MachineNamespace[] => {
    const found = byName.get(keys.get(inode) ?? '')
    // One that ended while it was looked at is not there any more.
    if (!found && !refused.has(inode)) return []
    return [
      {
        id: namespaceId(inode),
        default: inode === discovery.defaultInode,
        names: names.get(inode) ?? [],
        readable: found !== undefined,
        interfaces: found ? interfacesOf(found, byName, networkOf) : [],
        listeners: (found && listeners.get(found.name)) ?? [],
        published: (found && published.get(found.name)) ?? [],
      },
    ]
  })
  const first = ({ default: isDefault }: MachineNamespace): number => (isDefault ? 0 : 1)
  const name = ({ names: [one], id }: MachineNamespace): string => one?.name ?? id
  return views.toSorted((a, b) => first(a) - first(b) || (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0))
}

function interfacesOf(
  namespace: LiveNamespace,
  byName: ReadonlyMap<string, LiveNamespace>,
  networkOf: (namespace: LiveNamespace, link: LiveLink) => NetworkName | null,
): MachineInterface[] {
  const end = (far: LiveLink['peer'] | undefined): { readonly at: LiveNamespace; readonly link: LiveLink } | null => {
    const at = far?.namespace ? byName.get(far.namespace) : undefined
    const link = at?.links.find(({ index }) => index === far?.index)
    return at && link ? { at, link } : null
  }
  const placed = (far: ReturnType<typeof end>): MachineInterface['peer'] =>
    far && { id: namespaceId(far.at.inode), interface: far.link.name }
  return namespace.links.map((each) => {
    const { name, kind, mac, mtu, up, master } = each
    const peer = end(each.peer)
    // A container is in the network of the bridge that the other end of its cable is a port of.
    const bridge = peer?.at.links.find((link) => link.name === peer.link.master)
    return {
      ...{ name, kind, mac: mac ?? '', mtu, up, master },
      addresses: namespace.addresses.filter(({ dev }) => dev === name).map(({ address }) => address),
      ...{ peer: placed(peer), parent: placed(end(each.share?.parent)) },
      network: networkOf(namespace, each) ?? (peer && bridge ? networkOf(peer.at, bridge) : null),
    }
  })
}
