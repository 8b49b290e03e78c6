/** What was found, in the words of `vethlab look --json`. */
import type { LiveNamespace, LiveState } from '../../core/live/state.js'
import {
  namespaceId,
  type MachineInterface,
  type MachineListener,
  type MachineNamespace,
} from '../../core/machine/view.js'
import type { Survey } from './machine.js'

/** That of whoever asks first, then by name. */
export function viewOf(
  { discovery, names, keys, refused }: Survey,
  live: LiveState,
  listeners: ReadonlyMap<string, readonly MachineListener[]>,
): MachineNamespace[] {
  const byName = new Map(live.namespaces.map((each) => [each.name, each]))
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
        interfaces: found ? interfacesOf(found, byName) : [],
        listeners: (found && listeners.get(found.name)) ?? [],
      },
    ]
  })
  const first = ({ default: isDefault }: MachineNamespace): number => (isDefault ? 0 : 1)
  const name = ({ names: [one], id }: MachineNamespace): string => one?.name ?? id
  return views.toSorted((a, b) => first(a) - first(b) || (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0))
}

function interfacesOf(
  { links, addresses }: LiveNamespace,
  byName: ReadonlyMap<string, LiveNamespace>,
): MachineInterface[] {
  return links.map(({ name, kind, mac, mtu, up, master, peer }) => {
    const far = peer?.namespace ? byName.get(peer.namespace) : undefined
    const end = far?.links.find(({ index }) => index === peer?.index)
    return {
      ...{ name, kind, mac: mac ?? '', mtu, up, master },
      addresses: addresses.filter(({ dev }) => dev === name).map(({ address }) => address),
      peer: far && end ? { id: namespaceId(far.inode), interface: end.name } : null,
    }
  })
}
