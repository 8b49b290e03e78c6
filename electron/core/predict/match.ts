/** A rule as iptables-save spells it, held against one packet. */
import { containsAddress } from '../lab/address.js'
import type { LiveNamespace } from '../live/state.js'
import { said } from '../words/said.js'
import { stateOf, type Complaint, type Packet } from './packet.js'
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
export function matches(words: readonly string[], packet: Packet, at: At, here: LiveNamespace): boolean {
  let unknown: string | null = null
  let module = ''
  for (let n = 0; n < words.length; n++) {
    const isNot = words[n] === '!'
    if (isNot) n++
    const [option = '', value = ''] = [words[n], words[n + 1]]
    if (option === '-j' || option === '-g') break
    n++
    if (option === '-m') module = value
    if (silent.has(option)) continue
    // Two modules have an option of this name.
    const test = option === '--mark' && module !== 'mark' ? undefined : tests[option]
    const fits = test?.(value, packet, at, here) ?? null
    if (fits === null) unknown = `${option} ${value}`
    else if (fits === isNot) return false
  }
  if (unknown !== null) throw new CannotSay(said`Whether a rule with ${unknown} means the packet is not known.`)
  return true
}

type Test = (value: string, packet: Packet, at: At, here: LiveNamespace) => boolean | null

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
/** Of ICMP errors (RFC 792); others may have one of several. Echoes have 0. */
const codes: Readonly<Partial<Record<Complaint, number>>> = { port: 3, 'too-big': 4, expired: 0 }

/** `TYPE` or `TYPE/CODE`. */
const icmpType: Test = (value, { type, leg, complaint }) => {
  if (value === 'any') return true
  const [wanted, code] = value.split('/').map(Number)
  if (wanted !== type || code === undefined) return Number.isNaN(wanted) ? null : wanted === type
  const own = leg === 'error' ? codes[complaint ?? 'no-way'] : 0
  if (own !== undefined) return own === code
  return code === codes.port || code === codes['too-big'] ? false : null
}

const mark: Test = (value, { mark: own }) => {
  const [wanted, mask = 0xffffffff] = value.split('/').map(Number)
  return (own & mask) >>> 0 === wanted
}

/** `LOCAL` is what is asked for: an address of the namespace. */
const isOfType = (value: string, address: string, { addresses }: LiveNamespace): boolean | null =>
  value !== 'LOCAL'
    ? null
    : containsAddress('127.0.0.0/8', address) || addresses.some(({ address: own }) => own.startsWith(`${address}/`))

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
  '--mark': mark,
  '--dst-type': (value, { dst }, _at, here) => isOfType(value, dst, here),
  '--src-type': (value, { src }, _at, here) => isOfType(value, src, here),
  '--icmp-type': icmpType,
  '--icmpv6-type': icmpType,
}
