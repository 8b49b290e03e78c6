/** `ip route add|replace|del`. */
import { parseAddress, type Address, type Prefix } from '../../lab/address.js'
import { quote } from '../../lab/describe.js'
import { mainTable } from '../../lab/table.js'
import type { Family } from '../../lab/lab.js'
import { findDevice } from '../network/links.js'
import type { Device, Route } from '../network/network.js'
import { addRoute, deleteRoute, type HopWords } from '../network/routes.js'
import type { Word } from '../shell/word.js'
import { abbreviated, harmless, leftOut, nothingThere, outcomeOf, refused, success, wholeNumber } from './command.js'
import type { Context, Cursor, Outcome } from './command.js'
import { givenPrefix } from './given-prefix.js'
import { isShowing, type IpOptions } from './ip-words.js'
import { routeTable } from './route-table.js'
import { said } from '../../words/said.js'

const types = ['unicast', 'blackhole', 'unreachable', 'prohibit'] as const
/** Taken by their beginnings, in this order (rtnl_rtntype_a2n, lib/rtm_map.c); an address is none of them. */
const everyType = [
  ...['broadcast', 'anycast', 'multicast', 'prohibit', 'unreachable', 'blackhole', 'xresolve', 'unicast', 'throw'],
] as const
const typeOf = (text: string): Route['type'] | null => {
  const meant = abbreviated(text, everyType)
  return types.find((type) => type === meant) ?? null
}

interface Words {
  to: Word | null
  via: Address | null
  device: Device | null
  metric: number | null
  type: Route['type']
  onlink: boolean
  table: number
  source: Address | null
  mtu: number | null
  nexthops: HopWords[]
}

export function ipRoute(context: Context, cursor: Cursor, { family }: IpOptions): Outcome {
  if (isShowing(cursor)) return harmless
  const verb = cursor.next()
  const action = abbreviated(verb?.text ?? '', ['add', 'append', 'prepend', 'change', 'chg', 'replace', 'delete'])
  if (action === null)
    return leftOut(
      said`${quote(`ip route ${verb?.text ?? ''}`)} is not understood.`,
      said`Write \`ip route add\` or \`del\`.`,
      verb,
    )
  const words: Words = {
    to: null,
    via: null,
    device: null,
    metric: null,
    type: 'unicast',
    onlink: false,
    ...{ table: mainTable, source: null, mtu: null, nexthops: [] },
  }
  for (let word = cursor.next(); word; word = cursor.next()) {
    const wrong =
      word.text === 'nexthop' ? readNextHop(context, cursor, word, words) : readWord(context, cursor, word, words)
    if (wrong) return wrong
  }
  if (!words.to) return leftOut(said`The route does not say where to.`, said`Write \`default\` or a network.`, verb)
  const to = destination(
    words.to.text,
    (words.via ?? words.nexthops[0]?.via ?? words.source)?.family ?? family ?? 'ipv4',
  )
  if (!to)
    return leftOut(said`${quote(words.to.text)} is no destination.`, said`Write \`default\` or a network.`, words.to)
  if (action === 'delete') return deleteRoute(context.namespace, to, words) ? success : nothingThere
  const [first, second] = words.nexthops
  // One alone is a way like any other.
  if (first && !second) Object.assign(words, { via: first.via, device: first.device, nexthops: [] })
  if (words.type !== 'unicast' && (words.via || words.device || second))
    return leftOut(said`A route of type ${words.type} goes nowhere; a lab file gives it no gateway.`, null, words.to)
  return outcomeOf(addRoute(context.namespace, { ...words, to }, /^(?:change|chg|replace)$/.test(action)))
}

const destination = (text: string, family: Family): Prefix | null =>
  givenPrefix(text === 'default' ? (family === 'ipv4' ? '0.0.0.0/0' : '::/0') : text)

/** `nexthop via ADDRESS dev NAME weight NUMBER`, up to the next one. */
function readNextHop(context: Context, cursor: Cursor, start: Word, words: Words): Outcome | null {
  const hop: Words = { ...words, via: null, device: null, onlink: false }
  let weight = 1
  for (let word = cursor.peek(); word && word.text !== 'nexthop'; word = cursor.peek()) {
    cursor.next()
    if (word.text === 'weight') {
      const value = cursor.next()
      const number = wholeNumber(value?.text, 1, 256)
      if (number === null) return leftOut(said`${quote(value?.text ?? '')} is no weight.`, null, value ?? word)
      weight = number
    } else if (word.text === 'via' || word.text === 'dev') {
      const wrong = readWord(context, cursor, word, hop)
      if (wrong) return wrong
    } else return leftOut(said`${quote(word.text)} in \`ip route\` is nothing a lab file can say.`, null, word)
  }
  if (hop.via === null && hop.device === null)
    return leftOut(said`The next hop does not say where packets go.`, said`Add \`via\` or \`dev\`.`, start)
  words.nexthops.push({ via: hop.via, device: hop.device, weight })
  return null
}

/** Of its words, these are taken by their beginnings; `t` alone is none of them (iproute_modify, ip/iproute.c). */
const routeWord = (text: string): string =>
  abbreviated(text, ['metric']) ?? (text === 't' ? text : (abbreviated(text, ['table']) ?? text))

function readWord(context: Context, cursor: Cursor, word: Word, words: Words): Outcome | null {
  switch (routeWord(word.text)) {
    case 'to':
      return null
    case 'via': {
      let value = cursor.next()
      if (value?.text === 'inet' || value?.text === 'inet6') value = cursor.next()
      words.via = parseAddress(value?.text ?? '')
      return words.via ? null : leftOut(said`${quote(value?.text ?? '')} is no gateway.`, null, value ?? word)
    }
    case 'dev': {
      const value = cursor.next()
      const device = findDevice(context.namespace, value?.text ?? '')
      if ('message' in device) return refused(device, value)
      words.device = device
      return null
    }
    case 'metric':
    case 'priority':
    case 'preference': {
      const value = cursor.next()
      words.metric = wholeNumber(value?.text, 0, 4294967295)
      return words.metric === null
        ? leftOut(said`${quote(value?.text ?? '')} is no metric.`, null, value ?? word)
        : null
    }
    case 'onlink':
      words.onlink = true
      return null
    // Which program made it; nothing that a packet could tell.
    case 'proto':
    case 'protocol':
      cursor.next()
      return null
    case 'table': {
      const table = routeTable(context, cursor.next(), word)
      if (typeof table !== 'number') return table
      words.table = table
      return null
    }
    case 'vrf': {
      const value = cursor.next()
      const device = findDevice(context.namespace, value?.text ?? '')
      if ('message' in device) return refused(device, value)
      if (device.table === null) return leftOut(said`${quote(device.name)} is no VRF.`, null, value ?? word)
      words.table = device.table
      return null
    }
    case 'src': {
      const value = cursor.next()
      words.source = parseAddress(value?.text ?? '')
      return words.source ? null : leftOut(said`${quote(value?.text ?? '')} is no address.`, null, value ?? word)
    }
    case 'mtu': {
      let value = cursor.next()
      if (value?.text === 'lock') {
        context.tell(value.offset, {
          message: said`${quote('lock')} of the route is left out; a lab file has no word for it.`,
          hint: null,
        })
        value = cursor.next()
      }
      words.mtu = wholeNumber(value?.text, 68, 65520)
      return words.mtu === null ? leftOut(said`${quote(value?.text ?? '')} is no MTU.`, null, value ?? word) : null
    }
    case 'scope': {
      const value = cursor.next()
      // As the kernel has it by itself: link without a gateway, global with one.
      if (value?.text === 'link' || value?.text === 'global') return null
      return leftOut(said`A lab file has no scope ${quote(value?.text ?? '')} for routes.`, null, value ?? word)
    }
    // What the route says besides where it leads.
    case 'advmss':
    case 'window':
    case 'rtt':
    case 'rttvar':
    case 'initcwnd':
    case 'initrwnd':
    case 'quickack':
    case 'congctl':
    case 'pref':
    case 'realms': {
      let value = cursor.next()
      if (value?.text === 'lock') value = cursor.next()
      const message = said`${quote(`${word.text} ${value?.text ?? ''}`.trim())} of the route is left out; a lab file has no word for it.`
      context.tell(word.offset, { message, hint: null })
      return null
    }
    default: {
      if (words.to !== null)
        return leftOut(said`${quote(word.text)} in \`ip route\` is nothing a lab file can say.`, null, word)
      const type = typeOf(word.text)
      if (type === null) words.to = word
      else words.type = type
      return null
    }
  }
}
