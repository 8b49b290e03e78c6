/** NAT: how a namespace rewrites what begins there or comes through, and puts the answers right again. */
import { bare, isIpv6, type Network } from '../diagnosis/network.js'
import { parseAddressPort } from '../lab/address.js'
import type { LiveNamespace } from '../live/state.js'
import { said } from '../words/said.js'
import { chooseSource } from './fib.js'
import { optionAfter, type At } from './match.js'
import type { Packet } from './packet.js'
import { CannotSay } from './prediction.js'
import { natRule } from './ruleset.js'

interface Ends {
  readonly src: string
  readonly dst: string
  readonly dstPort: number | null
}

/** A connection of conntrack's: as it came, and as it went on. */
interface Tracked {
  readonly namespace: string
  readonly came: Ends
  readonly went: Ends
}

export class Translation {
  readonly #tracked: Tracked[] = []
  /** As it came to a namespace, until it leaves it. */
  readonly #came = new Map<string, Ends>()

  /** Namespaces that have seen the request already. */
  readonly #asked = new Set<string>()

  constructor(private readonly network: Network) {}

  /** At PREROUTING and OUTPUT: where it goes to. */
  destination(namespace: LiveNamespace, hook: 'PREROUTING' | 'OUTPUT', packet: Packet, at: At): Packet {
    const { name } = namespace
    if (packet.leg !== 'request') return { ...packet, dst: this.#back(name, packet)?.came.src ?? packet.dst }
    if (this.#tracked.some((each) => each.namespace === name))
      throw new CannotSay(said`The packet passes the NAT of ${name} twice.`)
    // Rules of NAT are asked for the first packet of a connection, once.
    if (this.#asked.has(name)) return packet
    this.#came.set(name, packet)
    const { rule, packet: seen } = natRule(namespace, hook, packet, at)
    if (!rule) return seen
    if (rule.target === 'REDIRECT') {
      const port = optionAfter(rule.words, '--to-ports')
      const dst = hook === 'OUTPUT' ? loopback(packet.dst) : this.#firstAddress(namespace, at.iif, packet.dst)
      return { ...seen, dst: dst ?? packet.dst, dstPort: port === undefined ? packet.dstPort : portOf(port) }
    }
    const to = parseAddressPort(optionAfter(rule.words, '--to-destination') ?? '')
    if (rule.target !== 'DNAT' || !to) throw new CannotSay(said`What ${rule.words.join(' ')} chooses is not known.`)
    return { ...seen, dst: to.address.text, dstPort: to.port ?? packet.dstPort }
  }

  /** At POSTROUTING, or where it is delivered: who it comes from. Null: it is dropped, as there is no address for it. */
  source(namespace: LiveNamespace, packet: Packet, at: At, nextHop: string): Packet | null {
    const { name } = namespace
    if (packet.leg !== 'request') {
      const tracked = packet.leg === 'reply' ? this.#answered(name, packet) : undefined
      return tracked ? { ...packet, src: tracked.came.dst, srcPort: tracked.came.dstPort } : packet
    }
    const isNew = !this.#asked.has(name)
    this.#asked.add(name)
    const rule = at.oif === null || !isNew ? null : natRule(namespace, 'POSTROUTING', packet, at).rule
    const src = rule && at.oif !== null ? this.#newSource(namespace, rule, at.oif, nextHop, packet.dst) : packet.src
    if (src === null) return null
    const went = { ...packet, src }
    const came = this.#came.get(name)
    if (came && (came.dst !== went.dst || came.src !== went.src || came.dstPort !== went.dstPort))
      this.#tracked.push({ namespace: name, came, went })
    this.#came.delete(name)
    return went
  }

  #newSource(
    { name }: LiveNamespace,
    { target, words }: { readonly target: string; readonly words: readonly string[] },
    dev: string,
    nextHop: string,
    dst: string,
  ): string | null {
    if (target === 'MASQUERADE') return chooseSource(this.network, name, { dev, nextHop, preferred: null, dst })
    const to = parseAddressPort(optionAfter(words, '--to-source') ?? '')
    if (target !== 'SNAT' || !to) throw new CannotSay(said`What ${words.join(' ')} chooses is not known.`)
    return to.address.text
  }

  /** An answer, or an error about what was sent, comes to the address that the request went on with. */
  #back(namespace: string, { leg, src, dst }: Packet): Tracked | undefined {
    return this.#tracked.find(
      ({ namespace: at, went }) => at === namespace && went.src === dst && (leg === 'error' || went.dst === src),
    )
  }

  #answered(namespace: string, { src, dst }: Packet): Tracked | undefined {
    return this.#tracked.find(
      ({ namespace: at, came, went }) => at === namespace && went.dst === src && came.src === dst,
    )
  }

  #firstAddress({ addresses }: LiveNamespace, dev: string | null, dst: string): string | null {
    const family = isIpv6(dst) ? 'ipv6' : 'ipv4'
    const first = addresses.find((each) => each.dev === dev && each.family === family)
    return first ? bare(first.address) : null
  }
}

const loopback = (dst: string): string => (isIpv6(dst) ? '::1' : '127.0.0.1')

function portOf(text: string): number {
  if (!/^\d+$/.test(text)) throw new CannotSay(said`A rule chooses among the ports ${text}.`)
  return Number(text)
}
