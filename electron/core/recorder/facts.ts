/**
 * A network as single facts, in the words of the lab file: what an act has made or taken away is told by comparing two
 * states, and what a step waits for is put together from facts again.
 */
import { inEnglish } from '../words/said.js'
import { deviceTables } from '../lab/device-tables.js'
import { forwardingKeys } from '../lab/sysctl.js'
import { labFromLive } from '../plan/read-back.js'
import type { Wanted } from '../guide/missing-parts.js'
import type { LabFile } from '../lab/schema.js'
import type { LiveLink, LiveRuleset, LiveState } from '../live/state.js'

export interface Fact {
  /** Where a lab file says it: keys from the top. */
  readonly path: readonly string[]
  /** `there`: an object by its name. `item`: one of a list. `value`: what a key says. */
  readonly kind: 'there' | 'item' | 'value'
  readonly value?: unknown
}

/** By a key that is the same for the same fact. */
export type Facts = ReadonlyMap<string, Fact>

type NamespaceEntry = NonNullable<NonNullable<LabFile['namespaces']>[string]>

/** Keys whose parts are told by the kernel's own rules. */
const filters: ReadonlySet<string> = new Set(['nat', 'firewall', 'iptables', 'ip6tables', 'nft'])
const textKeys = ['iptables', 'ip6tables'] as const

const isDeviceTable = (key: string): boolean => deviceTables.some((each) => each === key)

/** A name for what is read back; no fact holds it. */
const anyName = 'recorded'

const there = (...path: readonly string[]): Fact => ({ path, kind: 'there' })
/** A cable is the same from either end. */
export const keyOf = ({ path, kind, value }: Fact): string =>
  JSON.stringify([kind, path, path[0] === 'links' && Array.isArray(value) ? value.toSorted() : value])

/** States never change, and a recording that grows is read again and again. */
const known = new WeakMap<LiveState, Facts>()

/** MACs are no part of it: the kernel does not tell a given one from its own choice. */
export function factsOf(live: LiveState): Facts {
  const facts = known.get(live) ?? readFacts(live)
  known.set(live, facts)
  return facts
}

function readFacts(live: LiveState): Facts {
  const { lab, unexpressed } = labFromLive(live, anyName, false)
  const facts = new Map<string, Fact>()
  const add = (fact: Fact): void => void facts.set(keyOf(fact), fact)
  for (const { name, links, ruleset, sysctls } of live.namespaces) {
    add(there('namespaces', name))
    const entry = lab.namespaces?.[name] ?? {}
    for (const fact of entryFacts(name, entry)) add(fact)
    for (const link of links) for (const fact of linkFacts(name, link, entry)) add(fact)
    for (const fact of ruleFacts(name, ruleset)) add(fact)
    // A lab file says nothing of it where IPv4 is forwarded, too.
    const path = ['namespaces', name, 'sysctls', forwardingKeys[1]]
    if (sysctls[forwardingKeys[1]] === '1') add({ path, kind: 'value', value: '1' })
  }
  for (const link of lab.links ?? []) {
    const { ends, ...said } = Array.isArray(link) ? { ends: link } : link
    add({ path: ['links'], kind: 'item', value: ends })
    if (Object.keys(said).length > 0) add({ path: ['links'], kind: 'item', value: { ends, ...said } })
  }
  for (const tunnel of lab.tunnels ?? []) add({ path: ['tunnels'], kind: 'item', value: tunnel })
  for (const each of unexpressed) add({ path: ['unexpressed'], kind: 'item', value: inEnglish(each) })
  return facts
}

function* entryFacts(namespace: string, entry: NamespaceEntry): Iterable<Fact> {
  for (const [key, said] of Object.entries(entry)) {
    const path = ['namespaces', namespace, key]
    // Vethlab's own responders answer for services, nobody types them; rules are told one by one.
    if (key === 'services' || filters.has(key)) continue
    if (isDeviceTable(key))
      for (const [name, device] of Object.entries(said as Record<string, object | null>)) {
        // What is only described is told by the kernel itself.
        if (key !== 'interfaces') yield there(...path, name)
        for (const [setting, value] of Object.entries(device ?? {}))
          if (setting !== 'up') yield* saidFacts([...path, name, setting], value)
      }
    else if (key === 'sysctls' || key === 'hosts')
      for (const [name, value] of Object.entries(said as object)) yield* saidFacts([...path, name], value, false)
    else yield* saidFacts(path, said)
  }
}

function* saidFacts(path: readonly string[], said: unknown, listed = true): Iterable<Fact> {
  if (listed && Array.isArray(said)) for (const value of said as unknown[]) yield { path, kind: 'item', value }
  else yield { path, kind: 'value', value: said }
}

/** Line by line: a lab file has one text for all of them as soon as it has no other words for one. */
function* ruleFacts(namespace: string, { iptables, listing }: LiveRuleset): Iterable<Fact> {
  const path = ['namespaces', namespace]
  for (const { family, table, chain, rule, policy } of iptables) {
    const rules = [...path, family === 'ipv4' ? 'iptables' : 'ip6tables', table]
    if (rule !== null) yield { path: rules, kind: 'item', value: `-A ${chain} ${rule}` }
    else if (policy === 'DROP' && table === 'filter' && family === 'ipv4')
      yield { path: [...path, 'firewall'], kind: 'item', value: { chain: chain.toLowerCase(), policy: 'drop' } }
    else if (policy !== 'ACCEPT') yield { path: rules, kind: 'item', value: `:${chain} ${policy ?? '-'}` }
  }
  for (const { family, name, text } of listing?.nft ?? [])
    for (const line of text.split('\n'))
      if (line.trim() !== '' && line.trim() !== '}')
        yield { path: [...path, 'nft', `${family} ${name}`], kind: 'item', value: line.trim() }
}

/** A lab file says of an interface only when it is off; a step waits for one that is on. */
function* linkFacts(namespace: string, { name, up, kind }: LiveLink, entry: NamespaceEntry): Iterable<Fact> {
  const table = deviceTables.find((each) => Object.hasOwn(entry[each] ?? {}, name)) ?? 'interfaces'
  const path = ['namespaces', namespace, table, name]
  if (kind !== 'loopback') yield there(...path)
  if (up) yield { path: [...path, 'up'], kind: 'value', value: true }
}

/** As a step of a guide asks for it. */
export function wantedOf(facts: Iterable<Fact>): Wanted {
  const wanted: Record<string, unknown> = {}
  for (const { path, kind, value } of facts) {
    const [last = ''] = path.slice(-1)
    const holder = kind === 'there' ? at(wanted, path) : at(wanted, path.slice(0, -1))
    if (kind === 'item') holder[last] = [...((holder[last] as unknown[] | undefined) ?? []), value]
    else if (kind === 'value') holder[last] = value
  }
  const { namespaces } = wanted as { namespaces?: Record<string, Record<string, unknown>> }
  for (const entry of Object.values(namespaces ?? {}))
    for (const key of textKeys) if (entry[key]) entry[key] = savedText(entry[key] as Record<string, readonly string[]>)
  const onlyNames = namespaces && Object.values(namespaces).every((entry) => Object.keys(entry).length === 0)
  return (onlyNames ? { ...wanted, namespaces: Object.keys(namespaces) } : wanted) as Wanted
}

/** As iptables-save prints it, with what a step asks for and no more. */
const savedText = (tables: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(tables)
    .map(([table, lines]) => [`*${table}`, ...lines, 'COMMIT', ''].join('\n'))
    .join('')

function at(root: Record<string, unknown>, path: readonly string[]): Record<string, unknown> {
  let here = root
  for (const key of path) {
    if (!Object.hasOwn(here, key)) here[key] = {}
    here = here[key] as Record<string, unknown>
  }
  return here
}

/** What the second has and the first has not. */
export const beyond = (first: Facts, second: Facts): readonly string[] =>
  [...second.keys()].filter((key) => !first.has(key))
