/** `iptables-restore` and `ip6tables-restore`: the tables that a file or a here document spells out. */
import { quote } from '../../lab/describe.js'
import { flushRules } from '../network/rules.js'
import { clearSpelled, keepSaved } from '../network/saved.js'
import type { Word } from '../shell/word.js'
import { leftOut, success, type Context, type Outcome } from './command.js'
import { carryOutLines, givenText, linesOf } from './given-text.js'
import { iptables } from './iptables.js'
import { wordForWord } from '../../plan/ruleset-script.js'
import { said } from '../../words/said.js'

/** Options that change nothing of what is restored; a number is the seconds that `-w` waits. */
const passedOver = /^(?:-c|--counters|-v|--verbose|-w|--wait|--wait=\d+|\d+)$/

export function iptablesRestore(context: Context, words: readonly Word[]): Outcome {
  const [program, ...rest] = words
  if (!program) return success
  const family = program.text.startsWith('ip6') ? 'ipv6' : 'ipv4'
  const keeps = rest.some(({ text }) => text === '-n' || text === '--noflush')
  const others = rest.filter(({ text }) => !passedOver.test(text) && text !== '-n' && text !== '--noflush')
  const strange = others.find(({ text }) => text.startsWith('-') && text !== '-')
  if (strange)
    return leftOut(said`The option ${quote(strange.text)} of ${program.text} is not understood.`, null, strange)
  const given = givenText(context, others[0] ?? null, program)
  if ('status' in given) return given
  const mark = `${wordForWord}\n`
  if (!keeps && given.text.startsWith(mark) && keepSaved(context.namespace, family, given.text.slice(mark.length)))
    return success
  let table = 'filter'
  const say = (...said: readonly Word[]): Outcome =>
    iptables(context, [
      program,
      { text: '-t', offset: program.offset },
      { text: table, offset: program.offset },
      ...said,
    ])
  return carryOutLines(
    context,
    linesOf(given, program),
    ({ text, words: [first, second, ...more], offset }) => {
      if (!first || first.text === 'COMMIT') return success
      if (first.text.startsWith('*')) {
        table = first.text.slice(1)
        if (!keeps) clearSpelled(context.namespace, family, table)
        if (!keeps && (table === 'nat' || table === 'filter')) flushRules(context.namespace, family, table, null)
        return success
      }
      if (first.text.startsWith(':')) {
        const chain = { text: first.text.slice(1), offset }
        return second?.text === '-'
          ? say({ text: '-N', offset }, chain)
          : say({ text: '-P', offset }, chain, second ?? { text: 'DROP', offset })
      }
      // Counters in front: `[0:0] -A FORWARD ...`.
      if (/^\[\d+:\d+\]$/.test(first.text)) return say(...(second ? [second] : []), ...more)
      if (!first.text.startsWith('-'))
        return leftOut(said`${quote(text.trim())} is no line of iptables-save.`, null, first)
      return say(first, ...(second ? [second] : []), ...more)
    },
    true,
  )
}
