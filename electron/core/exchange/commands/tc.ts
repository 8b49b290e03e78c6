/** `tc qdisc add|replace|del dev X root netem|tbf`: what slows or loses frames on a cable. */
import { quote } from '../../lab/describe.js'
import { parseDelay, parseLoss, parseRate } from '../../lab/impair.js'
import type { Impair } from '../../lab/lab.js'
import { findDevice } from '../network/links.js'
import type { Word } from '../shell/word.js'
import { abbreviated, Cursor, harmless, leftOut, refused, success, type Context, type Outcome } from './command.js'
import { isShowing } from './ip-words.js'
import { findNamespace } from './namespaces.js'
import { said } from '../../words/said.js'

export function tc(context: Context, words: readonly Word[]): Outcome {
  const cursor = new Cursor(words, 1)
  let { namespace } = context
  for (let word = cursor.peek(); word?.text.startsWith('-'); word = cursor.peek()) {
    cursor.next()
    if (word.text !== '-n' && word.text !== '-netns') continue
    const name = cursor.next()
    const found = findNamespace(context.network, name?.text ?? '')
    if ('message' in found) return refused(found, name)
    namespace = found
  }
  const object = cursor.next()
  if (!object || isShowing(cursor)) return harmless
  const verb = cursor.next()
  const action = abbreviated(verb?.text ?? '', ['add', 'delete', 'replace', 'change'])
  if (abbreviated(object.text, ['qdisc']) === null || action === null)
    return leftOut(said`Of tc a lab file knows root qdiscs of kind netem and tbf only.`, null, object)
  let name: Word | undefined
  for (let word = cursor.peek(); word && word.text !== 'netem' && word.text !== 'tbf'; word = cursor.peek()) {
    cursor.next()
    if (word.text === 'dev') name = cursor.next()
    else if (word.text === 'handle') cursor.next()
    else if (word.text !== 'root')
      return leftOut(said`Of tc a lab file knows root qdiscs of kind netem and tbf only.`, null, word)
  }
  const device = findDevice(namespace, name?.text ?? '')
  if ('message' in device) return refused(device, name)
  if (action === 'delete') {
    device.impair = null
    return success
  }
  if (device.kind !== 'veth') return leftOut(said`A lab file slows or loses frames on veth pairs only.`, null, name)
  const impair = readImpair(context, cursor)
  if ('status' in impair) return impair
  device.impair = impair
  return success
}

/** Words of netem that a lab file has, each with what is read behind it (tc-netem(8)). */
const shares = {
  loss: 'lossPercent',
  duplicate: 'duplicatePercent',
  corrupt: 'corruptPercent',
  reorder: 'reorderPercent',
} as const

/** How much one frame's fate is like the one before: the rest of the impairment is taken without it. */
function leaveCorrelation({ tell }: Context, cursor: Cursor): void {
  const word = cursor.peek()
  if (word === undefined || !/^[\d.]+%$/.test(word.text)) return
  cursor.next()
  tell(word.offset, {
    message: said`The correlation ${word.text} is left out; a lab file has no word for it.`,
    hint: null,
  })
}

function readImpair(context: Context, cursor: Cursor): Impair | Outcome {
  const kind = cursor.next()
  let impair: Impair = { delayUs: null, lossPercent: null, rateBit: null }
  for (let word = cursor.next(); word; word = cursor.next()) {
    let value = cursor.next()
    const unknown = (): Outcome =>
      leftOut(said`${quote(`${word?.text ?? ''} ${value?.text ?? ''}`)} is nothing a lab file can say.`, null, word)
    if (kind?.text === 'tbf' && /^(?:burst|latency|limit)$/.test(word.text)) continue
    const isNetem = kind?.text === 'netem'
    if (word.text === 'rate') {
      const rateBit = parseRate(value?.text ?? '')
      if (rateBit === null) return unknown()
      impair = { ...impair, rateBit }
    } else if (word.text === 'delay' && isNetem) {
      const delayUs = parseDelay(value?.text ?? '')
      if (delayUs === null) return unknown()
      const jitterUs = parseDelay(cursor.peek()?.text ?? '')
      if (jitterUs !== null) cursor.next()
      leaveCorrelation(context, cursor)
      impair = { ...impair, delayUs, ...(jitterUs !== null && { jitterUs }) }
    } else if (Object.hasOwn(shares, word.text) && isNetem) {
      if (word.text === 'loss' && value?.text === 'random') value = cursor.next()
      const share = parseLoss(value?.text ?? '')
      if (share === null) return unknown()
      leaveCorrelation(context, cursor)
      impair = { ...impair, [shares[word.text as keyof typeof shares]]: share }
    } else return unknown()
  }
  return impair
}
