/** `ip neigh add|change|replace|del|flush`, with and without `proxy`. */
import { parseAddress, type Address } from '../../lab/address.js'
import { quote } from '../../lab/describe.js'
import { findDevice } from '../network/links.js'
import { deleteNeighbour, dropNeighbours, setNeighbour } from '../network/neighbours.js'
import type { Word } from '../shell/word.js'
import { abbreviated, harmless, leftOut, nothingThere, outcomeOf, refused, success } from './command.js'
import type { Context, Cursor, Outcome } from './command.js'
import { isShowing, type IpOptions } from './ip-words.js'
import { parseMac } from './link-options.js'
import { said } from '../../words/said.js'

interface Wanted {
  address: Address | null
  mac: string | null
  proxy: boolean
  dev: Word | null
  state: string
}

export function ipNeigh(context: Context, cursor: Cursor, { family }: IpOptions): Outcome {
  if (isShowing(cursor)) return harmless
  const verb = cursor.next()
  const action = abbreviated(verb?.text ?? '', ['add', 'change', 'chg', 'replace', 'delete', 'flush'])
  if (action === null) return leftOut(said`${quote(`ip neigh ${verb?.text ?? ''}`)} is not understood.`, null, verb)
  const wanted: Wanted = { address: null, mac: null, proxy: false, dev: null, state: 'permanent' }
  for (let word = cursor.next(); word; word = cursor.next()) {
    const wrong = readWord(cursor, word, wanted)
    if (wrong) return wrong
  }
  if (!wanted.dev)
    // Without one, flush forgets what was learned, and what was given stays only where it says so.
    return action === 'flush'
      ? harmless
      : leftOut(said`\`ip neigh\` does not say on which interface.`, said`Add \`dev\` and its name.`, verb)
  const device = findDevice(context.namespace, wanted.dev.text)
  if ('message' in device) return refused(device, wanted.dev)
  if (action === 'flush') {
    // `ip neigh flush` leaves permanent entries alone unless it names their state (ipneigh.c, do_show_or_flush).
    if (wanted.state === 'all') dropNeighbours(device, { family, proxies: false })
    return success
  }
  const { address, mac, proxy } = wanted
  if (!address) return leftOut(said`\`ip neigh\` names no address.`, null, verb)
  const neighbour = { family: address.family, address: address.text, mac: proxy ? null : mac }
  if (action === 'delete')
    return deleteNeighbour(device, { ...neighbour, mac: proxy ? null : '' }) ? success : nothingThere
  if (wanted.state !== 'permanent')
    return leftOut(
      said`A neighbour that is only ${quote(wanted.state)} is left out; the lab's namespaces learn it by themselves.`,
      said`Write \`nud permanent\` for one that stays.`,
      verb,
    )
  if (!proxy && mac === null)
    return leftOut(
      said`The neighbour ${address.text} has no MAC address.`,
      said`Add \`lladdr\` and its MAC address.`,
      verb,
    )
  return outcomeOf(setNeighbour(device, neighbour, action === 'chg' ? 'change' : action))
}

function readWord(cursor: Cursor, word: Word, wanted: Wanted): Outcome | null {
  switch (word.text) {
    case 'dev':
      wanted.dev = cursor.next() ?? null
      return null
    case 'lladdr': {
      const value = cursor.next()
      wanted.mac = parseMac(value?.text ?? '')
      return wanted.mac === null
        ? leftOut(said`${quote(value?.text ?? '')} is no hardware address.`, null, value ?? word)
        : null
    }
    case 'nud':
      wanted.state = cursor.next()?.text ?? ''
      return null
    case 'proxy':
      wanted.proxy = true
      return null
    // Who made it, or for which kind of station: nothing that changes where a packet goes.
    case 'protocol':
      cursor.next()
      return null
    case 'to':
    case 'router':
    case 'use':
    case 'managed':
    case 'extern_learn':
      return null
    default:
      wanted.address = parseAddress(word.text)
      return wanted.address === null
        ? leftOut(said`${quote(word.text)} in \`ip neigh\` is nothing a lab file can say.`, null, word)
        : null
  }
}
