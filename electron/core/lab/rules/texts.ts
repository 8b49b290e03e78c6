import { said } from '../../words/said.js'
import { error, warning } from '../finding.js'
import type { Finding } from '../finding.js'
import type { LabPath } from '../problem.js'
import type { LabFile } from '../schema.js'
import type { Rule } from './lab-index.js'

type Text = NonNullable<LabFile['title']>

/** What is there to be read must say something, and to everybody; what is left out altogether is fine. */
export const textRules: Rule = function* ({ file }) {
  for (const [path, text] of textsOf(file)) yield* textFindings(path, text)
  for (const [i, step] of (file.guide ?? []).entries()) {
    const seen = new Map<string, number>()
    for (const [k, option] of (step.ask?.options ?? []).entries()) {
      const words = JSON.stringify(option)
      const first = seen.get(words)
      seen.set(words, first ?? k)
      if (first === undefined) continue
      yield error(
        'equal-options',
        ['guide', i, 'ask', 'options', k],
        said`Option ${k} says the same as option ${first}, so nobody can tell which is meant.`,
        said`Write options that differ.`,
      )
    }
  }
  if (file.goal?.length === 0)
    yield warning(
      'empty-goal',
      ['goal'],
      said`The list of goals is empty, so nothing says when the lab is repaired.`,
      said`Write a check in it, or leave the line out.`,
    )
}

function* textsOf(file: LabFile): Iterable<readonly [LabPath, Text | undefined]> {
  for (const key of ['title', 'description', 'explanation'] as const) yield [[key], file[key]]
  for (const list of ['checks', 'goal'] as const)
    for (const [i, { name }] of (file[list] ?? []).entries()) yield [[list, i, 'name'], name]
  for (const [i, { title, text, ask }] of (file.guide ?? []).entries()) {
    yield [['guide', i, 'title'], title]
    yield [['guide', i, 'text'], text]
    const at: LabPath = ['guide', i, 'ask']
    yield [[...at, 'question'], ask?.question]
    yield [[...at, 'explain'], ask?.explain]
    for (const [k, option] of (ask?.options ?? []).entries()) yield [[...at, 'options', k], option]
    for (const [k, reason] of (ask?.reasons ?? []).entries()) yield [[...at, 'reasons', k], reason]
  }
}

function* textFindings(path: LabPath, text: Text | undefined): Iterable<Finding> {
  if (text === undefined) return
  const words = typeof text === 'string' ? [text] : Object.values(text)
  if (words.length === 0 || words.some((each) => !each?.trim()))
    yield warning('empty-text', path, said`There is nothing to read here.`, said`Write it, or leave the line out.`)
  else if (typeof text !== 'string' && text.en === undefined)
    yield warning(
      'chinese-only',
      path,
      said`This text is there in Chinese only, and is shown so to everybody.`,
      said`Write it under \`en\` as well.`,
    )
}
