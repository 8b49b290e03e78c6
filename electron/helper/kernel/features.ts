/** What this kernel can do: each feature is tried in a scratch namespace, which nobody sees. */
import type { LabShare } from '../../core/lab/lab.js'
import { defaultGenevePort, tunnelKinds, tunnelTraits, type TunnelKind } from '../../core/lab/tunnel.js'
import { existsSync, readFileSync } from 'node:fs'
import * as libc from './libc.js'
import { ENOENT, EOPNOTSUPP, Refusal } from './errno.js'
import type { Namespaces } from './namespaces.js'
import { NETLINK_ROUTE, NetlinkSocket } from './netlink/socket.js'
import { openNetfilter, rulesetGeneration, tryConntrack } from './nfnetlink.js'
import { addBond } from './rtnetlink/bond.js'
import { makeFiltering } from './rtnetlink/bridge.js'
import { addBridge, addLink, addVeth, addVlan, addVrf, addVxlan, linkIndex, type NewLink } from './rtnetlink/link.js'
import { dumpLinks } from './rtnetlink/link-dump.js'
import { addShare } from './rtnetlink/share.js'
import { addTunnel } from './rtnetlink/tunnel.js'
import { tryImpair } from './rtnetlink/qdisc.js'

export interface TriedFeature {
  readonly name: string
  readonly available: boolean
  readonly reason: string | null
}

/** _IOW('T', 202, int) (linux/if_tun.h). */
const TUNSETIFF = 0x400454ca
const IFF_TUN = 0x0001
/** Offset of ifr_flags in struct ifreq. */
const ifreqFlags = 16

const named = (name: string): NewLink => ({ name, mac: null, mtu: null })

export class Features {
  #tried: readonly TriedFeature[] | null = null
  /**
   * Keeps the scratch namespace until the end: while the kernel cleans up after one, it lets nobody make another for 10 to
   * 25 ms, and what follows a look at the features is a deploy.
   */
  #socket: NetlinkSocket | null = null

  /** Tries every feature, the first time it is asked. */
  try(namespaces: Namespaces): readonly TriedFeature[] | Refusal {
    if (this.#tried) return this.#tried
    const tried = namespaces.withinScratch(() => {
      const socket = NetlinkSocket.open(NETLINK_ROUTE)
      if (socket instanceof Refusal) return socket
      this.#socket?.close()
      this.#socket = socket
      return tryAll(socket)
    })
    if (!(tried instanceof Refusal)) this.#tried = tried
    return tried
  }

  close(): void {
    this.#socket?.close()
    this.#socket = null
    this.#tried = null
  }
}

function tryAll(socket: NetlinkSocket): readonly TriedFeature[] | Refusal {
  const lo = linkIndex(socket, 'lo')
  if (lo instanceof Refusal) return lo
  const veth = addVeth(socket, named('veth0'), { ...named('veth1'), namespaceFd: null })
  /** A link on top of another one needs one; where veth is missing, lo makes the kernel say its own no. */
  const lower = veth ? lo : linkIndex(socket, 'veth0')
  const above = (share: LabShare): Refusal | null => {
    // Each on an end of its own: an interface gives its frames to one taker (netdev_rx_handler_register, net/core/dev.c).
    const parent = veth ? lo : linkIndex(socket, share.parent.interface)
    return parent instanceof Refusal ? parent : addShare(socket, { ...named(`${share.kind}0`), ...share }, parent, null)
  }
  const tried: readonly (readonly [string, Refusal | null])[] = [
    ['veth', veth],
    ['bridge', addBridge(socket, { ...named('bridge0'), stp: false })],
    ['dummy', addLink(socket, named('dummy0'), 'dummy')],
    ['ifb', addLink(socket, named('ifb0'), 'ifb')],
    ['vxlan', addVxlan(socket, { ...named('vxlan0'), id: 1, local: '127.0.0.1', remote: '127.0.0.2', port: 4789 })],
    ...tunnelKinds.map((kind) => [kind, tryTunnel(socket, kind)] as const),
    ['macvlan', above({ kind: 'macvlan', parent: { namespace: '', interface: 'veth0' }, mode: 'bridge' })],
    ['ipvlan', above({ kind: 'ipvlan', parent: { namespace: '', interface: 'veth1' }, mode: 'l2' })],
    [
      'vlan',
      lower instanceof Refusal ? lower : addVlan(socket, { ...named('vlan0'), id: 2, protocol: '802.1q' }, lower),
    ],
    ['vlan-filtering', tryFiltering(socket)],
    ['bond', tryBond(socket)],
    ['vrf', addVrf(socket, { ...named('vrf0'), table: 10 })],
    ['wireguard', addLink(socket, named('wg0'), 'wireguard')],
    ['netem', tryImpair(socket, lo, 'netem')],
    ['tbf', tryImpair(socket, lo, 'tbf')],
    ['tun', tryTun()],
    ['nftables', tryNetfilter((netfilter) => refusalOf(rulesetGeneration(netfilter)))],
    ['conntrack', tryNetfilter(tryConntrack)],
    ['br_netfilter', tryFile('/proc/sys/net/bridge/bridge-nf-call-iptables')],
  ]
  return tried.map(([name, refusal]) => ({ name, available: refusal === null, reason: refusal?.message ?? null }))
}

/** Those that put a device of their own into every namespace of the machine once they are loaded, for good. */
const leavingModules: Readonly<Partial<Record<TunnelKind, string>>> = {
  ...{ gre: 'ip_gre', gretap: 'ip_gre', ipip: 'ipip', sit: 'sit', ip6tnl: 'ip6_tunnel', ip6gre: 'ip6_gre' },
}

/** Whether the kernel has the module, or could load it: by its own lists, so that nothing is loaded for a question. */
function hasModule(name: string): boolean {
  if (existsSync(`/sys/module/${name}`)) return true
  try {
    const release = readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim()
    const isListed = new RegExp(`/${name}\\.ko(?:\\.\\w+)?(?::|$)`, 'm')
    return ['modules.dep', 'modules.builtin'].some((list) =>
      isListed.test(readFileSync(`/lib/modules/${release}/${list}`, 'utf8')),
    )
  } catch {
    // No modules on this machine.
    return false
  }
}

/** To load it puts a bond into the first namespace of the machine, unless somebody has told the module not to (max_bonds). */
function tryBond(socket: NetlinkSocket): Refusal | null {
  if (hasModule('bonding')) return null
  return addBond(socket, { ...named('bond9'), mode: 'active-backup', miimon: 0 })
}

function tryTunnel(socket: NetlinkSocket, kind: TunnelKind): Refusal | null {
  const module = leavingModules[kind]
  // Where there is none to be loaded, trying it leaves nothing behind.
  if (module !== undefined && hasModule(module)) return null
  const [local, remote] = tunnelTraits[kind].over === 'ipv6' ? ['::2', '::3'] : ['127.0.0.1', '127.0.0.2']
  const numbers = kind === 'geneve' ? { id: 1, port: defaultGenevePort } : { id: null, port: null }
  return addTunnel(socket, { ...named(`tried-${kind}`), kind, local, remote, key: null, ttl: null, ...numbers })
}

/** A kernel that is built without it takes the wish and forgets it (br_changelink, net/bridge/br_netlink.c). */
function tryFiltering(socket: NetlinkSocket): Refusal | null {
  const refused = addLink(socket, named('bridge1'), 'bridge', makeFiltering)
  if (refused) return refused
  const links = dumpLinks(socket)
  if (links instanceof Refusal) return links
  const made = links.find(({ name }) => name === 'bridge1')
  return made?.bridge?.vlanFiltering ? null : Refusal.of(EOPNOTSUPP)
}

const refusalOf = (value: unknown): Refusal | null => (value instanceof Refusal ? value : null)

function tryNetfilter(attempt: (socket: NetlinkSocket) => Refusal | null): Refusal | null {
  const socket = openNetfilter()
  if (socket instanceof Refusal) return socket
  const refusal = attempt(socket)
  socket.close()
  return refusal
}

/** The interface belongs to the descriptor and goes with it. */
function tryTun(): Refusal | null {
  const fd = libc.open('/dev/net/tun', libc.O_RDWR | libc.O_CLOEXEC, 0)
  if (fd < 0) return libc.lastRefusal().about('/dev/net/tun')
  libc.scratch.fill(0, 0, 40)
  libc.scratch.writeUInt16LE(IFF_TUN, ifreqFlags)
  const refusal = libc.ioctl(fd, TUNSETIFF, libc.scratch) < 0 ? libc.lastRefusal() : null
  libc.close(fd)
  return refusal
}

/** br_netfilter's switches exist in a namespace while the module is loaded. */
const tryFile = (path: string): Refusal | null => (existsSync(path) ? null : Refusal.of(ENOENT).about(path))
