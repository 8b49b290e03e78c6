/** Statements looked at without following them: where they stand, and whether they could change anything. */
import { isHarmless } from '../commands/dispatch.js'
import type { Word } from './expand.js'
import type { RawWord } from './lex.js'
import type { SimpleCommand, Statement } from './parse.js'

export const isSudo = (program: string | null): boolean => program !== null && /^(?:sudo|doas|env)$/.test(program)

/** A word of one plain piece. */
export function literal(word: RawWord | undefined): string | null {
  const [part] = word?.parts ?? []
  return word?.parts.length === 1 && part?.kind === 'text' ? part.text : null
}

export function offsetOf(statement: Statement): number {
  if ('offset' in statement) return statement.offset
  const [first] =
    statement.kind === 'group'
      ? statement.body
      : statement.kind === 'pipe'
        ? statement.stages
        : statement.items.map((item) => item.statement)
  return first ? offsetOf(first) : 0
}

/** Whether nothing in it could change the network, whether it runs or not. */
export function isWithoutEffect(statement: Statement): boolean {
  switch (statement.kind) {
    case 'command': {
      if (statement.redirects.some(({ operator }) => /^1?>/.test(operator)) && writesSystem(statement)) return false
      const program = literal(statement.words[0])
      if (statement.words.length === 0) return statement.assignments.length === 0
      if (program === null) return false
      const texts = statement.words.map((word) => ({ text: literal(word) ?? '', offset: word.offset }))
      return isHarmless(texts) || (program === 'ip' && looksOnly(texts))
    }
    case 'chain':
      return statement.items.every((item) => isWithoutEffect(item.statement))
    case 'pipe':
      return statement.stages.every(isWithoutEffect)
    case 'group':
    case 'for':
    case 'condition':
      return statement.body.every(isWithoutEffect)
    case 'function':
      return true
    case 'stray':
      return false
  }
}

const looksOnly = (words: readonly Word[]): boolean =>
  words.some(({ text }) => /^(?:show|list|get)$/.test(text)) && !words.some(({ text }) => text === 'exec')

const writesSystem = ({ redirects }: SimpleCommand): boolean =>
  redirects.some(({ target }) => {
    const text = literal(target)
    return text === null || /^\/(?:proc|sys|etc)\//.test(text)
  })
