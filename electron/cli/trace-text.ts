/**
 * A trace for people. What it came to stands last, where a terminal shows it: the outcome, the cause, its evidence and the
 * fix; before them the hops, and what was ruled out.
 */
import { uneventfulCopies } from '../core/packet/flood.js'
import type { Diagnosis } from '../core/diagnosis/diagnosis.js'
import { innermost } from '../core/diagnosis/loss.js'
import type { HopReason, Trace, TraceHop } from '../core/diagnosis/trace.js'
import { isAnswer } from '../core/diagnosis/trace.js'
import type { PacketHeaders } from '../core/packet/packet.js'
import { timeText } from './check-report.js'
import { printable, printableLine, type Paint } from './output.js'
import { leftOut, shortened, type Kept } from './shortened.js'

/** Hops of a failed trace, and lines of one piece of evidence: with a heading and the fix they fill one screen. */
const keptHops: Kept = { first: 8, last: 12 }
const keptLines: Kept = { first: 8, last: 4 }
/** Lines between the outcome in front and the end, from which on it is said again. */
const glance = 16

export interface TraceTextOptions {
  /** Every hop, and all of the evidence. */
  readonly all?: boolean
}

export function traceText(trace: Trace, paint: Paint, { all = false }: TraceTextOptions = {}): string {
  const { probe, outcome, rttUs, ttl, message, hops, dropped, beyond, diagnosis, answers } = trace
  const port = probe.port === undefined ? '' : ` port ${probe.port}`
  const name = probe.name === undefined ? '' : ` (${probe.name})`
  const end = [
    paint(isAnswer(outcome) ? 'green' : 'red', outcome),
    ...(rttUs === null ? [] : [`${timeText(rttUs)} while capturing`]),
    ...(ttl === null ? [] : [`ttl ${ttl}`]),
    ...(message === null ? [] : [message]),
  ]
  const head = `${paint('bold', printableLine(`${probe.protocol} ${probe.from} -> ${probe.to}${name}${port}`))}: ${end.join(', ')}`
  const lines: string[] = []
  if (answers.length > 1) lines.push(...answers.map((answer, index) => answerLine(answer, index)))
  if (hops.length > 0) lines.push('', ...table(hops, diagnosis !== null && !all, paint))
  if (dropped + beyond > 0)
    lines.push(
      paint('yellow', `The film has gaps: the kernel dropped ${dropped} frames, and ${beyond} were more than is kept.`),
    )
  if (diagnosis && diagnosis.ruledOut.length > 0)
    lines.push('', 'Ruled out:', ...diagnosis.ruledOut.map((each) => `  ${printableLine(each)}`))
  const again = lines.length > glance ? [head] : []
  if (diagnosis) lines.push('', ...again, ...diagnosisLines(diagnosis, all, paint))
  else if (again.length > 0) lines.push('', ...again)
  const text = [head, ...lines].join('\n')
  return printable(text.replaceAll('\u001b', '\u0001')).replaceAll('\\u0001', '\u001b')
}

function answerLine(answer: Trace['answers'][number], index: number): string {
  const { ttl, outcome, by, rttUs, message } = answer
  const parts = [by, rttUs === null ? null : timeText(rttUs), message ?? outcome].filter((part) => part !== null)
  return `${String(ttl ?? index + 1).padStart(4)}  ${parts.join('  ')}`
}

interface Row {
  readonly n: string
  readonly time: string
  readonly place: string
  readonly event: string
  readonly packet: string
  readonly macs: string
  readonly more: readonly string[]
  readonly observed: boolean
  readonly dropped: boolean
}

/** @param short a list that is too long lacks its middle, but for what was dropped */
function table(hops: readonly TraceHop[], short: boolean, paint: Paint): string[] {
  const uneventful = uneventfulCopies(hops)
  const every = hops.filter(({ n }) => uneventful.get(n) !== 0).map((hop) => rowOf(hop, uneventful.get(hop.n)))
  const shown = short ? shortened(every, keptHops, ({ dropped }) => dropped) : every
  const rows = shown.filter((each) => typeof each !== 'number')
  const width = (pick: (row: Row) => string): number => Math.max(...rows.map((row) => pick(row).length))
  const [n, time, place, event, packet] = [
    width((row) => row.n),
    width((row) => row.time),
    width((row) => row.place),
    width((row) => row.event),
    width((row) => row.packet),
  ]
  const lead = ' '.repeat(n + time + 4)
  return shown.flatMap((row) => {
    if (typeof row === 'number') return [lead + paint('dim', leftOut(row, 'hops'))]
    const line = [
      row.n.padStart(n),
      row.time.padStart(time),
      row.place.padEnd(place),
      row.event.padEnd(event),
      row.packet.padEnd(packet),
      row.macs,
    ]
      .join('  ')
      .trimEnd()
    const styled = row.dropped ? paint('red', line) : row.observed ? line : paint('dim', line)
    return [styled, ...row.more.map((text) => lead + paint('cyan', text))]
  })
}

const arrows = { in: '>', out: '<' } as const

/** @param copies of a flood that this hop stands for */
function rowOf(hop: TraceHop, copies?: number): Row {
  const { n, timeNs, namespace, interface: name, direction, leg, event, packet, changed, observed, reason } = hop
  const inner = packet && innermost(packet)
  const eth = inner?.eth
  return {
    n: String(n),
    time: timeNs < 1e9 ? `${(timeNs / 1000).toFixed(1)} us` : `${(timeNs / 1e9).toFixed(3)} s`,
    place:
      printableLine(`${namespace}${name === null ? '' : `:${name}`}`) +
      `${direction === null ? '' : ` ${direction === 'in' ? arrows.in : arrows.out} ${direction}`}`,
    event: `${leg} ${observed ? event : `(${event})`}`,
    packet: packet ? packetText(packet) : '',
    macs: eth ? `${eth.src} -> ${eth.dst}` : '',
    more: [
      ...(changed.length > 0
        ? [`changed: ${changed.map((path) => `${path} ${valueOf(packet, path)}`).join(', ')}`]
        : []),
      ...(reason ? reasonLines(reason) : []),
      ...(copies === undefined || copies < 2
        ? []
        : [`and ${copies - 1} more copies of the flood, which led to nothing`]),
    ],
    observed,
    dropped: event === 'dropped',
  }
}

function valueOf(packet: PacketHeaders | null, path: string): string {
  const value = path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], packet)
  return value === undefined ? 'gone' : String(value)
}

function reasonLines({ table: name, chain, rule, verdict, conntrack }: HopReason): string[] {
  const ruled =
    chain === null ? [] : [`rule: ${name} ${chain}: ${rule ?? ''}${rule === null ? `${verdict}` : ` (${verdict})`}`]
  return [...ruled, ...(conntrack === null ? [] : [`conntrack: ${conntrack.replace(/\s+/g, ' ').trim()}`])]
}

const vlanText = ({ id, inner }: NonNullable<PacketHeaders['vlan']>): string =>
  `vlan ${id}${inner === undefined ? '' : `.${inner}`}`

/** What is around a packet, as `ip link` calls it. */
function tunnelText({ vxlan, geneve, gre, ip, inner }: PacketHeaders): string {
  if (vxlan) return `vxlan ${vxlan.vni}`
  if (geneve) return `geneve ${geneve.vni}`
  if (gre) return gre.key === undefined ? 'gre' : `gre key ${gre.key}`
  return `ip${ip?.version === 6 ? '6' : ''}ip${inner?.ip?.version === 6 ? '6' : ''}`
}

function packetText(headers: PacketHeaders): string {
  const { vlan, ...untagged } = headers
  if (vlan) return `${vlanText(vlan)} ${packetText(untagged)}`
  const { arp, ip, icmp, tcp, udp, wireguard, inner } = headers
  if (inner) return `${tunnelText(headers)} [${packetText(inner)}]`
  if (wireguard) return `wireguard ${wireguard.message} ${wireguard.counter ?? ''}`.trimEnd()
  if (arp)
    return arp.op === 'request'
      ? `who has ${arp.targetIp}? tell ${arp.senderIp}`
      : `${arp.senderIp} is at ${arp.senderMac}`
  if (!ip) return ''
  const [source, destination] = (tcp ?? udp) ? [`:${(tcp ?? udp)?.srcPort}`, `:${(tcp ?? udp)?.dstPort}`] : ['', '']
  const what = tcp
    ? tcp.flags.join(',')
    : udp
      ? `udp ${udp.length}`
      : icmp
        ? icmpText(icmp.type, icmp.code, ip.version)
        : ip.protocol
  const piece = ip.fragmentOffset === undefined ? '' : `, fragment from byte ${ip.fragmentOffset}`
  return `${ip.src}${source} -> ${ip.dst}${destination} ttl ${ip.ttl} ${what}${piece}`
}

/** Types a probe meets (RFC 792, 4443). */
function icmpText(type: number, code: number, version: 4 | 6): string {
  const names: Readonly<Record<number, string>> =
    version === 4
      ? { 0: 'echo reply', 3: 'unreachable', 8: 'echo', 11: 'time exceeded' }
      : {
          1: 'unreachable',
          2: 'packet too big',
          3: 'time exceeded',
          128: 'echo',
          129: 'echo reply',
          135: 'neighbour solicitation',
          136: 'neighbour advertisement',
        }
  const name = names[type] ?? `icmp ${type}`
  return code === 0 ? name : `${name} ${type}/${code}`
}

function diagnosisLines({ code, cause, evidence, fix }: Diagnosis, all: boolean, paint: Paint): string[] {
  const output = (text: string): string[] => {
    const lines = (text === '' ? '(nothing)' : text).split('\n')
    const shown = all ? lines : shortened(lines, keptLines)
    return shown.map((each) => `    ${typeof each === 'number' ? paint('dim', leftOut(each, 'lines')) : each}`)
  }
  return [
    `${paint('red', code)}: ${paint('bold', printableLine(cause))}`,
    ...evidence.flatMap((each) => [`  ${paint('dim', '$')} ${each.command}`, ...output(each.output)]),
    ...(fix ? [paint('green', '  To fix it:'), ...fix.commands.map((command) => `    ${command}`)] : []),
  ]
}
