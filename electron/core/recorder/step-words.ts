/** What is said of a recorded step, until somebody writes why: true of what its commands have made. */
import { parseEndpoint } from '../lab/endpoint.js'
import type { RouteEntry } from '../lab/schema.js'
import { allOf, said, type Said } from '../words/said.js'
import type { SentProbe } from './commands.js'
import type { Fact } from './facts.js'
import type { Draft } from './guide-of.js'
import type { Purpose } from './purpose.js'

/** Lines of a text that only says what is there; more nobody reads. */
const mostLines = 8

const code = (words: string): string => `\`${words}\``

/** @param facts what of it lasts */
export function titleOfStep({ purpose, commands, trace, checks }: Draft, facts: readonly Fact[]): Said {
  if (purpose === null) {
    const { from, target } = commands.find(({ probe }) => probe)?.probe ?? {}
    return said`Send a packet from ${from ?? trace?.from ?? checks[0]?.from ?? ''} to ${target ?? trace?.to ?? ''}`
  }
  const all = facts.length > 0 ? facts : commands.flatMap((command) => command.facts)
  const cable = all.find(({ path, value }) => path[0] === 'links' && Array.isArray(value))
  if (purpose === 'devices' && cable) {
    const [a = '', b = ''] = (cable.value as string[]).map((end) => parseEndpoint(end).namespace)
    return said`Connect ${a} and ${b}`
  }
  const names = allOf([...new Set(all.flatMap(({ path }) => (path[0] === 'namespaces' ? (path[1] ?? []) : [])))])
  if (all.length === 0) return said`Prepare what comes next`
  const forwards = all.every(({ path }) => path[2] === 'forwarding')
  return forwards ? said`Turn on forwarding in ${names}` : titles[purpose](names)
}

const titles: Readonly<Record<Purpose, (names: Said) => Said>> = {
  namespaces: (names) => said`Create ${names}`,
  devices: (names) => said`Make interfaces in ${names}`,
  interfaces: (names) => said`Configure the interfaces of ${names}`,
  routes: (names) => said`Set the routes of ${names}`,
  settings: (names) => said`Set kernel parameters of ${names}`,
  rules: (names) => said`Set the packet filter and NAT of ${names}`,
  names: (names) => said`Set where ${names} looks names up`,
  others: (names) => said`Change ${names}`,
}

export function textOfStep({ commands, checks, trace }: Draft, facts: readonly Fact[]): Said {
  const probes = commands.flatMap(({ probe }) => (probe && probe.answered !== null ? [probe] : []))
  const traced = trace && checks.find((check) => 'expect' in check && check.from === trace.from)
  const lines = [
    ...facts.flatMap((fact) => sentence(fact) ?? []),
    ...probes.map(resultOf),
    ...(trace && traced
      ? [said`A trace from ${code(trace.from)} to ${code(trace.to)} ends with ${code(traced.expect ?? '')}.`]
      : []),
  ].slice(0, mostLines)
  if (lines.length === 0) return said`These commands prepare what comes next.`
  return lines.reduce((text, line) => said`${text}\n- ${line}`, said`Afterwards:\n`)
}

function resultOf({ kind, from, target, answered }: SentProbe): Said {
  const [who, whom] = [code(from), code(target)]
  if (kind === 'dns')
    return answered ? said`${who} finds the name ${whom}.` : said`${who} does not find the name ${whom}.`
  return answered
    ? said`A ping from ${who} to ${whom} is answered.`
    : said`A ping from ${who} to ${whom} is not answered.`
}

function sentence({ path, kind, value }: Fact): Said | null {
  const [top, namespace = '', list = '', device = '', setting = ''] = path
  if (top === 'links' && Array.isArray(value)) {
    const [a, b] = value as [string, string]
    return said`A cable joins ${code(a)} and ${code(b)}.`
  }
  if (top !== 'namespaces') return null
  if (list === '') return said`There is a namespace ${code(namespace)}.`
  if (list === 'bridges' && kind === 'there') return said`${code(namespace)} has a bridge ${code(device)}.`
  if (setting === 'addresses')
    return said`${code(device)} in ${code(namespace)} has the address ${code(String(value))}.`
  if (setting === 'ports') return said`${code(String(value))} is a port of ${code(device)}.`
  if (setting === 'up') return said`${code(device)} in ${code(namespace)} is up.`
  if (list === 'forwarding') return said`${code(namespace)} forwards packets.`
  if (list === 'sysctls') return said`${code(device)} in ${code(namespace)} is ${code(String(value))}.`
  if (list !== 'routes') return null
  const { to, via, dev, type } = value as RouteEntry
  return said`${code(namespace)} has a route to ${code(to)} by ${code(via ?? dev ?? type ?? '')}.`
}
