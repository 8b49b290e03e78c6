/** Which command is meant, once its words are known. */
import { quote } from '../../lab/describe.js'
import type { Word } from '../shell/word.js'
import { fileKey, harmless, leftOut, success, type Context, type Outcome } from './command.js'
import { isListening } from './listeners.js'
import { runFile } from './shells.js'
import { hints, interpreters, succeeding, withoutEffect, wrappers } from './table.js'
import { said } from '../../words/said.js'

const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined

const nameOf = ({ text }: Word): string =>
  /^(?:\/usr)?(?:\/local)?\/s?bin\//.test(text) ? text.slice(text.lastIndexOf('/') + 1) : text

/** Without `sudo`, `timeout 5`, `env A=b` and the like, and without the folder that the program is in. */
export function bareCommand(words: readonly Word[]): readonly Word[] {
  let at = 0
  for (;;) {
    const word = words[at]
    const wrapper = word && own(wrappers, nameOf(word))
    if (!word || !wrapper) break
    at += 1
    const options: string[] = []
    for (let option = words[at]; option && /^-.|^[A-Za-z_]\w*=/.test(option.text); option = words[at]) {
      options.push(option.text)
      at += wrapper.valued.test(option.text) ? 2 : 1
      if (option.text === '--') break
    }
    at += wrapper.own
    // `sudo -s` and `sudo -i` are a shell; `command -v` only looks.
    const shell = /^(?:sudo|doas)$/.test(nameOf(word)) && options.some((option) => /^-[A-Za-z]*[si]$/.test(option))
    if (shell && at >= words.length) return [{ ...word, text: 'bash' }]
    if (nameOf(word) === 'command' && options.some((option) => /^-[vV]$/.test(option)))
      return [{ ...word, text: 'type' }]
  }
  const [program, ...rest] = words.slice(at)
  return program ? [{ ...program, text: nameOf(program) }, ...rest] : []
}

/** UTF-16 units of a script of sed that are looked through. */
const maxScript = 4096
/** Its command `e`, and the flag of that name behind `s/a/b/` (GNU sed). */
const executing = /(?:^|[;{}\n$/\d])\s*e(?:\s|$)|s([^\w\s\\])(?:\\.|(?!\1).)*\1(?:\\.|(?!\1).)*\1[gpiImM\d]*e/

/** Programs without effect that run others when they are told to. */
const runsOthers = (words: readonly Word[]): boolean => {
  const [program, ...rest] = words
  if (program?.text === 'find') return rest.some(({ text }) => /^-(?:exec|execdir|ok|okdir)$/.test(text))
  if (program?.text === 'awk') return rest.some(({ text }) => /system\s*\(|\|\s*"|\|&/.test(text))
  if (program?.text === 'sed') return rest.some(({ text }) => text.length > maxScript || executing.test(text))
  return false
}

/** Whether the words are a command without effect on the network, whatever becomes of it. */
export function isHarmless(words: readonly Word[]): boolean {
  const bare = bareCommand(words)
  const [program] = bare
  if (!program || isExit(program.text)) return true
  if (/^(?:echo|printf|cat|seq|grep)$/.test(program.text) || succeeding.has(program.text)) return true
  return withoutEffect.has(program.text) && !runsOthers(bare) && !isListening(bare)
}

export const isExit = (program: string): boolean => program === 'exit' || program === 'return'

/** `words` as `bareCommand` gives them. */
export function dispatch(context: Context, words: readonly Word[]): Outcome {
  const [program] = words
  if (!program) return success
  const interpreter = own(interpreters, program.text)
  if (interpreter && !runsOthers(words)) {
    const outcome = interpreter(context, words)
    if (outcome === harmless) context.output?.print(null)
    return outcome
  }
  if (succeeding.has(program.text)) return success
  if (withoutEffect.has(program.text) && !runsOthers(words)) return printing(context, words)
  if (program.text.includes('/') && context.files.has(fileKey(program.text)))
    return runFile(context, program, words.slice(1))
  context.output?.print(null)
  const message = said`${quote(program.text)} is not a command that a lab is made from.`
  const hint = own(hints, program.text)
  if (hint !== undefined) return leftOut(message, hint, program)
  const notice = { message, hint: said`Labs are made from ip, sysctl, iptables, brctl and tc.`, program: true as const }
  return { status: 'success', notice, offset: program.offset }
}

/** What these print can be known: the script runs as root. */
const printed: Readonly<Record<string, string>> = { 'id -u': '0\n', 'id -un': 'root\n', whoami: 'root\n' }

function printing({ output }: Context, words: readonly Word[]): Outcome {
  output?.print(own(printed, words.map(({ text }) => text).join(' ')) ?? null)
  return words[0]?.text === 'false' ? { ...harmless, status: 'failure' } : harmless
}
