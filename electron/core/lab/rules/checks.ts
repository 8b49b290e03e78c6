import { parseAddress, parsePrefix } from '../address.js'
import { quote } from '../describe.js'
import { error, warning } from '../finding.js'
import type { Finding } from '../finding.js'
import { broadcastsOf, type Connected, needsZone, noStation } from '../no-station.js'
import type { LabPath } from '../problem.js'
import type { CheckEntry, Outcome, TraceEntry } from '../schema.js'
import { parseHostTarget, parsePortTarget } from '../target.js'
import { englishText } from '../text.js'
import { badAddress } from './addresses.js'
import type { LabIndex, Rule } from './lab-index.js'
import { namespaceExists } from './references.js'
import { oneOf, said, type Said } from '../../words/said.js'

/** What each kind of probe can end in. */
const possible: Readonly<Record<'ping' | 'tcp' | 'udp', readonly Outcome[]>> = {
  ping: ['reply', 'unreachable', 'lost'],
  tcp: ['connected', 'refused', 'unreachable', 'lost'],
  udp: ['reply', 'refused', 'unreachable', 'lost'],
}

export const checkRules: Rule = function* (lab) {
  const names = new Set<string>()
  const all = (['checks', 'goal'] as const).flatMap((key) =>
    (lab.file[key] ?? []).map((check, i) => ({ check, path: [key, i] })),
  )
  for (const { check, path } of all) {
    yield* checkFindings(lab, check, path)
    if (check.name === undefined) continue
    const name = englishText(check.name)
    if (names.has(name)) {
      yield warning(
        'check-name-twice',
        [...path, 'name'],
        said`Another check is called ${quote(name)} too.`,
        said`With names of their own, each can be run alone.`,
      )
    }
    names.add(name)
  }
}

/** What a step offers to film. */
export function* traceFindings(lab: LabIndex, trace: TraceEntry, path: LabPath): Iterable<Finding> {
  yield* namespaceExists(lab, trace.from, [...path, 'from'])
  yield* targetOf(lab, 'ping', trace.to, [...path, 'to'])
  const { protocol = 'icmp', port, size } = trace
  if (protocol === 'tcp' && size !== undefined) {
    yield error(
      'wrong-size',
      [...path, 'size'],
      said`A TCP handshake carries no payload.`,
      said`Remove the size, or say protocol: udp.`,
    )
  }
  if (protocol === 'icmp' && port !== undefined) {
    yield error(
      'wrong-port',
      [...path, 'port'],
      said`A ping has no port.`,
      said`Remove the port, or say protocol: tcp.`,
    )
  }
  if (protocol !== 'icmp' && port === undefined) {
    yield error(
      'wrong-port',
      [...path, 'protocol'],
      said`A ${protocol} probe needs a port.`,
      said`Add port: 80, for one.`,
    )
  }
}

/** One check; also used for the checks that end a step of the guide. */
export function* checkFindings(lab: LabIndex, check: CheckEntry, path: LabPath): Iterable<Finding> {
  yield* namespaceExists(lab, check.from, [...path, 'from'])
  if ('dns' in check) return void (yield* nameFindings(check, path))
  const kind = 'ping' in check ? 'ping' : 'tcp' in check ? 'tcp' : 'udp'
  const text = 'ping' in check ? check.ping : 'tcp' in check ? check.tcp : check.udp
  yield* targetOf(lab, kind, text, [...path, kind], 'ipv6' in check ? check.ipv6 : undefined)
  if (check.expect !== undefined && !possible[kind].includes(check.expect)) {
    yield error(
      'wrong-outcome',
      [...path, 'expect'],
      said`A ${kind} check cannot end in ${quote(check.expect)}.`,
      said`It ends in ${oneOf(possible[kind])}.`,
    )
  }
  for (const [i, name] of (check.path ?? []).entries()) yield* namespaceExists(lab, name, [...path, 'path', i])
  const [first] = check.path ?? []
  if (first !== undefined && first !== check.from) {
    yield error(
      'wrong-path',
      [...path, 'path', 0],
      said`The path starts in ${quote(first)}, but the check is from ${quote(check.from)}.`,
      said`Put ${check.from} first.`,
    )
  }
  if (check.snat !== undefined && !parseAddress(check.snat)) {
    yield error(
      'bad-address',
      [...path, 'snat'],
      said`${quote(check.snat)} is not an address.`,
      said`Write the one source address that the request must carry.`,
    )
  }
}

function* nameFindings(
  { expect, answer }: Extract<CheckEntry, { readonly dns: unknown }>,
  path: LabPath,
): Iterable<Finding> {
  if (answer === undefined) return
  if (!parseAddress(answer)) yield badAddress(answer, [...path, 'answer'])
  else if (expect === 'unresolved')
    yield error(
      'wrong-outcome',
      [...path, 'answer'],
      said`A name that is not resolved has no answer.`,
      said`Remove "answer", or write expect: resolved.`,
    )
}

/** @param ipv6 whether an address of IPv6 is asked for; undefined: any */
function* targetOf(
  lab: LabIndex,
  kind: 'ping' | 'tcp' | 'udp',
  text: string,
  path: LabPath,
  ipv6?: boolean,
): Iterable<Finding> {
  const target = kind === 'ping' ? parseHostTarget(text) : parsePortTarget(text)
  if (!target) {
    yield error('bad-target', path, said`${quote(text)} is no target for ${kind}.`, targetHint(kind, text))
  } else if (target.host.kind === 'address') {
    yield* stationFindings(lab, target.host.text, path)
    if (ipv6 !== undefined && target.host.text.includes(':') !== ipv6) {
      yield error(
        'family-mismatch',
        path,
        said`${quote(text)} is no ${ipv6 ? 'IPv6' : 'IPv4'} address, and \`ipv6\` asks for one.`,
        said`An address says its family itself: remove \`ipv6\`.`,
      )
    }
  } else {
    yield* namespaceExists(lab, target.host.name, path)
    const namespace = lab.namespaces.get(target.host.name)
    const speaks = [...(namespace?.addresses.keys() ?? [])].some((each) => each.includes(':') === ipv6)
    if (namespace && namespace.addresses.size > 0 && ipv6 !== undefined && !speaks) {
      yield error(
        'no-address',
        path,
        said`Namespace ${quote(target.host.name)} has no ${ipv6 ? 'IPv6' : 'IPv4'} address that a check could be sent to.`,
        said`Give it one, or write the address here.`,
      )
    }
    if (namespace?.addresses.size === 0) {
      yield error(
        'no-address',
        path,
        said`Namespace ${quote(target.host.name)} has no address that a check could be sent to.`,
        said`Give it one, or write the address here.`,
      )
    }
  }
}

const broadcastsByLab = new WeakMap<LabIndex, ReadonlyMap<string, Connected>>()

function broadcastsIn(lab: LabIndex): ReadonlyMap<string, Connected> {
  const known = broadcastsByLab.get(lab)
  if (known) return known
  const connected = [...lab.namespaces.values()].flatMap(({ name: namespace, interfaces }) =>
    [...interfaces.values()].flatMap(({ name: dev, addresses }) =>
      addresses.map(({ text: address }) => ({ namespace, dev, address })),
    ),
  )
  const broadcasts = broadcastsOf(connected)
  broadcastsByLab.set(lab, broadcasts)
  return broadcasts
}

/** An address may be spelled right, and yet be nobody's. */
function* stationFindings(lab: LabIndex, text: string, path: LabPath): Iterable<Finding> {
  const nobody = noStation(text, broadcastsIn(lab))
  if (nobody) yield warning('no-station', path, nobody.why, nobody.next)
  else if (needsZone(text)) {
    yield warning(
      'no-station',
      path,
      said`${quote(text)} is valid on one link only, and any link may have it.`,
      said`Write a global address; a trace takes one with its interface, as in fe80::1%veth0.`,
    )
  }
}

function targetHint(kind: 'ping' | 'tcp' | 'udp', text: string): Said {
  if (kind === 'ping') {
    if (parsePrefix(text)) return said`Leave out the prefix length: ${text.split('/')[0] ?? ''}.`
    return parsePortTarget(text) ? said`A ping has no port.` : said`Write an address, or the name of a namespace.`
  }
  const address = parseAddress(text)
  if (address) return said`Add a port: ${address.family === 'ipv6' ? `[${text}]` : text}:80.`
  return said`Write ADDRESS:PORT, [IPV6]:PORT or NAMESPACE:PORT.`
}
