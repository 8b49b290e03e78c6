/** Sums of whole numbers as scripts for any shell make them: `expr $i + 1`, `echo "$i * 2" | bc`. */
import { parse } from 'unbash'
import { evaluate } from '../shell/arithmetic.js'
import { newScope } from '../shell/values.js'
import type { Word } from '../shell/word.js'
import { harmless, nothingThere, success, type Context, type Outcome } from './command.js'

/** UTF-16 units of a sum. */
const maxSum = 200

function sum(text: string): number | null {
  if (text.length > maxSum || !/^[\d\s+*/%()<>=!-]+$/.test(text)) return null
  // A zero in front says nothing there, and base eight in a shell.
  const { command } = parse(`((${text.replace(/\b0+(?=\d)/g, '')}))`).commands[0] ?? {}
  return command?.type === 'ArithmeticCommand' ? evaluate(command.expression, newScope(), (word) => word) : null
}

/** It fails where the result is nothing (expr(1)). */
export function expr({ output }: Context, words: readonly Word[]): Outcome {
  const spelled = words.slice(1).map(({ text }) => (text === '=' ? '==' : text))
  const value = spelled.every((text) => /^(?:-?\d+|[-+*/%()]|[<>!]=?|==)$/.test(text)) ? sum(spelled.join(' ')) : null
  output?.print(value === null ? null : `${value}\n`)
  return value === null ? harmless : value === 0 ? nothingThere : success
}

/** Without its library, as whole numbers. */
export function bc({ output, input }: Context, words: readonly Word[]): Outcome {
  const text = words.length === 1 && input !== null ? input.all().text : null
  const value = text === null || text.trim().includes('\n') ? null : sum(text)
  output?.print(value === null ? null : `${value}\n`)
  return success
}
