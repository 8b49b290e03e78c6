/** A route of the lab file in the words of `ip route add`, as it is read and typed in one line (ip-route(8)). */
import type { RouteEntry } from '../lab/schema.js'

const types = ['unicast', 'blackhole', 'unreachable', 'prohibit'] as const
const isType = (word: string): word is (typeof types)[number] => types.some((type) => type === word)

export function routeText({ to, via, dev, metric, type, onlink }: RouteEntry): string {
  return [
    ...(type === undefined || type === 'unicast' ? [] : [type]),
    to,
    ...(via === undefined ? [] : ['via', via]),
    ...(dev === undefined ? [] : ['dev', dev]),
    ...(metric === undefined ? [] : ['metric', String(metric)]),
    ...(onlink === true ? ['onlink'] : []),
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
    const value = words.shift()
    if (value === undefined) return null
    if (word === 'via') entry.via = value
    else if (word === 'dev') entry.dev = value
    else if (word === 'metric' && /^[0-9]{1,10}$/.test(value)) entry.metric = Number(value)
    else return null
  }
  return entry
}
