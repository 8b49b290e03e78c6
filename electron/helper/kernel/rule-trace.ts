/**
 * Which rules packets meet: `meta nftrace set 1` in a table of our own, and the kernel's trace events.
 *
 * The table has `flags owner` (NFT_TABLE_F_OWNER): it belongs to the socket that made it and vanishes with it, whatever
 * happens to us. Rules of iptables-nft are nftables rules; those of iptables-legacy are not, and do not appear.
 */
import { traceTable } from '../../core/live/own-table.js'
import * as libc from './libc.js'
import { EAGAIN, Refusal } from './errno.js'
import type { Namespace } from './namespace.js'
import type { NamespaceListener, Namespaces } from './namespaces.js'
import {
  eachAttribute,
  eachMessage,
  MessageWriter,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLMSG_ERROR,
  readError,
  readString,
} from './netlink/message.js'
import { NETLINK_NETFILTER, NetlinkSocket } from './netlink/socket.js'
import { EPOLLIN, type Poller } from './poller.js'
import type { RuledFamilies, RuleEvent } from './protocol.js'

// linux/netfilter/nfnetlink.h, linux/netfilter/nf_tables.h
const NFNL_SUBSYS_NFTABLES = 10
const NFNL_MSG_BATCH_BEGIN = 0x10
const NFNL_MSG_BATCH_END = 0x11
const NFT_MSG_NEWTABLE = 0
const NFT_MSG_NEWCHAIN = 3
const NFT_MSG_NEWRULE = 6
const NFT_MSG_TRACE = 17
const NFNLGRP_NFTRACE = 9
const NFT_TABLE_F_OWNER = 2
const NFT_META_NFTRACE = 12
const NFPROTO_INET = 1
const NFPROTO_ARP = 3
const NFPROTO_NETDEV = 5
const NFPROTO_BRIDGE = 7
/** Before everything else, defragmentation and raw tables included (NF_IP_PRI_RAW_BEFORE_DEFRAG is -450). */
const priority = -500
const NLM_F_APPEND = 0x800

const families: Readonly<Record<number, RuleEvent['family']>> = {
  1: 'inet',
  2: 'ip',
  3: 'arp',
  5: 'netdev',
  7: 'bridge',
  10: 'ip6',
}

/** A chain of the table, at one hook; of an interface in the family netdev. */
interface Chain {
  readonly name: string
  readonly hook: number
  readonly device?: string
}

/** Where packets are marked: as early as they can be, coming in and going out (NF_INET_*, NF_BR_*, NF_ARP_*, NF_NETDEV_*). */
const usual: readonly Chain[] = [
  { name: 'prerouting', hook: 0 },
  { name: 'output', hook: 3 },
]
const ofArp: readonly Chain[] = [
  { name: 'input', hook: 0 },
  { name: 'output', hook: 1 },
]
const deviceHooks = { ingress: 0, egress: 1 } as const
/** NFT_TRACETYPE_*. */
const kinds: Readonly<Record<number, RuleEvent['kind']>> = { 1: 'policy', 2: 'return', 3: 'rule' }
/** NF_* and NFT_* verdict codes. */
const verdicts: Readonly<Record<number, string>> = {
  0: 'drop',
  1: 'accept',
  2: 'stolen',
  3: 'queue',
  [-1]: 'continue',
  [-2]: 'break',
  [-3]: 'jump',
  [-4]: 'goto',
  [-5]: 'return',
}

/** Of those of netfilter the low byte counts: behind it are flags and the number of a queue (NF_VERDICT_MASK, linux/netfilter.h). */
const verdictOf = (code: number): string | null => verdicts[code < 0 ? code : code & 0xff] ?? null

/** Events kept of one trace: some dozens per packet and namespace. */
const maxEvents = 20_000

const writer = new MessageWriter()
const incoming = Buffer.allocUnsafeSlow(65_536)

/** One message of a batch; numbers in network order, as nfnetlink has them. */
function part(
  type: number,
  flags: number,
  family: number,
  resource: number,
  sequence: number,
  fill?: (m: MessageWriter) => void,
): Buffer {
  writer.begin(type, flags)
  writer
    .u8(family)
    .u8(0)
    .u8(resource >> 8)
    .u8(resource & 0xff)
  fill?.(writer)
  return Buffer.from(writer.bytes.subarray(0, writer.finish(sequence)))
}

const be32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function tableBatch(family: number, chains: readonly Chain[]): Buffer {
  const message = (type: number): number => (NFNL_SUBSYS_NFTABLES << 8) | type
  const parts = [part(NFNL_MSG_BATCH_BEGIN, 0, 0, NFNL_SUBSYS_NFTABLES, 0)]
  parts.push(
    part(message(NFT_MSG_NEWTABLE), NLM_F_CREATE | NLM_F_ACK, family, 0, 1, (m) =>
      m.attributeString(1, traceTable).attributeBytes(2, be32(NFT_TABLE_F_OWNER)),
    ),
  )
  for (const { name, hook, device } of chains) {
    parts.push(
      part(message(NFT_MSG_NEWCHAIN), NLM_F_CREATE, family, 0, 2, (m) => {
        m.attributeString(1, traceTable).attributeString(3, name)
        const nest = m.nest(4, true)
        m.attributeBytes(1, be32(hook)).attributeBytes(2, be32(priority))
        if (device !== undefined) m.attributeString(3, device)
        m.end(nest)
        m.attributeString(7, 'filter')
      }),
    )
    parts.push(
      part(message(NFT_MSG_NEWRULE), NLM_F_CREATE | NLM_F_APPEND, family, 0, 3, (m) => {
        m.attributeString(1, traceTable).attributeString(2, name)
        const list = m.nest(4, true)
        expression(m, 'immediate', () => {
          m.attributeBytes(1, be32(1))
          const data = m.nest(2, true)
          m.attributeBytes(1, Uint8Array.of(1)).end(data)
        })
        expression(m, 'meta', () => m.attributeBytes(2, be32(NFT_META_NFTRACE)).attributeBytes(3, be32(1)))
        m.end(list)
      }),
    )
  }
  parts.push(part(NFNL_MSG_BATCH_END, 0, 0, NFNL_SUBSYS_NFTABLES, 4))
  return Buffer.concat(parts)
}

function expression(m: MessageWriter, name: string, fill: () => void): void {
  const element = m.nest(1, true)
  m.attributeString(1, name)
  const data = m.nest(2, true)
  fill()
  m.end(data).end(element)
}

/** Null where the table is there. The kernel answers a batch before `send` returns. */
function makeTable(socket: NetlinkSocket, family: number, chains = usual): Refusal | null {
  const batch = tableBatch(family, chains)
  if (libc.send(socket.fd, batch, batch.length, 0) < 0) return libc.lastRefusal()
  const received = libc.recv(socket.fd, incoming, incoming.length, 0)
  if (received < 0) return libc.lastRefusal()
  let refusal: Refusal | null = Refusal.of(EAGAIN, 'The kernel gave no answer')
  eachMessage(incoming, received, (type, flags, _sequence, at, end) => {
    if (type !== NLMSG_ERROR) return true
    const { errno, words } = readError(incoming, type, flags, at, end)
    refusal = errno === 0 ? null : Refusal.of(errno, words ?? undefined)
    return refusal === null
  })
  return refusal
}

function decodeEvent(namespace: string, bytes: Buffer, at: number, end: number): RuleEvent | null {
  const event = {
    namespace,
    family: families[bytes[at] ?? 0] ?? 'inet',
    table: '',
    chain: '',
    handle: null as number | null,
    kind: 'rule' as RuleEvent['kind'],
    verdict: null as string | null,
    target: null as string | null,
    id: 0,
    network: null as Uint8Array | null,
    transport: null as Uint8Array | null,
    iif: null as number | null,
    oif: null as number | null,
  }
  eachAttribute(bytes, at + 4, end, (type, where, length) => {
    const copy = (): Uint8Array => new Uint8Array(bytes.subarray(where, where + length))
    if (type === 1) event.table = readString(bytes, where, length)
    else if (type === 2) event.chain = readString(bytes, where, length)
    else if (type === 3) event.handle = Number(bytes.readBigUInt64BE(where))
    else if (type === 4) event.kind = kinds[bytes.readUInt32BE(where)] ?? 'rule'
    else if (type === 5)
      eachAttribute(bytes, where, where + length, (inner, place, size) => {
        if (inner === 1) event.verdict = verdictOf(bytes.readInt32BE(place))
        else if (inner === 2) event.target = readString(bytes, place, size)
      })
    else if (type === 6) event.id = bytes.readUInt32BE(where)
    else if (type === 8) event.network = copy()
    else if (type === 9) event.transport = copy()
    else if (type === 10) event.iif = bytes.readUInt32BE(where)
    else if (type === 12) event.oif = bytes.readUInt32BE(where)
    else if (type === 16) event.verdict = verdictOf(bytes.readInt32BE(where))
  })
  return event
}

/** One namespace's part of a trace: the socket that owns the tables, and the one that hears. */
interface Tap {
  readonly owner: NetlinkSocket
  readonly events: NetlinkSocket
}

class RuleTrace {
  readonly taps = new Map<Namespace, Tap>()
  readonly events: RuleEvent[] = []
  /** The queue was full, or more came than is kept. */
  lost = false

  drain(namespace: Namespace, tap: Tap): void {
    const lost = tap.events.drain((type, bytes, at, end) => {
      if ((type & 0xff) !== NFT_MSG_TRACE) return
      const event = decodeEvent(namespace.name, bytes, at, end)
      if (event === null) return
      if (this.events.length < maxEvents) this.events.push(event)
      else this.lost = true
    })
    if (lost) this.lost = true
  }
}

export class RuleTraces implements NamespaceListener {
  readonly #poller: Poller
  #namespaces: Namespaces | null = null
  readonly #running = new Map<number, RuleTrace>()
  #next = 1

  constructor(poller: Poller) {
    this.#poller = poller
  }

  start(namespaces: Namespaces): void {
    this.#namespaces = namespaces
  }

  attached(): void {}

  /** Both sockets would keep the namespace alive. */
  detached(namespace: Namespace): void {
    for (const trace of this.#running.values()) this.#leave(trace, namespace)
  }

  /**
   * Traces every packet that these namespaces receive or send.
   * @param ruled what beside IP their rules are about
   */
  begin(ruled: readonly (RuledFamilies & { readonly namespace: Namespace })[]): number | Refusal {
    const trace = new RuleTrace()
    for (const { namespace, ...families } of ruled) {
      const refusal = this.#join(trace, namespace, families)
      if (refusal) {
        this.#leaveAll(trace)
        return refusal
      }
    }
    const id = this.#next++
    this.#running.set(id, trace)
    return id
  }

  /** Everything that has happened by now is in the result. */
  end(id: number): { readonly events: readonly RuleEvent[]; readonly lost: boolean } | null {
    const trace = this.#running.get(id)
    if (!trace) return null
    this.#running.delete(id)
    this.#leaveAll(trace)
    return { events: trace.events, lost: trace.lost }
  }

  close(): void {
    for (const id of [...this.#running.keys()]) this.end(id)
  }

  #join(trace: RuleTrace, namespace: Namespace, { bridge, arp, devices }: RuledFamilies): Refusal | null {
    const opened = this.#namespaces?.within(namespace, (): Tap | Refusal => {
      const owner = NetlinkSocket.open(NETLINK_NETFILTER)
      if (owner instanceof Refusal) return owner
      const events = NetlinkSocket.openSubscribed(NETLINK_NETFILTER, 1 << (NFNLGRP_NFTRACE - 1))
      if (events instanceof Refusal) owner.close()
      return events instanceof Refusal ? events : { owner, events }
    })
    if (opened === undefined || opened instanceof Refusal) return opened ?? null
    trace.taps.set(namespace, opened)
    // Heard of before it is told to speak.
    const refusal = this.#poller.add(opened.events.fd, EPOLLIN, () => trace.drain(namespace, opened))
    const chains = devices.map(({ device, hook }, index) => ({
      name: `${hook}${index}`,
      hook: deviceHooks[hook],
      device,
    }))
    return (
      refusal ??
      makeTable(opened.owner, NFPROTO_INET) ??
      (bridge ? makeTable(opened.owner, NFPROTO_BRIDGE) : null) ??
      (arp ? makeTable(opened.owner, NFPROTO_ARP, ofArp) : null) ??
      (chains.length > 0 ? makeTable(opened.owner, NFPROTO_NETDEV, chains) : null)
    )
  }

  #leaveAll(trace: RuleTrace): void {
    for (const namespace of [...trace.taps.keys()]) this.#leave(trace, namespace)
  }

  #leave(trace: RuleTrace, namespace: Namespace): void {
    const tap = trace.taps.get(namespace)
    if (!tap) return
    trace.taps.delete(namespace)
    trace.drain(namespace, tap)
    this.#poller.remove(tap.events.fd)
    tap.events.close()
    tap.owner.close()
  }
}
