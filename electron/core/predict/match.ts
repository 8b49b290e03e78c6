/** A rule as iptables-save spells it, held against one packet. */
import { containsAddress } from '../lab/address.js'
import { said } from '../words/said.js'
import { stateOf, type Packet } from './packet.js'
import { CannotSay } from './prediction.js'

export interface At {
  readonly iif: string | null
  readonly oif: string | null
}

/** Words as a shell would part them: a quoted one may hold blanks. */
export const wordsOf = (rule: string): string[] =>
  [...rule.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '',
  )

export function optionAfter(words: readonly string[], option: string): string | undefined {
  const at = words.indexOf(option)
  return at < 0 ? undefined : words[at + 1]
}

/** Options that say nothing of the packet, or belong to the target. */
const silent: ReadonlySet<string> = new Set(['-m', '--comment', '-j', '-g'])

/** Whether the rule means the packet. Throws where all that is known here fits, and something else is asked. */
export function matches(words: readonly string[], packet: Packet, at: At): boolean {
  let unknown: string | null = null
  for (let n = 0; n < words.length; n++) {
    const isNot = words[n] === '!'
    if (isNot) n++
    const [option = '', value = ''] = [words[n], words[n + 1]]
    if (option === '-j' || option === '-g') break
    n++
    if (silent.has(option)) continue
    const test = tests[option]
    const fits = test?.(value, packet, at) ?? null
    if (fits === null) unknown = `${option} ${value}`
    else if (fits === isNot) return false
  }
  if (unknown !== null) throw new CannotSay(said`Whether a rule with ${unknown} means the packet is not known.`)
  return true
}

type Test = (value: string, packet: Packet, at: At) => boolean | null

const protocols: Readonly<Record<string, string>> = {
  'ipv6-icmp': 'icmpv6',
  '58': 'icmpv6',
  '1': 'icmp',
  '6': 'tcp',
  '17': 'udp',
}

const named = (pattern: string, name: string | null): boolean =>
  name !== null && (pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern)

function inRange(range: string, port: number | null): boolean | null {
  const [low = '0', high = low] = range.split(':')
  const [from, to] = [Number(low || 0), Number(high || 65535)]
  if (port !== null) return port >= from && port <= to
  // One of the free ports, which no rule of a service is about (net.ipv4.ip_local_port_range).
  return from <= 32768 && to >= 60999 ? true : to < 32768 || from > 60999 ? false : null
}

const states: Test = (value, packet) => value.split(',').includes(stateOf(packet))
const icmpType: Test = (value, { type }) =>
  value === 'any' ? true : /^\d+$/.test(value) ? Number(value) === type : null

const tests: Readonly<Record<string, Test>> = {
  '-s': (value, { src }) => containsAddress(value, src),
  '-d': (value, { dst }) => containsAddress(value, dst),
  '-i': (value, _packet, { iif }) => named(value, iif),
  '-o': (value, _packet, { oif }) => named(value, oif),
  '-p': (value, { protocol }) => value === 'all' || (protocols[value] ?? value) === protocol,
  '--dport': (value, { dstPort }) => inRange(value, dstPort),
  '--sport': (value, { srcPort }) => inRange(value, srcPort),
  '--ctstate': states,
  '--state': states,
  '--icmp-type': icmpType,
  '--icmpv6-type': icmpType,
}
