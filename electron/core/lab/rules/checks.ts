import { parseAddress, parsePrefix } from '../address.js'
import { oneOf, quote } from '../describe.js'
import { error, warning } from '../finding.js'
import type { Finding } from '../finding.js'
import type { LabPath } from '../problem.js'
import type { CheckEntry, Outcome, TraceEntry } from '../schema.js'
import { parseHostTarget, parsePortTarget } from '../target.js'
import type { LabIndex, Rule } from './lab-index.js'
import { namespaceExists } from './references.js'

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
    if (names.has(check.name)) {
      yield warning(
        'check-name-twice',
        [...path, 'name'],
        `Another check is called ${quote(check.name)} too.`,
        'With names of their own, each can be run alone.',
      )
    }
    names.add(check.name)
  }
}

/** What a step offers to film. */
export function* traceFindings(lab: LabIndex, trace: TraceEntry, path: LabPath): Iterable<Finding> {
  yield* namespaceExists(lab, trace.from, [...path, 'from'])
  yield* targetOf(lab, 'ping', trace.to, [...path, 'to'])
  const { protocol = 'icmp', port } = trace
  if (protocol === 'icmp' && port !== undefined) {
    yield error('wrong-port', [...path, 'port'], 'A ping has no port.', 'Remove the port, or say `protocol: tcp`.')
  }
  if (protocol !== 'icmp' && port === undefined) {
    yield error('wrong-port', [...path, 'protocol'], `A ${protocol} probe needs a port.`, 'Add `port: 80`, for one.')
  }
}

/** One check; also used for the checks that end a step of the guide. */
export function* checkFindings(lab: LabIndex, check: CheckEntry, path: LabPath): Iterable<Finding> {
  yield* namespaceExists(lab, check.from, [...path, 'from'])
  const kind = 'ping' in check ? 'ping' : 'tcp' in check ? 'tcp' : 'udp'
  const text = 'ping' in check ? check.ping : 'tcp' in check ? check.tcp : check.udp
  yield* targetOf(lab, kind, text, [...path, kind])
  if (check.expect !== undefined && !possible[kind].includes(check.expect)) {
    yield error(
      'wrong-outcome',
      [...path, 'expect'],
      `A ${kind} check cannot end in ${quote(check.expect)}.`,
      `It ends in ${oneOf(possible[kind])}.`,
    )
  }
  for (const [i, name] of (check.path ?? []).entries()) yield* namespaceExists(lab, name, [...path, 'path', i])
  const [first] = check.path ?? []
  if (first !== undefined && first !== check.from) {
    yield error(
      'wrong-path',
      [...path, 'path', 0],
      `The path starts in ${quote(first)}, but the check is from ${quote(check.from)}.`,
      `Put ${check.from} first.`,
    )
  }
  if (check.snat !== undefined && !parseAddress(check.snat)) {
    yield error(
      'bad-address',
      [...path, 'snat'],
      `${quote(check.snat)} is not an address.`,
      'Write the one source address that the request must carry.',
    )
  }
}

function* targetOf(lab: LabIndex, kind: 'ping' | 'tcp' | 'udp', text: string, path: LabPath): Iterable<Finding> {
  const target = kind === 'ping' ? parseHostTarget(text) : parsePortTarget(text)
  if (!target) {
    yield error('bad-target', path, `${quote(text)} is no target for ${kind}.`, targetHint(kind, text))
  } else if (target.host.kind === 'namespace') {
    yield* namespaceExists(lab, target.host.name, path)
    const namespace = lab.namespaces.get(target.host.name)
    if (namespace?.addresses.size === 0) {
      yield error(
        'no-address',
        path,
        `Namespace ${quote(target.host.name)} has no address that a check could be sent to.`,
        'Give it one, or write the address here.',
      )
    }
  }
}

function targetHint(kind: 'ping' | 'tcp' | 'udp', text: string): string {
  if (kind === 'ping') {
    if (parsePrefix(text)) return `Leave out the prefix length: ${text.split('/')[0] ?? ''}.`
    return parsePortTarget(text) ? 'A ping has no port.' : 'Write an address, or the name of a namespace.'
  }
  const address = parseAddress(text)
  if (address) return `Add a port: ${address.family === 'ipv6' ? `[${text}]` : text}:80.`
  return 'Write ADDRESS:PORT, [IPV6]:PORT or NAMESPACE:PORT.'
}
