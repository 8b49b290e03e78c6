/**
 * Which way a probe and its answer will take, by the state of the network alone, and what will come of it. What the state
 * does not tell (which of several equal ways a hash takes, rules of nftables as texts, loss by chance) is said, not guessed.
 */
import { isIpv6, Network } from '../diagnosis/network.js'
import { leastIpv6Mtu } from '../lab/ipv6.js'
import type { Outcome } from '../lab/schema.js'
import { canonicalAddress } from '../packet/address.js'
import type { LiveLink, LiveNamespace, LiveState } from '../live/state.js'
import { policyRuleWords } from '../plan/text.js'
import { mainPriority } from '../lab/normalise-policy.js'
import { said, type Said } from '../words/said.js'
import { chooseSource, isSourceValid, lookUp, type Way } from './fib.js'
import type { At } from './match.js'
import { Neighbours } from './neighbours.js'
import { answerTo, errorAbout, outcomeOf, probePacket, type Complaint, type Packet, type Unsent } from './packet.js'
import { CannotSay, type Decision, type NextHop, type Prediction, type Probe, type Step } from './prediction.js'
import { filter, refuseUnread, type Hook } from './ruleset.js'
import { refuseUnreadable } from './reading.js'
import { Translation } from './translation.js'
import { Wire } from './wire.js'

/** @param live as it is right before the probe is sent */
export function predict(live: LiveState, probe: Probe): Prediction {
  try {
    return new Course(live, probe).run()
  } catch (error) {
    if (error instanceof CannotSay) return { sure: false, because: error.because }
    throw error
  }
}

/** `net.ipv4.icmp_ratelimit` as every namespace has it: errors to one address are this far apart (milliseconds). */
const errorsApartMs = 1000

/** The way on of a packet: every method says what the one who probed hears in the end. */
class Course {
  readonly #network: Network
  readonly #wire: Wire
  readonly #neighbours: Neighbours
  readonly #translation: Translation
  readonly #steps: Record<Packet['leg'], Step[]> = { request: [], reply: [], error: [] }
  readonly #decisions: Decision[] = []
  #nextHop: NextHop | null = null
  #end: Said | null = null
  /** Namespaces that sent it back by where it came from, and told its sender of the shorter way. */
  readonly #redirecting = new Set<string>()

  constructor(
    live: LiveState,
    private readonly probe: Probe,
  ) {
    this.#network = new Network(live)
    this.#wire = new Wire(this.#network)
    this.#neighbours = new Neighbours(this.#network, this.#wire)
    this.#translation = new Translation(this.#network)
  }

  run(): Prediction {
    const { from } = this.probe
    const outcome = this.#send(this.#namespace(from), probePacket(this.probe, this.#ttl(from)))
    const { request, reply } = this.#steps
    const isAnswered = outcome === 'reply' || outcome === 'connected'
    const [decisions, nextHop] = [this.#decisions, this.#nextHop]
    return { sure: true, outcome, request, reply, decisions, nextHop, end: isAnswered ? null : this.#end }
  }

  /** A packet that starts here. */
  #send(here: LiveNamespace, unsent: Unsent): Outcome {
    const { name } = here
    refuseUnreadable(here)
    let way = lookUp(this.#network, name, { dst: unsent.dst, src: unsent.src, iif: null })
    if (way.kind === 'refused') return this.#unsent(unsent, said`${name} has no way to ${unsent.dst}.`)
    const src = unsent.src ?? this.#sourceBy(name, way, unsent.dst)
    if (src === null) return this.#unsent(unsent, said`${name} has no address to send from.`)
    // Sockets that connect look again with the address that they got (ip_route_connect, net/ipv4/route.h).
    if (unsent.src === null && (unsent.protocol === 'tcp' || unsent.protocol === 'udp'))
      way = lookUp(this.#network, name, { dst: unsent.dst, src, iif: null })
    if (way.kind === 'refused') return this.#unsent(unsent, said`${name} has no way to ${unsent.dst}.`)
    const mtu = this.#mtu(name, way)
    if (unsent.df && unsent.length > mtu)
      return this.#unsent(unsent, said`The packet is larger than the ${mtu} bytes that ${name} may send.`)
    let packet: Packet = { ...unsent, src, df: unsent.df || (unsent.leg === 'request' && unsent.length <= mtu) }
    const at = { iif: null, oif: devOf(way) }
    const output = this.#filter(here, 'OUTPUT', packet, at)
    if (output.outcome) return output.outcome
    const aimed = this.#translation.destination(here, 'OUTPUT', output.packet, at)
    // What was given another end, or a mark, is routed again (ip_route_me_harder, net/ipv4/netfilter.c).
    if (aimed.dst !== packet.dst || aimed.mark !== 0)
      way = lookUp(this.#network, name, { dst: aimed.dst, src, iif: null, mark: aimed.mark })
    if (way.kind === 'refused') return this.#unsent(unsent, said`${name} has no way to ${aimed.dst}.`)
    packet = aimed
    return this.#leave(here, packet, way, null)
  }

  /** Its own kernel says so: at once to a probe, to nobody otherwise. */
  #unsent({ leg }: Unsent, why: Said): Outcome {
    this.#end ??= why
    return leg === 'request' ? 'unreachable' : 'lost'
  }

  #sourceBy(name: string, way: Exclude<Way, { kind: 'refused' }>, dst: string): string | null {
    if (way.kind === 'local') return way.src ?? dst
    const { dev, nextHop, route } = way
    return chooseSource(this.#network, name, { dev, nextHop, preferred: route.src, dst })
  }

  /** Behind routing: POSTROUTING, the neighbour, the wire. */
  #leave(here: LiveNamespace, packet: Packet, way: Exclude<Way, { kind: 'refused' }>, iif: string | null): Outcome {
    const { name } = here
    this.#decide(name, packet, way)
    const dev = devOf(way)
    const at = { iif, oif: dev }
    const nextHop = way.kind === 'local' ? packet.dst : way.nextHop
    const filtered = this.#filter(here, 'POSTROUTING', packet, at)
    if (filtered.outcome) return filtered.outcome
    const leaving = this.#translation.source(here, filtered.packet, at, nextHop)
    if (!leaving) return this.#lost(said`${name} has no address to hide ${packet.src} behind.`)
    const link = this.#network.link(name, dev)
    if (!link) throw new CannotSay(said`${name} has no interface ${dev}.`)
    if (link.kind === 'loopback') return this.#loop(here, link, leaving, way, iif)
    const place = { namespace: name, link }
    const mac = this.#neighbours.macOf(place, nextHop, leaving.src)
    if (mac === null) return this.#unresolved(here, leaving, dev, nextHop)
    const size = Math.min(leaving.length, this.#mtu(name, way))
    const { taker, steps, entries } = this.#wire.unicast(place, mac)
    this.#decided(leaving, name, 'ip neigh', `${nextHop} dev ${dev} lladdr ${mac}`)
    for (const { namespace, line } of entries) this.#decided(leaving, namespace, 'bridge fdb', line)
    const fitting = this.#fitting(steps, size)
    this.#steps[leaving.leg].push(...fitting)
    if (!taker || fitting.length < steps.length)
      return this.#lost(said`Nobody takes the frame for ${nextHop} (${mac}).`)
    return this.#receive(this.#namespace(taker.namespace), taker.link.name, leaving)
  }

  /** Interfaces before one that takes no frame of that size (is_skb_forwardable, net/core/dev.c: four bytes more). */
  #fitting(steps: readonly Step[], size: number): readonly Step[] {
    for (const { namespace, interface: name } of steps) {
      const here = this.#namespace(namespace)
      refuseUnread(here)
      const filters = ['net.bridge.bridge-nf-call-iptables', 'net.bridge.bridge-nf-call-ip6tables']
      const isFiltered = filters.some((key) => here.sysctls[key] === '1') && here.ruleset.iptables.length > 0
      if (isFiltered && this.#network.link(namespace, name)?.port)
        throw new CannotSay(said`Bridges of ${namespace} hand frames to iptables.`)
    }
    const end = steps.findIndex(
      ({ namespace, interface: name }) => size > (this.#network.link(namespace, name)?.mtu ?? 0) + 4,
    )
    return end < 0 ? steps : steps.slice(0, end)
  }

  /** What goes out by lo comes in by lo with its routing decision (loopback_xmit, drivers/net/loopback.c). */
  #loop(
    here: LiveNamespace,
    lo: LiveLink,
    packet: Packet,
    way: Exclude<Way, { kind: 'refused' }>,
    iif: string | null,
  ): Outcome {
    // A device that is down has a queue that takes all and sends nothing (noop_enqueue, net/sched/sch_generic.c).
    if (!lo.up) return this.#lost(said`lo of ${here.name} is down.`)
    const step = (direction: Step['direction']): Step => ({ namespace: here.name, interface: lo.name, direction })
    this.#steps[packet.leg].push(step('out'), step('in'))
    if (way.kind === 'local') return this.#receive(here, lo.name, packet)
    if (iif === null) return this.#lost(said`${here.name} sends it to its own lo, where nobody takes it.`)
    if (packet.ttl <= 1)
      return this.#complain(here, packet, 'expired', said`${here.name} sends it round by its own lo.`)
    return this.#loop(here, lo, { ...packet, ttl: packet.ttl - 1 }, way, iif)
  }

  /** Whoever waited is told with an ICMP error, a sender of the same namespace by its own lo (ipv4_link_failure). */
  #unresolved(here: LiveNamespace, packet: Packet, dev: string, nextHop: string): Outcome {
    const why = said`Nobody answers ${here.name} for ${nextHop} on ${dev}.`
    this.#end ??= why
    const afterMs = this.#neighbours.patienceMs(here.name, dev, nextHop)
    return afterMs < this.probe.timeoutMs ? this.#complain(here, packet, 'no-way', why, afterMs) : 'lost'
  }

  #receive(here: LiveNamespace, dev: string, arrived: Packet): Outcome {
    const { name } = here
    refuseUnreadable(here)
    if (isIpv6(arrived.dst) && !this.#speaksIpv6(name, dev)) return this.#lost(said`${name}:${dev} takes no IPv6.`)
    if (arrived.src === '::1' && dev !== 'lo') return this.#lost(said`${name} takes no packets from ::1.`)
    const at = { iif: dev, oif: null }
    const first = this.#filter(here, 'PREROUTING', dev === 'lo' ? arrived : { ...arrived, mark: 0 }, at)
    if (first.outcome) return first.outcome
    const packet = this.#translation.destination(here, 'PREROUTING', first.packet, at)
    const way = lookUp(this.#network, name, { dst: packet.dst, src: packet.src, iif: dev, mark: packet.mark })
    const isForwarding = this.#network.forwards(name, isIpv6(packet.dst))
    // IPv6 tells of a way that is not there before it looks whether it forwards (ip6_pkt_drop, net/ipv6/route.c).
    const isToldFirst = isIpv6(packet.dst) && way.kind === 'refused'
    if (way.kind !== 'local' && !isForwarding && !isToldFirst) return this.#lost(said`${name} does not forward.`)
    if (way.kind === 'refused') {
      const why = said`${name} has no way to ${packet.dst}.`
      return way.by === 'blackhole'
        ? this.#lost(why)
        : this.#complain(here, packet, way.by === 'prohibit' ? 'prohibited' : 'no-way', why)
    }
    const sent = { src: packet.src, dst: packet.dst, iif: dev }
    if (dev !== 'lo' && !isSourceValid(this.#network, name, sent, way.kind === 'unicast' ? way.dev : null))
      return this.#lost(said`${name} does not take packets from ${packet.src} on ${dev} (rp_filter).`)
    if (way.kind === 'local') {
      const input = this.#filter(here, 'INPUT', packet, at)
      if (input.outcome) return input.outcome
      return this.#deliver(here, this.#translation.source(here, input.packet, at, packet.dst) ?? input.packet)
    }
    if (packet.ttl <= 1) return this.#complain(here, packet, 'expired', said`The TTL ends at ${name}.`)
    if (packet.length > this.#mtu(name, way) && (packet.df || isIpv6(packet.dst)))
      return this.#complain(here, packet, 'too-big', said`The packet is too large for ${name} to send on.`)
    if (way.dev === dev) this.#redirecting.add(name)
    const forward = this.#filter(here, 'FORWARD', packet, { iif: dev, oif: way.dev })
    if (forward.outcome) return forward.outcome
    return this.#leave(here, { ...forward.packet, ttl: forward.packet.ttl - 1 }, way, dev)
  }

  #deliver(here: LiveNamespace, packet: Packet): Outcome {
    const { from } = this.probe
    if (packet.leg !== 'request') {
      const { to, protocol } = this.probe
      if (here.name !== from) return this.#lost(said`The answer comes to ${here.name}, which waits for none.`)
      // A connection is known by both its ends (RFC 9293 section 3.4); what an echo request is answered from is not looked at.
      if (packet.leg === 'reply' && protocol !== 'icmp' && canonicalAddress(packet.src) !== canonicalAddress(to))
        return this.#lost(said`The answer comes from ${packet.src}, and ${here.name} has asked ${to}.`)
      return outcomeOf(packet, this.probe.protocol)
    }
    const answer = answerTo(here, packet, this.#ttl(here.name))
    if (answer === 'silence') return this.#lost(said`${here.name} does not answer.`)
    if (answer === 'closed') return this.#complain(here, packet, 'port', said`Nobody listens there in ${here.name}.`)
    if (answer.complaint === 'reset') this.#end ??= said`Nobody listens there in ${here.name}.`
    return this.#send(here, answer)
  }

  /** An ICMP error about a packet; about answers and errors it changes nothing for the one who waits. */
  #complain(here: LiveNamespace, packet: Packet, complaint: Complaint, why: Said, afterMs = 0): Outcome {
    this.#end ??= why
    if (packet.leg !== 'request') return 'lost'
    // A redirect counts for the limit of errors, and whether one was sent is known from history alone (ip_rt_send_redirect).
    const isLimited = complaint !== 'reset' && !isIpv6(packet.dst) && afterMs < errorsApartMs
    if (isLimited && this.#redirecting.has(here.name))
      throw new CannotSay(said`${here.name} may have sent a redirect, and sends no error right after it.`)
    return this.#send(
      here,
      errorAbout(packet, complaint, this.#ttl(here.name), this.#network.owns(here.name, packet.dst)),
    )
  }

  #filter(here: LiveNamespace, hook: Hook, packet: Packet, at: At): { outcome: Outcome | null; packet: Packet } {
    const end = filter(here, hook, packet, at)
    if (end.verdict === 'accept') return { outcome: null, packet: end.packet }
    const why = said`${here.name} drops it: ${end.rule}`
    if (end.verdict === 'drop') return { outcome: this.#lost(why), packet }
    const complaint = end.with === 'tcp-reset' ? 'reset' : /port-unreach/.test(end.with) ? 'port' : 'prohibited'
    return { outcome: this.#complain(here, packet, complaint, why), packet }
  }

  #lost(why: Said): Outcome {
    this.#end ??= why
    return 'lost'
  }

  #decide(namespace: string, packet: Packet, way: Exclude<Way, { kind: 'refused' }>): void {
    if (packet.leg === 'request' && namespace === this.probe.from)
      this.#nextHop ??= { via: way.kind === 'unicast' ? way.route.via : null, dev: devOf(way) }
    if (way.kind !== 'unicast') return
    const { to, via, dev } = way.route
    const words = [/^(0\.0\.0\.0|::)\/0$/.test(to) ? 'default' : to, ...(via ? ['via', via] : []), 'dev', dev ?? '']
    const isOwn = way.rule.priority !== 0 && way.rule.priority < mainPriority
    if (isOwn) this.#decided(packet, namespace, 'ip rule', policyRuleWords(way.rule).join(' '))
    this.#decided(packet, namespace, 'ip route', words.join(' '))
  }

  #decided({ leg }: Packet, namespace: string, command: Decision['command'], line: string): void {
    if (leg !== 'error') this.#decisions.push({ leg, namespace, command, line })
  }

  #namespace(name: string): LiveNamespace {
    const found = this.#network.namespace(name)
    if (!found) throw new CannotSay(said`There is no namespace ${name}.`)
    return found
  }

  #speaksIpv6(name: string, dev: string): boolean {
    const isOff = this.#network.sysctl(name, `net.ipv6.conf.${dev.replaceAll('.', '/')}.disable_ipv6`) === '1'
    return !isOff && (this.#network.link(name, dev)?.mtu ?? 0) >= leastIpv6Mtu
  }

  #mtu(name: string, way: Way): number {
    const link = this.#network.link(name, devOf(way))?.mtu ?? 0
    return way.kind === 'unicast' ? Math.min(link, way.route.mtu ?? link) : link
  }

  #ttl(name: string): number {
    const key = isIpv6(this.probe.to) ? 'net.ipv6.conf.all.hop_limit' : 'net.ipv4.ip_default_ttl'
    return Number(this.#network.sysctl(name, key) ?? 64)
  }
}

const devOf = (way: Way): string => (way.kind === 'unicast' ? way.dev : 'lo')
