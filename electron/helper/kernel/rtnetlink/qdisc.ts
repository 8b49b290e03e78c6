/** What delays, loses or limits frames: the root queueing discipline (RTM_*QDISC, linux/pkt_sched.h), as `tc` sets it. */
import type { Impair } from '../../../core/lab/lab.js'
import { delayText, percentText, qdiscOf, rateText, tbfBurstBytes, tbfLatencyUs } from '../../../core/plan/qdisc.js'
import type { Refusal } from '../errno.js'
import type { MessageWriter } from '../netlink/message.js'
import { eachAttribute, NLM_F_CREATE, NLM_F_REPLACE, readString } from '../netlink/message.js'
import { message, type NetlinkSocket } from '../netlink/socket.js'

const RTM_NEWQDISC = 36
const RTM_DELQDISC = 37
const RTM_GETQDISC = 38
const TC_H_ROOT = 0xffffffff
/** Of `ingress` and `clsact`. */
const TC_H_INGRESS = 0xfffffff1
const TCA_KIND = 1
const TCA_OPTIONS = 2
const TCA_STATS2 = 7
/** struct gnet_stats_queue: qlen, backlog, drops, requeues, overlimits (linux/gen_stats.h). */
const TCA_STATS_QUEUE = 3
const TCA_TBF_PARMS = 1
const TCA_TBF_RATE64 = 4
const TCA_TBF_BURST = 6
const TCA_NETEM_CORR = 1
const TCA_NETEM_REORDER = 3
const TCA_NETEM_CORRUPT = 4
const TCA_NETEM_LOSS = 5
const TCA_NETEM_RATE = 6
const TCA_NETEM_ECN = 7
const TCA_NETEM_RATE64 = 8
const TCA_NETEM_LATENCY64 = 10
const TCA_NETEM_JITTER64 = 11
const TCA_NETEM_SLOT = 12
/** Packet scheduler ticks per microsecond: a tick is 64 ns (PSCHED_SHIFT, net/pkt_sched.h). */
const ticksPerUs = 15.625
/** Packets that netem holds, `tc`'s default. */
const netemLimit = 1000
const TC_LINKLAYER_ETHERNET = 1
const rate32Max = 0xffffffff

/** struct tcmsg for the root of a link. */
const tcmsg = (to: MessageWriter, index: number): MessageWriter => to.u32(0).u32(index).u32(0).u32(TC_H_ROOT).u32(0)

/** A share as netem counts it: of 2^32 - 1. */
const share = (percent = 0): number => Math.round((percent / 100) * 0xffffffff)
/** Seven digits bring back the percentage that was asked for. */
const percentOf = (parts: number): number => Number(((parts / 0xffffffff) * 100).toFixed(7))

function writeNetem(to: MessageWriter, impair: Impair): void {
  const { delayUs, jitterUs = 0, lossPercent, duplicatePercent, corruptPercent, reorderPercent } = impair
  const delay = delayUs ?? 0
  const ticks = (us: number): number => Math.min(rate32Max, Math.floor(us * ticksPerUs))
  // struct tc_netem_qopt: latency (ticks), limit, loss, gap, duplicate, jitter (ticks).
  to.u32(ticks(delay)).u32(netemLimit)
  to.u32(share(lossPercent ?? 0))
    // What overtakes the others is every first frame, as with `tc`.
    .u32(reorderPercent ? 1 : 0)
    .u32(share(duplicatePercent))
    .u32(ticks(jitterUs))
  // Ticks run out at 275 s and round to 64 ns; the kernel prefers these nanoseconds.
  if (delay > 0) to.attributeU64(TCA_NETEM_LATENCY64, BigInt(Math.round(delay * 1000)))
  if (jitterUs > 0) to.attributeU64(TCA_NETEM_JITTER64, BigInt(Math.round(jitterUs * 1000)))
  // struct tc_netem_reorder and tc_netem_corrupt: probability, correlation.
  for (const [type, percent] of [
    [TCA_NETEM_REORDER, reorderPercent],
    [TCA_NETEM_CORRUPT, corruptPercent],
  ] as const)
    if (percent) {
      const nest = to.nest(type)
      to.u32(share(percent)).u32(0).end(nest)
    }
  if (impair.rateBit !== null) {
    const rate = impair.rateBit / 8
    if (rate > rate32Max) to.attributeU64(TCA_NETEM_RATE64, BigInt(Math.round(rate)))
    const nest = to.nest(TCA_NETEM_RATE)
    // struct tc_netem_rate: rate, packet overhead, cell size, cell overhead.
    to.u32(Math.min(rate32Max, rate)).u32(0).u32(0).u32(0).end(nest)
  }
}

function writeTbf(to: MessageWriter, rateBit: number): void {
  const rate = Math.max(1, Math.floor(rateBit / 8))
  const parameters = to.nest(TCA_TBF_PARMS)
  // struct tc_ratespec: cell log, link layer, overhead, cell align, mpu, rate. A link layer spares the kernel the rate table.
  to.u8(0).u8(TC_LINKLAYER_ETHERNET).u16(0).u16(0xffff).u16(0).u32(Math.min(rate32Max, rate))
  to.u32(0).u32(0).u32(0)
  // limit (bytes), buffer (ticks that the burst takes on the wire, cut to whole microseconds as by `tc`), mtu.
  to.u32(Math.min(rate32Max, Math.floor((rate * tbfLatencyUs) / 1e6 + tbfBurstBytes)))
  to.u32(Math.min(rate32Max, Math.floor(Math.floor((tbfBurstBytes * 1e6) / rate) * ticksPerUs))).u32(0)
  to.end(parameters).attributeU32(TCA_TBF_BURST, tbfBurstBytes)
  if (rate > rate32Max) to.attributeU64(TCA_TBF_RATE64, BigInt(rate))
}

/**
 * `tc qdisc replace dev DEV root ...`: netem for delay and loss (with its own rate, where there is one), tbf for a rate
 * alone; null is `tc qdisc del dev DEV root`.
 */
export function setImpair(socket: NetlinkSocket, index: number, impair: Impair | null): Refusal | null {
  if (!impair) return socket.change(tcmsg(message(RTM_DELQDISC), index))
  const rateOnly = qdiscOf(impair)?.kind === 'tbf'
  const request = tcmsg(message(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE), index)
  request.attributeString(TCA_KIND, rateOnly ? 'tbf' : 'netem')
  const options = request.nest(TCA_OPTIONS)
  if (rateOnly && impair.rateBit !== null) writeTbf(request, impair.rateBit)
  else writeNetem(request, impair)
  return socket.change(request.end(options))
}

/** Tries whether the kernel knows a kind of qdisc, on a link of a scratch namespace. */
export const tryImpair = (socket: NetlinkSocket, index: number, kind: 'netem' | 'tbf'): Refusal | null =>
  setImpair(
    socket,
    index,
    kind === 'netem'
      ? { delayUs: 1000, lossPercent: null, rateBit: null }
      : { delayUs: null, lossPercent: null, rateBit: 1_000_000 },
  )

/** What a root does to frames, and what else it was given that a lab file has no words for, behind `tc qdisc add dev DEV`. */
export interface DumpedQdisc {
  readonly impair: Impair | null
  readonly others: readonly string[]
}

function readTbf(bytes: Buffer, from: number, to: number): DumpedQdisc {
  let [rate, peak, limit, ticks] = [0, 0, 0, 0]
  eachAttribute(bytes, from, to, (type, at) => {
    if (type === TCA_TBF_PARMS) {
      // struct tc_tbf_qopt: two of tc_ratespec, limit, buffer, mtu.
      if (rate === 0) rate = bytes.readUInt32LE(at + 8)
      peak = bytes.readUInt32LE(at + 20)
      limit = bytes.readUInt32LE(at + 24)
      ticks = bytes.readUInt32LE(at + 28)
    } else if (type === TCA_TBF_RATE64) rate = Number(bytes.readBigUInt64LE(at))
  })
  const words = tbfOthers(rate, limit, ticks / ticksPerUs)
  if (peak > 0) words.push(`peakrate ${rateText(peak * 8)}`)
  return {
    impair: { delayUs: null, lossPercent: null, rateBit: rate * 8 },
    others: words.length > 0 ? [`root tbf rate ${rateText(rate * 8)} ${words.join(' ')}`] : [],
  }
}

/**
 * A bucket and a queue that are not those of a lab.
 *
 * @param rate bytes per second
 * @param limit bytes that wait, those of the bucket among them
 * @param burstUs microseconds that the bucket takes on the wire
 */
function tbfOthers(rate: number, limit: number, burstUs: number): string[] {
  const burst = Math.round((burstUs * rate) / 1e6)
  const latency = Math.round((limit * 1e6) / rate - burstUs)
  // Both are kept as times: a microsecond is lost by it, and at a high rate that is many bytes.
  const slack = Math.ceil(rate / 1e6) + 1
  const differs = Math.abs(burst - tbfBurstBytes) > slack || Math.abs(latency - tbfLatencyUs) > 2
  return differs ? [`burst ${burst}`, `latency ${delayText(latency)}`] : []
}

function readNetem(bytes: Buffer, from: number, to: number): Impair {
  const [loss, duplicate] = [8, 16].map((at) => percentOf(bytes.readUInt32LE(from + at))) as [number, number]
  let [delayUs, jitterUs] = [0, 20].map((at) => bytes.readUInt32LE(from + at) / ticksPerUs) as [number, number]
  let [rate, reorder, corrupt] = [0, 0, 0]
  eachAttribute(bytes, from + 24, to, (type, at) => {
    if (type === TCA_NETEM_LATENCY64) delayUs = Number(bytes.readBigInt64LE(at)) / 1000
    else if (type === TCA_NETEM_JITTER64) jitterUs = Number(bytes.readBigInt64LE(at)) / 1000
    else if (type === TCA_NETEM_REORDER) reorder = percentOf(bytes.readUInt32LE(at))
    else if (type === TCA_NETEM_CORRUPT) corrupt = percentOf(bytes.readUInt32LE(at))
    else if (type === TCA_NETEM_RATE && rate === 0) rate = bytes.readUInt32LE(at)
    else if (type === TCA_NETEM_RATE64) rate = Number(bytes.readBigUInt64LE(at))
  })
  return {
    delayUs: delayUs || null,
    ...(jitterUs > 0 && { jitterUs }),
    lossPercent: loss || null,
    ...(duplicate > 0 && { duplicatePercent: duplicate }),
    ...(corrupt > 0 && { corruptPercent: corrupt }),
    ...(reorder > 0 && { reorderPercent: reorder }),
    rateBit: rate ? rate * 8 : null,
  }
}

/** What makes one frame's fate hang on the one before, and a queue that is not as long as `tc` makes it. */
function readNetemOthers(bytes: Buffer, from: number, to: number, impair: Impair): string[] {
  const { delayUs, jitterUs, lossPercent, duplicatePercent, reorderPercent, corruptPercent } = impair
  const said: string[] = []
  const correlated = (words: string, at: number): void => {
    const percent = percentOf(bytes.readUInt32LE(at))
    if (percent > 0) said.push(`${words} ${percentText(percent)}`)
  }
  const limit = bytes.readUInt32LE(from + 4)
  if (limit !== netemLimit) said.push(`limit ${limit}`)
  const gap = bytes.readUInt32LE(from + 12)
  if (gap > 1) said.push(`gap ${gap}`)
  eachAttribute(bytes, from + 24, to, (type, at) => {
    if (type === TCA_NETEM_CORR) {
      // struct tc_netem_corr: of delay, loss and duplication.
      correlated(`delay ${delayText(delayUs ?? 0)} ${delayText(jitterUs ?? 0)}`, at)
      correlated(`loss ${percentText(lossPercent ?? 0)}`, at + 4)
      correlated(`duplicate ${percentText(duplicatePercent ?? 0)}`, at + 8)
    } else if (type === TCA_NETEM_REORDER) correlated(`reorder ${percentText(reorderPercent ?? 0)}`, at + 4)
    else if (type === TCA_NETEM_CORRUPT) correlated(`corrupt ${percentText(corruptPercent ?? 0)}`, at + 4)
    else if (type === TCA_NETEM_LOSS) said.push('loss by a model of its own')
    else if (type === TCA_NETEM_ECN && bytes.readUInt32LE(at) !== 0) said.push('ecn')
    else if (type === TCA_NETEM_SLOT) said.push('slot')
  })
  return said
}

/** One RTM_NEWQDISC payload: link index and what its root does; none for inner qdiscs, and for what the kernel gives by itself. */
export function decodeQdisc(bytes: Buffer, at: number, end: number): readonly [number, DumpedQdisc] | null {
  const parent = bytes.readUInt32LE(at + 12)
  if (parent !== TC_H_ROOT && parent !== TC_H_INGRESS) return null
  let kind = ''
  let impair: Impair | null = null
  const others: string[] = []
  eachAttribute(bytes, at + 20, end, (type, where, length) => {
    if (type === TCA_KIND) kind = readString(bytes, where, length)
    else if (type === TCA_OPTIONS && kind === 'tbf') {
      const read = readTbf(bytes, where, where + length)
      impair = read.impair
      others.push(...read.others)
    } else if (type === TCA_OPTIONS && kind === 'netem') {
      const read = readNetem(bytes, where, where + length)
      const more = readNetemOthers(bytes, where, where + length, read)
      if (more.length > 0) others.push(`root netem ${more.join(' ')}`)
      impair = read
    }
  })
  // Only what somebody gave has a handle.
  const isGiven = bytes.readUInt32LE(at + 8) !== 0
  if (impair === null && isGiven) others.push(`${parent === TC_H_ROOT ? 'root ' : ''}${kind} (with what it holds)`)
  return impair === null && others.length === 0 ? null : [bytes.readInt32LE(at + 4), { impair, others }]
}

/** What each link of the namespace that was given a qdisc does, by link index; a link may have two, one for each direction. */
export function dumpQdiscs(socket: NetlinkSocket): (readonly [number, DumpedQdisc])[] | Refusal {
  return socket.dump(message(RTM_GETQDISC).u32(0).u32(0).u32(0).u32(0).u32(0), decodeQdisc)
}

/** Frames that the roots of the namespace's links have thrown away so far, by link index; none where it was none. */
export function dumpDrops(socket: NetlinkSocket): (readonly [index: number, drops: number])[] | Refusal {
  return socket.dump(message(RTM_GETQDISC).u32(0).u32(0).u32(0).u32(0).u32(0), (bytes, at, end) => {
    if (bytes.readUInt32LE(at + 12) !== TC_H_ROOT) return null
    let drops = 0
    eachAttribute(bytes, at + 20, end, (type, where, length) => {
      if (type !== TCA_STATS2) return
      eachAttribute(bytes, where, where + length, (inner, queue) => {
        if (inner === TCA_STATS_QUEUE) drops = bytes.readUInt32LE(queue + 8)
      })
    })
    return drops > 0 ? [bytes.readInt32LE(at + 4), drops] : null
  })
}
