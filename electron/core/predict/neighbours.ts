/** Whose link-layer address a frame gets: what is known, and who answers where it is asked for (RFC 826, RFC 4861). */
import type { Place } from '../diagnosis/frames.js'
import { bare, isIpv6, type Network } from '../diagnosis/network.js'
import { solicitedNode } from '../lab/address.js'
import { said } from '../words/said.js'
import { chooseSource, isSourceValid, lookUp } from './fib.js'
import type { Packet } from './packet.js'
import { CannotSay } from './prediction.js'
import { filter, refuseUnread } from './ruleset.js'
import type { Wire } from './wire.js'

/** Entries with which the kernel sends at once (NUD_VALID, net/neighbour.h). */
const valid: ReadonlySet<string> = new Set(['REACHABLE', 'STALE', 'DELAY', 'PROBE', 'PERMANENT', 'NOARP'])
/** Entries that nothing that is heard changes. */
const given: ReadonlySet<string> = new Set(['PERMANENT', 'NOARP'])
/** Entries that the kernel asks about while it sends by them, or is about to. */
const doubted: ReadonlySet<string> = new Set(['DELAY', 'PROBE'])
/** NEIGH_VAR(MCAST_PROBES), and how long each waits where nobody said so, milliseconds (net/ipv4/arp.c, net/ipv6/ndisc.c). */
const questions = 3
const usualRetransMs = 1000
/** Neighbour solicitation and advertisement (RFC 4861), which carry TTL 255. */
const solicitation = 135
const advertisement = 136

export class Neighbours {
  readonly #learned = new Map<string, string>()

  constructor(
    private readonly network: Network,
    private readonly wire: Wire,
  ) {}

  /** Milliseconds until a namespace gives up asking by that interface. */
  patienceMs(namespace: string, dev: string, address: string): number {
    const key = `net.${isIpv6(address) ? 'ipv6' : 'ipv4'}.neigh.${dev.replaceAll('.', '/')}.retrans_time_ms`
    return questions * Number(this.network.sysctl(namespace, key) ?? usualRetransMs)
  }

  /** @param src of the packet that waits. Null: nobody answers. */
  macOf(place: Place, address: string, src: string): string | null {
    const { namespace, link } = place
    // Without ARP every frame gets the interface's own address (arp_constructor, net/ipv4/arp.c).
    if (link.settings?.arp === 0) return link.mac
    const known = this.#known(namespace, link.name, address)
    const mac = known ?? this.#ask(place, address, src)
    if (known !== null && this.#isDoubted(namespace, link.name, address) && this.#ask(place, address, src) === null)
      throw new CannotSay(said`${namespace} is asking whether ${address} is still there.`)
    return mac
  }

  /** Where nobody answers, the entry is gone within seconds (neigh_timer_handler, net/core/neighbour.c). */
  #isDoubted(namespace: string, dev: string, address: string): boolean {
    const entries = this.network.namespace(namespace)?.neighbours ?? []
    return entries.some((each) => each.dev === dev && each.address === address && doubted.has(each.state))
  }

  #known(namespace: string, dev: string, address: string): string | null {
    const learned = this.#learned.get(`${namespace}/${dev} ${address}`)
    const entries = this.network.namespace(namespace)?.neighbours ?? []
    const entry = entries.find((each) => each.dev === dev && each.address === address && valid.has(each.state))
    return entry && given.has(entry.state) ? entry.mac : (learned ?? entry?.mac ?? null)
  }

  #ask(place: Place, address: string, src: string): string | null {
    const { namespace, link } = place
    const by = this.#askingAddress(place, address, src)
    const asks = this.#passes(namespace, 'OUTPUT', solicitation, by, multicastOf(address), link.name)
    if (!asks || link.mac === null) return null
    const answering = this.wire
      .broadcast(place, link.mac, isIpv6(address))
      .filter((each) => this.#answers(each, address, by) && this.wire.unicast(each, link.mac ?? '').taker !== null)
    const macs = new Set(answering.map((each) => each.link.mac))
    if (macs.size > 1) throw new CannotSay(said`${macs.size} stations answer for ${address}, and the first one counts.`)
    const [one] = answering
    if (!one || one.link.mac === null) return null
    if (by !== null) this.#learned.set(`${one.namespace}/${one.link.name} ${by}`, link.mac)
    if (!this.#passes(namespace, 'INPUT', advertisement, address, by ?? address, link.name)) return null
    this.#learned.set(`${namespace}/${link.name} ${address}`, one.link.mac)
    return one.link.mac
  }

  /**
   * That of the packet where it is the interface's own, and for ARP any of the namespace; else one that is. IPv6 takes the
   * link-local one then (ndisc_solicit, net/ipv6/ndisc.c).
   */
  #askingAddress({ namespace, link }: Place, address: string, src: string): string | null {
    if (!isIpv6(address))
      return this.network.owns(namespace, src)
        ? src
        : chooseSource(this.network, namespace, { dev: link.name, nextHop: address, preferred: null, dst: address })
    const here = (this.network.namespace(namespace)?.addresses ?? []).filter(
      ({ dev, family }) => dev === link.name && family === 'ipv6',
    )
    if (here.some((each) => bare(each.address) === src)) return src
    const local = here.find(({ scope }) => scope === 'link')
    if (!local || local.flags.includes('tentative'))
      throw new CannotSay(said`${namespace}:${link.name} has no link-local address yet.`)
    return bare(local.address)
  }

  #answers({ namespace, link }: Place, address: string, by: string | null): boolean {
    const isProxy = (this.network.namespace(namespace)?.proxies ?? []).some(
      (each) => each.dev === link.name && each.address === address,
    )
    if (link.settings?.arp === 0 || link.kind === 'loopback') return false
    const here = this.network.namespace(namespace)
    // Tables of nftables that nobody reads here may be those of arptables.
    if (here) refuseUnread(here)
    if (isIpv6(address)) {
      const isOwn = (this.network.namespace(namespace)?.addresses ?? []).some(
        ({ dev, address: own, flags }) =>
          dev === link.name && own.startsWith(`${address}/`) && !flags.includes('tentative'),
      )
      return (
        (isOwn || isProxy) &&
        this.#passes(namespace, 'INPUT', solicitation, by, multicastOf(address), link.name) &&
        this.#passes(namespace, 'OUTPUT', advertisement, address, by ?? address, link.name)
      )
    }
    if (by === null) return this.network.owns(namespace, address)
    const packet = { dst: address, src: by, iif: link.name }
    const way = lookUp(this.network, namespace, packet)
    if (way.kind === 'local') return isSourceValid(this.network, namespace, packet)
    return isProxy && way.kind === 'unicast' && way.dev !== link.name && this.network.forwards(namespace, false)
  }

  /** Neighbour discovery of IPv6 is ICMPv6, which the rules of ip6tables see; ARP they do not. */
  #passes(name: string, hook: 'INPUT' | 'OUTPUT', type: number, src: string | null, dst: string, dev: string): boolean {
    const namespace = this.network.namespace(name)
    if (!isIpv6(dst) || !namespace) return true
    const packet: Packet = {
      ...{ leg: 'request', protocol: 'icmpv6', src: src ?? '::', dst, srcPort: null, dstPort: null, type },
      ...{ ttl: 255, length: 72, df: false, mark: 0, complaint: null },
    }
    const at = hook === 'INPUT' ? { iif: dev, oif: null } : { iif: null, oif: dev }
    return filter(namespace, hook, packet, at).verdict === 'accept'
  }
}

/** ARP goes to everybody. */
const multicastOf = (address: string): string => (isIpv6(address) ? solicitedNode(address) : address)
