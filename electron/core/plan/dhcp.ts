/**
 * DHCP clients, one for each interface that is to have one, and what they were given: address, default route and nameservers
 * come and go with a lease, and are no plan's to make, to keep or to take away.
 */
import type { LabNamespace } from '../lab/lab.js'
import { netnsTexts } from '../lab/netns-files.js'
import type { LiveLease, LiveNamespace, LiveState } from '../live/state.js'
import { execWithin } from './exec-within.js'
import { isCycled } from './links.js'
import { linkKey } from './live-index.js'
import { formerLab, type Scope } from './scope.js'
import { commandLine } from './shell-quote.js'
import type { DhcpStep } from './step.js'

/**
 * What udhcpc is told in every case: it gives its address back when it ends, and asks five times, once a second, and again
 * after three, so that one that is plugged in late need not wait for its usual twenty.
 */
export const udhcpcAlways = ['-R', '-t', '5', '-T', '1', '-A', '3'] as const

/** The resolv.conf of a namespace that was told its nameservers; null: it was told none. */
export const leaseResolver = ({ nameservers }: LiveLease): string | null =>
  nameservers.length === 0 ? null : (netnsTexts({ resolver: { nameservers: [...nameservers] } })['resolv.conf'] ?? null)

/** The state without what came by leases of clients that run. */
export function withoutLeases(live: LiveState): LiveState {
  if (!live.namespaces.some(({ dhcp }) => dhcp?.length)) return live
  return { ...live, namespaces: live.namespaces.map(withoutLease) }
}

function withoutLease(namespace: LiveNamespace): LiveNamespace {
  const { dhcp = [], addresses, routes, files } = namespace
  if (dhcp.length === 0) return namespace
  const asks = new Set(dhcp.map(({ dev }) => dev))
  const told = dhcp.flatMap(({ lease }) => (lease ? (leaseResolver(lease) ?? []) : []))
  const { 'resolv.conf': resolver, ...others } = files ?? {}
  return {
    ...namespace,
    addresses: addresses.filter(
      ({ dev, family, flags }) => family !== 'ipv4' || !asks.has(dev) || flags.includes('permanent'),
    ),
    routes: routes.filter(({ dev, protocol }) => protocol !== 'dhcp' || dev === null || !asks.has(dev)),
    ...(resolver !== undefined && told.includes(resolver) ? { files: others } : {}),
  }
}

/**
 * A client knows its interface from when it began, and notices nothing of what happens to it: where that goes, or goes down
 * for a moment, the client ends before and begins anew behind. So it does where the namespace
 * loses the resolver of its own: its nameservers are the lease's then.
 */
export function planDhcp(scope: Scope, namespace: LabNamespace): void {
  const { draft, former, index, lab, goneNamespaces, gone } = scope
  const { name } = namespace
  const there = index.namespaces.get(name)
  const before = formerLab(former)?.namespaces.get(name)
  const wanted = new Set(goneNamespaces.has(name) ? [] : (lab.namespaces.get(name)?.dhcp4 ?? []))
  const had = new Set(before?.dhcp4)
  const losesResolver =
    there?.live.files?.['resolv.conf'] !== undefined &&
    namespace.files['resolv.conf'] === undefined &&
    (former === 'everything' || before?.files['resolv.conf'] !== undefined)
  const stays = (dev: string): boolean => {
    const link = there?.links.get(dev)
    const each = namespace.interfaces.find((one) => one.name === dev)
    if (!link || !each || gone.has(linkKey(name, dev)) || losesResolver) return false
    return link.up === each.up && !isCycled(scope, namespace, each)
  }
  const standing = new Set<string>()
  for (const { dev } of there?.live.dhcp ?? []) {
    if (wanted.has(dev) && stays(dev)) standing.add(dev)
    else if (
      wanted.has(dev) ||
      had.has(dev) ||
      goneNamespaces.has(name) ||
      former === 'everything' ||
      !there?.links.has(dev)
    )
      draft.add('service-stop', { op: 'dhcp-stop', namespace: name, dev })
  }
  for (const dev of wanted) if (!standing.has(dev)) draft.add('dhcp-start', { op: 'dhcp-start', namespace: name, dev })
}

/** As one would type it: with the machine's own script for leases, which `ip netns exec` keeps inside of the namespace. */
export function dhcpCommand({ op, namespace, dev }: DhcpStep): string {
  const pidFile = `/run/udhcpc-${namespace}-${dev}.pid`
  if (op === 'dhcp-stop') return `kill "$(cat ${commandLine([pidFile])})"`
  return commandLine([...execWithin(namespace), 'udhcpc', '-i', dev, '-b', '-p', pidFile, ...udhcpcAlways])
}
