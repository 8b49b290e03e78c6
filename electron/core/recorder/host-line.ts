/** Commands of a guide are typed in the host's terminal; those of other terminals are spelled for it. */
import type { Typed } from '../guide/typed-command.js'
import { hostNamespace } from '../lab/lab.js'
import { shellQuote } from '../plan/shell-quote.js'

/** Programs that enter a namespace by an option of their own (ip(8), bridge(8), tc(8)). */
const entering = /^(?:sudo )?(ip|bridge|tc) (?!netns\b|-n\b|-netns\b)(.*)$/
/** What a shell reads otherwise than as words: quotes apart, for `ip netns exec` runs one program and no shell. */
const isForShell = (line: string): boolean => /[;&|<>$`(){}*?~#\n]|^\w+=/.test(line.replace(/'[^']*'/g, ''))

/** A ping without a count goes on until somebody ends it; the one of a guide ends by itself. */
const counted = (line: string): string => line.replace(/\bping6? (?!.*(?:-c|-w) ?\d)/, '$&-c 3 ')

export function hostLine({ namespace, line }: Typed): string {
  const words = counted(line.trim())
  if (namespace === hostNamespace) return words
  if (isForShell(words)) return `ip netns exec ${namespace} sh -c ${shellQuote(words)}`
  const [, program, rest] = entering.exec(words) ?? []
  return program === undefined ? `ip netns exec ${namespace} ${words}` : `${program} -n ${namespace} ${rest ?? ''}`
}
