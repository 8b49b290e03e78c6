/** A trace for people: its hops in a table, then the cause, its evidence, and the fix. */
import { uneventfulCopies } from '../core/packet/flood.js'
import type { Diagnosis } from '../core/diagnosis/diagnosis.js'
import { innermost } from '../core/diagnosis/death.js'
import type { HopReason, Trace, TraceHop } from '../core/diagnosis/trace.js'
import { isAnswer } from '../core/diagnosis/trace.js'
import type { PacketHeaders } from '../core/packet/packet.js'
import { timeText } from './check-report.js'
import { printable, type Paint } from './output.js'

export function traceText(trace: Trace, paint: Paint): string {
  const { probe, outcome, rttUs, ttl, message, hops, dropped, beyond, diagnosis, answers } = trace
  const port = probe.port === undefined ? '' : ` port ${probe.port}`
  const name = probe.name === undefined ? '' : ` (${probe.name})`
  const end = [
    paint(isAnswer(outcome) ? 'green' : 'red', outcome),
    ...(rttUs === null ? [] : [`${timeText(rttUs)} while capturing`]),
    ...(ttl === null ? [] : [`ttl ${ttl}`]),
    ...(message === null ? [] : [message]),
  ]
  const lines = [`${paint('bold', `${probe.protocol} ${probe.from} -> ${probe.to}${name}${port}`)}: ${end.join(', ')}`]
  if (answers.length > 1) lines.push(...answers.map((answer, index) => answerLine(answer, index)))
  if (hops.length > 0) lines.push('', ...table(hops, paint))
  if (dropped + beyond > 0)
    lines.push(
      paint('yellow', `The film has gaps: the kernel dropped ${dropped} frames, and ${beyond} were more than is kept.`),
    )
  if (diagnosis) lines.push('', ...diagnosisLines(diagnosis, paint))
  return printable(lines.join('\n').replaceAll('\u001b', '\u0001')).replaceAll('\\u0001', '\u001b')
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

function table(hops: readonly TraceHop[], paint: Paint): string[] {
  const uneventful = uneventfulCopies(hops)
  const rows = hops.filter(({ n }) => uneventful.get(n) !== 0).map((hop) => rowOf(hop, uneventful.get(hop.n)))
  const width = (pick: (row: Row) => string): number => Math.max(...rows.map((row) => pick(row).length))
  const [n, time, place, event, packet] = [
    width((row) => row.n),
    width((row) => row.time),
    width((row) => row.place),
    width((row) => row.event),
    width((row) => row.packet),
  ]
  return rows.flatMap((row) => {
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
    const lead = ' '.repeat(n + time + 4)
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
    place: `${namespace}${name === null ? '' : `:${name}`}${direction === null ? '' : ` ${direction === 'in' ? arrows.in : arrows.out} ${direction}`}`,
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

export function diagnosisLines({ code, cause, evidence, fix, ruledOut }: Diagnosis, paint: Paint): string[] {
  const block = (text: string, lead: string): string[] => text.split('\n').map((line) => lead + line)
  return [
    `${paint('red', code)}: ${paint('bold', cause)}`,
    ...evidence.flatMap(({ command, output }) => [
      `  ${paint('dim', '$')} ${command}`,
      ...block(output === '' ? '(nothing)' : output, '    '),
    ]),
    ...(fix ? [paint('green', '  To fix it:'), ...fix.commands.map((command) => `    ${command}`)] : []),
    ...(ruledOut.length > 0 ? ['  Ruled out:', ...ruledOut.map((each) => `    ${each}`)] : []),
  ]
}
