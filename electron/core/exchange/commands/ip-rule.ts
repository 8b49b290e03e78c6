/** `ip rule add|del|flush`. */
import { formatPrefix, networkPrefix } from '../../lab/address.js'
import { quote } from '../../lab/describe.js'
import type { Family, LabRule } from '../../lab/lab.js'
import { mainTable } from '../../lab/table.js'
import { addPolicyRule, deletePolicyRule, flushPolicyRules } from '../network/policy.js'
import type { Word } from '../shell/word.js'
import { abbreviated, harmless, leftOut, nothingThere, outcomeOf, success, wholeNumber } from './command.js'
import type { Context, Cursor, Outcome } from './command.js'
import { givenPrefix } from './given-prefix.js'
import { isShowing, type IpOptions } from './ip-words.js'
import { said } from '../../words/said.js'
import { routeTable } from './route-table.js'

/** What the words say; null where they say nothing. */
interface Words {
  family: Family | null
  priority: number | null
  from: string | null
  to: string | null
  iif: string | null
  oif: string | null
  fwmark: number | null
  not: boolean
  action: LabRule['action'] | null
  table: number | null
}

const actions = ['blackhole', 'unreachable', 'prohibit'] as const
const everybody: readonly string[] = ['all', 'any', 'default']
const allBits = 0xffffffff

export function ipRule(context: Context, cursor: Cursor, { family }: IpOptions): Outcome {
  if (isShowing(cursor)) return harmless
  const verb = cursor.next()
  const action = abbreviated(verb?.text ?? '', ['save', 'restore', 'add', 'delete', 'flush'])
  if (action === 'save') return harmless
  if (action === null || action === 'restore')
    return leftOut(
      said`${quote(`ip rule ${verb?.text ?? ''}`)} is not understood.`,
      said`Write \`ip rule add\` or \`del\`.`,
      verb,
    )
  if (action === 'flush') {
    flushPolicyRules(context.namespace, family)
    return leftOut(said`The rules that every namespace has stay in a lab.`, null, verb)
  }
  const words: Words = {
    ...{ family, priority: null, from: null, to: null, iif: null, oif: null, fwmark: null, not: false },
    ...{ action: null, table: null },
  }
  for (let word = cursor.next(); word; word = cursor.next()) {
    const wrong = readWord(context, cursor, word, words)
    if (wrong) return wrong
  }
  return action === 'add' ? add(context, words, verb) : remove(context, words, verb)
}

function add({ namespace }: Context, words: Words, verb: Word | undefined): Outcome {
  const { action, table, ...selector } = words
  const isRefusing = action !== null && action !== 'to-table'
  const end = isRefusing ? { action, table: 0 } : { action: 'to-table' as const, table: table ?? mainTable }
  const rule = { ...selector, ...end, family: words.family ?? 'ipv4' }
  return outcomeOf(addPolicyRule(namespace, rule, verb?.offset ?? 0))
}

function remove({ namespace }: Context, words: Words, verb: Word | undefined): Outcome {
  const result = deletePolicyRule(namespace, { ...words, family: words.family ?? 'ipv4' })
  if (result === 'deleted') return success
  return result === 'none' ? nothingThere : leftOut(said`The rules that every namespace has stay in a lab.`, null, verb)
}

/** Reads one word with its value; the outcome where the rule cannot be said in a lab file. */
function readWord(context: Context, cursor: Cursor, word: Word, words: Words): Outcome | null {
  switch (keyOf(word.text)) {
    case 'not':
      words.not = true
      return null
    case 'from':
      return readPrefix(cursor.next(), word, words, 'from')
    case 'to':
      return readPrefix(cursor.next(), word, words, 'to')
    case 'priority': {
      const value = cursor.next()
      words.priority = wholeNumber(value?.text, 0, allBits)
      return words.priority === null
        ? leftOut(said`${quote(value?.text ?? '')} is no priority.`, null, value ?? word)
        : null
    }
    case 'fwmark':
      return readMark(cursor.next(), word, words)
    case 'table': {
      const table = routeTable(context, cursor.next(), word)
      if (typeof table !== 'number') return table
      words.table = table
      return null
    }
    case 'iif':
      words.iif = cursor.next()?.text ?? null
      return null
    case 'oif':
      words.oif = cursor.next()?.text ?? null
      return null
    // Which program made it; nothing that a packet could tell.
    case 'protocol':
      cursor.next()
      return null
    case 'type':
      return readType(cursor.next() ?? word, words)
    default:
      return readType(word, words)
  }
}

/** As iproute2 takes them (iprule_modify, ip/iprule.c). */
function keyOf(text: string): string {
  if (text === 'not' || text === 'from' || text === 'to' || text === 'fwmark' || text === 'oif') return text
  if (text === 'dev' || text === 'iif') return 'iif'
  if (text === 'lookup' || (text !== 't' && abbreviated(text, ['table']) !== null)) return 'table'
  if (text !== 'prohibit' && abbreviated(text, ['preference', 'order', 'priority']) !== null) return 'priority'
  if (text === 'protocol' || text === 'proto') return 'protocol'
  return text === 'type' ? 'type' : ''
}

function readPrefix(value: Word | undefined, word: Word, words: Words, key: 'from' | 'to'): Outcome | null {
  if (value && everybody.includes(value.text)) return null
  const prefix = givenPrefix(value?.text ?? '')
  if (!prefix || (words.family !== null && prefix.family !== words.family))
    return leftOut(
      said`${quote(value?.text ?? '')} is no network for this rule.`,
      said`Write a network.`,
      value ?? word,
    )
  words.family = prefix.family
  // The kernel looks at the network alone.
  if (prefix.length > 0) words[key] = formatPrefix(networkPrefix(prefix))
  return null
}

function readMark(value: Word | undefined, word: Word, words: Words): Outcome | null {
  const [, mark, mask] = /^(0x[\da-f]{1,8}|\d{1,10})(?:\/(0x[\da-f]{1,8}|\d{1,10}))?$/i.exec(value?.text ?? '') ?? []
  const number = Number(mark)
  // Without a mask it stands for every packet (fib_nl2rule, net/core/fib_rules.c).
  if (number === 0 && mask === undefined) return null
  if (mark === undefined || number < 1 || number > allBits || (mask !== undefined && Number(mask) !== allBits))
    return leftOut(said`A lab file has no words for the mark ${quote(value?.text ?? '')}.`, null, value ?? word)
  words.fwmark = number
  return null
}

function readType(word: Word, words: Words): Outcome | null {
  if (word.text === 'unicast') {
    words.action = 'to-table'
    return null
  }
  const action = actions.find((each) => each === word.text)
  // Without this word it would be another rule.
  if (!action) return leftOut(said`${quote(word.text)} in \`ip rule\` is nothing a lab file can say.`, null, word)
  words.action = action
  return null
}
