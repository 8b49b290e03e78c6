/** `route add|del`, for IPv4 and with `-A inet6` for IPv6. */
import { networkPrefix, parseAddress, parsePrefixOrAddress, type Address, type Prefix } from '../../../lab/address.js'
import { quote } from '../../../lab/describe.js'
import type { Family } from '../../../lab/lab.js'
import { mainTable } from '../../../lab/table.js'
import { said } from '../../../words/said.js'
import { findDevice } from '../../network/links.js'
import type { Device } from '../../network/network.js'
import { addRoute, deleteRoute, routeInPlace } from '../../network/routes.js'
import type { Word } from '../../shell/word.js'
import { Cursor, harmless, leftOut, nothingThere, outcomeOf, refused, success, wholeNumber } from '../command.js'
import type { Context, Outcome } from '../command.js'
import { maskLength, withLength } from './mask.js'

interface Words {
  readonly to: Word
  readonly isNet: boolean
  mask: Word | null
  via: Address | null
  device: Device | null
  metric: number | null
  reject: boolean
}

export function route(context: Context, words: readonly Word[]): Outcome {
  const cursor = new Cursor(words, 1)
  let family: Family = 'ipv4'
  for (let word = cursor.peek(); word?.text.startsWith('-'); word = cursor.peek()) {
    cursor.next()
    if (/^-(?:6|-inet6)$/.test(word.text)) family = 'ipv6'
    else if (/^-(?:A|-family)$/.test(word.text)) family = /inet6/.test(cursor.next()?.text ?? '') ? 'ipv6' : 'ipv4'
    else if (/^-(?:A|-family=)inet6$/.test(word.text)) family = 'ipv6'
  }
  const verb = cursor.next()
  if (!verb) return harmless
  if (!/^(?:add|del|delete)$/.test(verb.text))
    return leftOut(said`${quote(`route ${verb.text}`)} is not understood.`, said`Write \`route add\` or \`del\`.`, verb)
  const how = /^-(?:net|host)$/.test(cursor.peek()?.text ?? '') ? cursor.next()?.text : undefined
  const to = cursor.next()
  if (!to) return leftOut(said`The route does not say where to.`, said`Write \`default\` or a network.`, verb)
  const told: Words = {
    ...{ to, isNet: how === '-net', mask: null, via: null, device: null, metric: null, reject: false },
  }
  for (let word = cursor.next(); word; word = cursor.next()) {
    const wrong = readWord(context, cursor, word, told)
    if (wrong) return wrong
  }
  const prefix = family === 'ipv4' ? target(told) : target6(told)
  if (!('family' in prefix)) return prefix
  return verb.text === 'add' ? add(context, told, prefix) : remove(context, told, prefix)
}

function readWord(context: Context, cursor: Cursor, word: Word, told: Words): Outcome | null {
  switch (word.text) {
    case 'gw':
    case 'gateway': {
      const value = cursor.next()
      told.via = parseAddress(value?.text ?? '')
      return told.via ? null : leftOut(said`${quote(value?.text ?? '')} is no gateway.`, null, value ?? word)
    }
    case 'netmask':
      told.mask = cursor.next() ?? null
      return null
    case 'metric': {
      const value = cursor.next()
      told.metric = wholeNumber(value?.text, 0, 4294967294)
      return told.metric === null ? leftOut(said`${quote(value?.text ?? '')} is no metric.`, null, value ?? word) : null
    }
    case 'reject':
      told.reject = true
      return null
    case 'mod':
    case 'dyn':
    case 'reinstate':
      return null
    case 'mss':
    case 'window':
    case 'irtt': {
      const value = cursor.next()
      const message = said`${quote(`${word.text} ${value?.text ?? ''}`.trim())} of the route is left out; a lab file has no word for it.`
      context.tell(word.offset, { message, hint: null })
      return null
    }
    default: {
      const value = word.text === 'dev' || word.text === 'device' ? cursor.next() : word
      const device = findDevice(context.namespace, value?.text ?? '')
      if ('message' in device) return refused(device, value)
      told.device = device
      return null
    }
  }
}

/** Without `-net` an address is one station, and takes no mask (INET_setroute of net-tools). */
function target({ to, isNet, mask }: Words): Prefix | Outcome {
  const [name = '', bits] = to.text.split('/')
  const address = parseAddress(/^(?:default|0)$/.test(name) ? '0.0.0.0' : name)
  if (address?.family !== 'ipv4')
    return leftOut(said`${quote(to.text)} is no destination.`, said`Write \`default\` or a network.`, to)
  if (name === 'default') return withLength(address, 0)
  const given = mask?.text ?? bits
  const length = given === undefined ? null : (wholeNumber(given, 0, 32) ?? maskLength(given))
  if (given !== undefined && length === null)
    return leftOut(said`${quote(given)} is no netmask.`, said`Write it as 255.255.255.0.`, mask ?? to)
  if (!isNet && length !== null && length !== 32 && length !== 0)
    return refused(
      { message: said`\`route\` takes ${quote(name)} for one address here.`, hint: said`Write \`-net\` before it.` },
      to,
    )
  if (isNet && length === null && name !== '0.0.0.0' && name !== '0')
    return refused(
      {
        message: said`The network ${quote(name)} has no mask, and the kernel takes none for granted.`,
        hint: said`Add \`netmask\`, or write ${name}/24.`,
      },
      to,
    )
  return withLength(address, length ?? (isNet ? 0 : 32))
}

function target6({ to }: Words): Prefix | Outcome {
  const prefix = parsePrefixOrAddress(to.text === 'default' ? '::/0' : to.text)
  return prefix?.family === 'ipv6'
    ? networkPrefix(prefix)
    : leftOut(said`${quote(to.text)} is no destination.`, said`Write \`default\` or a network.`, to)
}

/** What the program says for IPv6 where nobody does; `ip` leaves it to the kernel, which takes 1024. */
const usualMetric6 = 1

function add({ namespace, tell }: Context, told: Words, to: Prefix): Outcome {
  const { via, device, reject } = told
  const metric = told.metric ?? (to.family === 'ipv6' ? usualMetric6 : null)
  // RTF_HOST is the very bit of RTNH_F_ONLINK (linux/route.h, linux/rtnetlink.h), and IPv6 reads it so.
  const onlink = to.family === 'ipv6' && to.length === 128 && via !== null
  const route = {
    ...{ to, via: reject ? null : via, device: reject ? null : device, metric, onlink, table: mainTable },
    ...{ type: reject ? ('unreachable' as const) : ('unicast' as const), source: null, mtu: null, nexthops: [] },
  }
  // The kernel puts it in front of the one that is there, which then nobody asks (fib_table_insert, net/ipv4/fib_trie.c).
  const behind = to.family === 'ipv4' ? routeInPlace(namespace, route) : undefined
  const isElsewhere = behind?.device !== device && device !== null && !reject
  const isOther = behind && (isElsewhere || behind.via !== (via?.text ?? null) || behind.type !== route.type)
  const refusal = addRoute(namespace, route, isOther ?? false)
  if (isOther && !refusal)
    tell(told.to.offset, {
      message: said`The route to ${quote(told.to.text)} that stood before is left out: this one is in front of it.`,
      hint: null,
    })
  return outcomeOf(refusal, told.to)
}

function remove({ namespace }: Context, { via, device, metric }: Words, to: Prefix): Outcome {
  return deleteRoute(namespace, to, { via, device, metric, table: mainTable }) ? success : nothingThere
}
