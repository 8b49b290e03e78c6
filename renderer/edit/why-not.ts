/** Why a change was not taken, in one sentence for the field it was typed in; null: it was. */
import type { Problem } from '../../electron/core/lab/problem.js'
import { sentenceOf } from '../i18n/text.svelte.js'

export function whyNot(problems: readonly Problem[] | undefined): string | null {
  const [problem] = problems ?? []
  if (!problem) return null
  const { message, hint, said } = problem
  return [
    sentenceOf({ message, said: said.message }),
    ...(hint ? [sentenceOf({ message: hint, said: said.hint })] : []),
  ].join(' ')
}
