/** A route of the lab file in the words of `ip route add`, as it is read and typed in one line (ip-route(8)). */
import type { RouteEntry } from '../lab/schema.js'
import { tableEntry, tableWords, type TableWord } from '../lab/table.js'

const types = ['unicast', 'blackhole', 'unreachable', 'prohibit'] as const
const isType = (word: string): word is (typeof types)[number] => types.some((type) => type === word)

type NextHopEntry = NonNullable<RouteEntry['nexthops']>[number]

const wayWords = ({ via, dev }: NextHopEntry): string[] => [
  ...(via === undefined ? [] : ['via', via]),
  ...(dev === undefined ? [] : ['dev', dev]),
]

export function routeText({ to, via, dev, metric, type, onlink, table, source, mtu, nexthops }: RouteEntry): string {
  return [
    ...(type === undefined || type === 'unicast' ? [] : [type]),
    to,
    ...wayWords({ ...(via === undefined ? {} : { via }), ...(dev === undefined ? {} : { dev }) }),
    ...(metric === undefined ? [] : ['metric', String(metric)]),
    ...(table === undefined ? [] : ['table', String(table)]),
    ...(source === undefined ? [] : ['src', source]),
    ...(mtu === undefined ? [] : ['mtu', String(mtu)]),
    ...(onlink === true ? ['onlink'] : []),
    // Last, as whatever follows is said of the way.
    ...(nexthops ?? []).flatMap((hop) => [
      'nexthop',
      ...wayWords(hop),
      ...(hop.weight === undefined ? [] : ['weight', String(hop.weight)]),
    ]),
  ].join(' ')
}

/**
 * The entry; null where the line has a word that routes of a lab do not have, or lacks what a word needs. What addresses,
 * names and numbers may be is for the lab's own rules to say.
 */
export function parseRouteText(text: string): RouteEntry | null {
  const words = text.trim().split(/\s+/)
  const first = words[0] ?? ''
  const type = isType(first) ? first : undefined
  if (type) words.shift()
  const to = words.shift()
  if (to === undefined || to === '') return null
  const entry: { -readonly [Key in keyof RouteEntry]: RouteEntry[Key] } = { to, ...(type && { type }) }
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'onlink') {
      entry.onlink = true
      continue
    }
    if (word === 'nexthop') {
      const nexthops = parseNextHops([word, ...words])
      return nexthops && { ...entry, nexthops }
    }
    const value = words.shift()
    if (value === undefined) return null
    if (word === 'via') entry.via = value
    else if (word === 'dev') entry.dev = value
    else if (word === 'metric' && isNumber(value)) entry.metric = Number(value)
    else if (word === 'mtu' && isNumber(value)) entry.mtu = Number(value)
    else if (word === 'src') entry.source = value
    else if (word === 'table' && isNumber(value)) entry.table = tableEntry(Number(value))
    else if (word === 'table' && isTableWord(value)) entry.table = value
    else return null
  }
  return entry
}

const isNumber = (text: string): boolean => /^[0-9]{1,10}$/.test(text)
const isTableWord = (text: string): text is TableWord => tableWords.some((word) => word === text)

/** @param words `nexthop via ADDRESS dev NAME weight NUMBER`, once or several times */
function parseNextHops(words: readonly string[]): NextHopEntry[] | null {
  const hops: { -readonly [Key in keyof NextHopEntry]: NextHopEntry[Key] }[] = []
  for (let at = 0; at < words.length; at += 1) {
    if (words[at] === 'nexthop') {
      hops.push({})
      continue
    }
    const [word, value, hop] = [words[at], words[(at += 1)], hops.at(-1)]
    if (value === undefined || !hop) return null
    if (word === 'via') hop.via = value
    else if (word === 'dev') hop.dev = value
    else if (word === 'weight' && isNumber(value)) hop.weight = Number(value)
    else return null
  }
  return hops
}
