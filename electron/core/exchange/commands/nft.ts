/** `nft`: what it is given becomes the text of the namespace's rules, in the order in which it is given. */
import { quote } from '../../lab/describe.js'
import { addNft, clearNft } from '../network/nft-text.js'
import { flushAll } from '../network/rules.js'
import type { Word } from '../shell/word.js'
import { givenText } from './given-text.js'
import { harmless, leftOut, nothingThere, success, type Context, type Outcome } from './command.js'
import { said } from '../../words/said.js'

const options = /^-[acnNsSpuytTev]+$|^--(?:handle|numeric|stateless|echo|terse|optimize)$/
const looking = new Set(['list', 'monitor', 'describe', 'get', 'export'])

export function nft(context: Context, [program, ...words]: readonly Word[]): Outcome {
  if (!program) return success
  let at = 0
  let checks = false
  for (; words[at]?.text.startsWith('-'); at += 1) {
    const { text } = words[at] ?? program
    if (text === '-f' || text === '--file') {
      const given = givenText(context, words[at + 1] ?? program, program)
      return 'status' in given ? given : checks ? success : add(context, given.text, given.offset ?? program.offset)
    }
    if (text === '-v' || text === '--version' || text === '-h' || text === '--help') return harmless
    if (text === '--check' || /^-[a-z]*c/.test(text)) checks = true
    else if (!options.test(text))
      return leftOut(said`The option ${quote(text)} of ${program.text} is not understood.`, null, words[at])
  }
  const given = words.slice(at)
  const command = given.map(({ text }) => text).join(' ')
  if (checks) return success
  if (looking.has(given[0]?.text ?? '') || looking.has(command.split(/\s+/)[0] ?? '')) return harmless
  return command === '' ? harmless : add(context, command, (given[0] ?? program).offset)
}

/** `flush ruleset` throws all away that was before it, and makes no part of the text. */
const flushes = /(?:^|[\n;])[ \t]*flush[ \t]+ruleset[ \t]*(?=[\n;]|$)/g

function add({ namespace }: Context, text: string, offset: number): Outcome {
  const [last] = [...text.matchAll(flushes)].slice(-1)
  if (last) {
    clearNft(namespace)
    flushAll(namespace)
  }
  const rest = text.slice(last ? last.index + last[0].length : 0).replace(/^\s*#!.*\n/, '')
  const trimmed = rest.trim()
  if (trimmed === '') return success
  const refusal = addNft(namespace, trimmed)
  if (refusal === 'none') return nothingThere
  return refusal ? leftOut(refusal.message, refusal.hint, { text, offset }) : success
}
