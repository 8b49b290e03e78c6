/**
 * A bridge takes the smallest MTU of its ports each time one of them comes, goes or changes, until somebody changes the
 * bridge's own; one given at creation does not count (br_mtu_auto_adjust, net/bridge/br_if.c). So a bridge's MTU is
 * never part of making it, but a step of its own after its ports.
 */
import { masterOf, type LabInterface } from '../lab/lab.js'
import type { LiveLink } from '../live/state.js'
import { linkKey } from './live-index.js'
import type { Scope } from './scope.js'

/** Bytes; the MTU of an Ethernet device that nobody set, and of a bridge without ports (ETH_DATA_LEN, linux/if_ether.h). */
export const defaultMtu = 1500

/** Bytes: what a bridge with ports of these MTUs has by itself. */
export function ownBridgeMtu(ports: readonly number[]): number {
  return ports.length > 0 ? Math.min(...ports) : defaultMtu
}

/**
 * Gives the MTU that the lab names to a bridge that is new, has another, or may take another from changing ports; and
 * the one of its ports to a bridge for which only the former lab named one.
 */
export function planBridgeMtu(
  scope: Scope,
  namespace: string,
  bridge: LabInterface & { readonly kind: 'bridge' },
  live: LiveLink | undefined,
): void {
  const had = live && scope.formerInterfaces.get(namespace)?.get(bridge.name)?.mtu
  if (bridge.mtu === null && (had ?? null) === null) return
  const ports = bridge.ports.map((name) => {
    const gone = scope.gone.has(linkKey(namespace, name))
    const port = gone ? undefined : scope.index.link(namespace, name)
    const wanted = scope.interfaces.get(namespace)?.get(name)?.mtu ?? null
    const mtu = wanted ?? port?.mtu ?? defaultMtu
    return { name, mtu, same: port !== undefined && port.master === bridge.name && port.mtu === mtu }
  })
  const there = live ? (scope.index.namespaces.get(namespace)?.ports.get(bridge.name) ?? []) : []
  const names = new Set(bridge.ports)
  const others = there.filter(({ name }) => !names.has(name))
  const staying = others.filter(({ name }) => !leavesMaster(scope, namespace, name))
  const own = ownBridgeMtu([...ports, ...staying].map(({ mtu }) => mtu))
  const changes = staying.length < others.length || ports.some(({ same }) => !same)
  const before = live?.mtu ?? own
  const mtu = bridge.mtu ?? own
  if (mtu === before && !(live && changes && own !== mtu)) return
  scope.draft.add('bridge-mtu', { op: 'link-mtu', namespace, name: bridge.name, mtu, before })
}

/** Whether a live port that the lab does not count to its bridge goes; somebody else's stays. */
export function leavesMaster(scope: Scope, namespace: string, name: string): boolean {
  if (scope.gone.has(linkKey(namespace, name))) return true
  const wanted = scope.interfaces.get(namespace)?.get(name)
  if (!wanted) return false
  return masterOf(wanted) !== null || clearsMaster(scope, namespace, name)
}

/** Whether an interface that the lab gives no master is taken from the one it has: if the former lab put it there. */
export function clearsMaster({ former, formerInterfaces }: Scope, namespace: string, name: string): boolean {
  const had = formerInterfaces.get(namespace)?.get(name)
  return former === 'everything' || (had !== undefined && masterOf(had) !== null)
}
