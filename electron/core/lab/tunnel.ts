/** Kinds of tunnels, by the names of `ip link`: what each carries, over what, and what it is told apart by. */
import type { Family } from './lab.js'

export interface TunnelTraits {
  /** What its outer packets are; null: either, the remote end says. */
  readonly over: Family | null
  /** What follows the outer IP header (IANA's protocol numbers): 17 is UDP. */
  readonly protocol: number
  /** Whole frames, or packets without a hardware address. */
  readonly carries: 'frames' | 'packets'
  /** Families of the packets that it carries. */
  readonly inside: readonly Family[]
  /** GRE's key (RFC 2890). */
  readonly keyed: boolean
  /** Bytes of what it puts around a packet, the outer IP header included; over IPv4 where it may be either. */
  readonly overhead: number
}

const both = ['ipv4', 'ipv6'] as const

/**
 * Those with a remote end and settings of their own; `vxlan` and `wireguard` have more. IPv6 tunnels of the kernel carry a
 * destination option of 8 bytes (tunnel encapsulation limit, RFC 2473, 4.1.1).
 */
export const tunnelTraits = {
  gre: { over: 'ipv4', protocol: 47, carries: 'packets', inside: both, keyed: true, overhead: 24 },
  gretap: { over: 'ipv4', protocol: 47, carries: 'frames', inside: both, keyed: true, overhead: 38 },
  ipip: { over: 'ipv4', protocol: 4, carries: 'packets', inside: ['ipv4'], keyed: false, overhead: 20 },
  sit: { over: 'ipv4', protocol: 41, carries: 'packets', inside: both, keyed: false, overhead: 20 },
  ip6tnl: { over: 'ipv6', protocol: 41, carries: 'packets', inside: both, keyed: false, overhead: 48 },
  ip6gre: { over: 'ipv6', protocol: 47, carries: 'packets', inside: both, keyed: true, overhead: 52 },
  geneve: { over: null, protocol: 17, carries: 'frames', inside: both, keyed: false, overhead: 50 },
} as const satisfies Readonly<Record<string, TunnelTraits>>

export type TunnelKind = keyof typeof tunnelTraits

export const tunnelKinds = Object.keys(tunnelTraits) as TunnelKind[]

export const isTunnelKind = (kind: string): kind is TunnelKind => Object.hasOwn(tunnelTraits, kind)

/** Every kind of link whose packets travel inside others. */
export const isAnyTunnel = (kind: string): boolean => kind === 'vxlan' || kind === 'wireguard' || isTunnelKind(kind)

/** Whether its interface has packets and no frames: nothing of it has a hardware address, and no bridge takes it. */
export const isLayer3 = (kind: string): boolean =>
  kind === 'wireguard' || (isTunnelKind(kind) && tunnelTraits[kind].carries === 'packets')

/** IANA's ports, where a tunnel names none: RFC 7348 and RFC 8926. */
export const defaultVxlanPort = 4789
export const defaultGenevePort = 6081
/** Nobody assigned it; every guide to WireGuard takes it. */
export const defaultWireguardPort = 51820

/** What `ip link` gives a tunnel over IPv6 that is told none (DEFAULT_TNL_HOP_LIMIT of iproute2). */
export const defaultHopLimit = 64

/** The part that every one of them is told; the kernel can change none of it in a link of the same kind. */
export interface LabTunnel {
  /** Null: the kernel chooses (Geneve). */
  readonly local: string | null
  readonly remote: string
  readonly key: number | null
  /** Of the outer packets; null: that of the packet inside, or the kernel's own (Geneve). */
  readonly ttl: number | null
  /** Geneve: the virtual network identifier, 24 bits, and the UDP destination port. */
  readonly id: number | null
  readonly port: number | null
}

const greKeyBytes = 4
const ethernetMtu = 1500
/** WireGuard's own choice: IPv6, UDP and its header around a packet (drivers/net/wireguard/device.c). */
const wireguardMtu = 1420

/**
 * Bytes that it has when nobody gives it an MTU and no route to its remote end is there yet, as in a plan's order
 * (ip_tunnel_bind_dev, ip6_tnl_link_config, geneve_link_config).
 */
export function tunnelMtu(kind: string, key: number | null): number {
  if (kind === 'wireguard') return wireguardMtu
  if (!isTunnelKind(kind) || kind === 'geneve') return ethernetMtu
  return ethernetMtu - tunnelTraits[kind].overhead - (key === null ? 0 : greKeyBytes)
}

/** Bytes by which a packet grows on its way through a tunnel that stands. */
export const tunnelOverhead = (kind: TunnelKind, key: number | null, over: Family | null): number =>
  tunnelTraits[kind].overhead + (key === null ? 0 : greKeyBytes) + (kind === 'geneve' && over === 'ipv6' ? 20 : 0)

/** Names of devices that the kernel makes by itself in every namespace, as soon as a tunnel of the kind was made anywhere. */
export const fallbackTunnels: ReadonlySet<string> = new Set(
  'tunl0 gre0 gretap0 erspan0 ip_vti0 ip6_vti0 sit0 ip6tnl0 ip6gre0'.split(' '),
)
