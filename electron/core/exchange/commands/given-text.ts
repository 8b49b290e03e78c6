/** Commands that come as lines of a file or of standard input: `ip -batch`, `iptables-restore`. */
import { quote } from '../../lab/describe.js'
import { splitWords } from '../shell/split.js'
import type { Word } from '../shell/word.js'
import { fileKey, leftOut, success, type Context, type Outcome } from './command.js'
import { said } from '../../words/said.js'

export interface GivenLine {
  readonly text: string
  readonly words: readonly Word[]
  /** Of the line, where it stands in the script letter by letter; else of who reads it. */
  readonly offset: number
}

export interface GivenText {
  readonly text: string
  /** Where it stands in the script letter by letter; null where it does not. */
  readonly offset: number | null
}

/** Null, or `-`: standard input. An outcome where the text is not known. */
export function givenText(context: Context, file: Word | null, program: Word): GivenText | Outcome {
  const isInput = file === null || /^(?:-|\/dev\/stdin)$/.test(file.text)
  const given = isInput ? context.input?.all() : null
  const text = given ? given.text : file ? (context.files.get(fileKey(file.text)) ?? null) : null
  if (text !== null) return { text, offset: given?.offset ?? null }
  return leftOut(
    isInput
      ? said`What ${quote(program.text)} reads from its standard input is not known here.`
      : said`The file ${quote(file.text)} is not read.`,
    said`Write its commands out.`,
    file ?? program,
  )
}

export function linesOf({ text, offset: start }: GivenText, program: Word): readonly GivenLine[] {
  let from = start
  return text.split('\n').flatMap((line) => {
    const offset = from ?? program.offset
    if (from !== null) from += line.length + 1
    const words = splitWords(line, offset)
    return words.length > 0 ? [{ text: line, words, offset }] : []
  })
}

/** One after the other; what is to be said of a line is said of its place. */
export function carryOutLines(
  context: Context,
  lines: readonly GivenLine[],
  run: (line: GivenLine) => Outcome,
  goesOn: boolean,
): Outcome {
  for (const line of lines) {
    const { status, notice, offset } = run(line)
    if (notice) context.tell(offset ?? line.offset, notice)
    if (status === 'failure' && !goesOn) return { ...success, status }
  }
  return success
}
