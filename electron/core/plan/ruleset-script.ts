/** What a program is given to carry out a `ruleset-load`, and the command that a person would type for it. */
import { emptyTable, readSaved, savedText } from '../lab/ruleset/iptables-text.js'
import { readNft } from '../lab/ruleset/nft-text.js'
import { commandLine } from './shell-quote.js'
import type { RulesetStep } from './step.js'

export const rulesetPrograms = {
  nft: ['nft', '-f', '-'],
  iptables: ['iptables-restore'],
  ip6tables: ['ip6tables-restore'],
} as const

/** Tells whoever reads the script again that the text is the lab's own, and not to be taken apart into entries. */
export const wordForWord = '# word for word as in the lab file'

type Load = Pick<RulesetStep, 'kind' | 'clears' | 'text'>

/**
 * One transaction of its program. A table is taken away by name whether it is there or not: making it again changes
 * nothing where it is. Null where the text is not only rules.
 */
export function rulesetScript({ kind, clears, text }: Load): string | null {
  if (kind === 'nft') {
    const read = readNft(text)
    if ('message' in read) return null
    return clears.map((table) => `add table ${table}\ndelete table ${table}\n`).join('') + read.script
  }
  const read = readSaved(text)
  if ('message' in read) return null
  const ended = text === '' || text.endsWith('\n') ? text : `${text}\n`
  return savedText(clears.map(emptyTable)) + ended
}

/** Of the here document; no line of the text is this word alone. */
function endOf(script: string): string {
  const lines = new Set(script.split('\n'))
  let word = 'EOF'
  while (lines.has(word)) word += '_'
  return word
}

/** @param within how a program is called in the namespace, as in `ip netns exec NAME` */
export function rulesetCommand(within: string, load: Load): string {
  const { kind, clears, text } = load
  const [only] = clears
  if (kind === 'nft' && text === '' && clears.length === 1 && only !== undefined)
    return `${within}${commandLine(['nft', 'delete', 'table', ...only.split(' ')])}`
  const whole = kind !== 'nft' && clears.length === 0 ? `${wordForWord}\n` : ''
  const script = whole + (rulesetScript(load) ?? '')
  const end = endOf(script)
  return `${within}${rulesetPrograms[kind].join(' ')} <<'${end}'\n${script}${end}`
}
