/** Names of routing tables, as the script itself gives them: `echo "100 isp" >> /etc/iproute2/rt_tables`. */
import { quote } from '../../lab/describe.js'
import { tableNumber, tableWords, type TableEntry } from '../../lab/table.js'
import { said } from '../../words/said.js'
import { leftOut, wholeNumber, type Context, type Outcome } from './command.js'
import type { Word } from '../shell/word.js'

/** What iproute2 reads its names from. */
const isTableFile = (path: string): boolean => /^\/etc\/iproute2\/rt_tables(?:$|\.d\/[^/]+\.conf$)/.test(path)

/** Names that only this machine may have are not looked up: the lab is one for every machine. */
function named({ files }: Context, name: string): number | null {
  for (const [path, text] of files) {
    if (!isTableFile(path)) continue
    for (const line of (text ?? '').split('\n')) {
      const [, number, word] = /^\s*(0x[\da-f]+|\d+)\s+(\S+)/i.exec(line) ?? []
      if (word === name && Number(number) >= 1 && Number(number) <= 4294967295) return Number(number)
    }
  }
  return null
}

/** The number of the table that a word means; an outcome where nobody can know. */
export function routeTable(context: Context, value: Word | undefined, word: Word): number | Outcome {
  const text = value?.text ?? ''
  const table = tableWords.some((each) => each === text)
    ? tableNumber(text as TableEntry)
    : (wholeNumber(text, 1, 4294967295) ?? named(context, text))
  return (
    table ??
    leftOut(said`${quote(text)} is no routing table that is known here.`, said`Write its number.`, value ?? word)
  )
}
