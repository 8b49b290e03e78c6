/** What `type bond` says behind it, of a new bond or of one that is there. */
import { quote } from '../../lab/describe.js'
import { bondModes } from '../../lab/schema.js'
import { said } from '../../words/said.js'
import type { BondSaid } from '../network/network.js'
import { leftOut, wholeNumber, type Context, type Cursor, type Outcome } from './command.js'

/** The bond with what the words say, or why they are not understood. */
export function readBondOptions(context: Context, cursor: Cursor, known: BondSaid): BondSaid | Outcome {
  let bond = known
  for (let word = cursor.next(); word; word = cursor.next()) {
    const value = cursor.next()
    const read = option(word.text, value?.text ?? '', bond)
    if (read === null)
      return leftOut(
        said`${quote(`${word.text} ${value?.text ?? ''}`.trim())} of a bond is not understood.`,
        null,
        word,
      )
    if (read === undefined) {
      const message = said`${quote(word.text)} of the bond is left out; a lab file has no word for it.`
      context.tell(word.offset, { message, hint: null })
    } else bond = read
  }
  return bond
}

/** Modes may be said by their number. Null: no such value; undefined: nothing that a lab says. */
function option(name: string, value: string, bond: BondSaid): BondSaid | null | undefined {
  switch (name) {
    case 'mode': {
      const mode = bondModes.find((each, number) => each === value || String(number) === value)
      return mode ? { ...bond, mode } : null
    }
    case 'miimon': {
      const miimon = wholeNumber(value, 0, 60_000)
      return miimon === null ? null : { ...bond, miimon }
    }
    case 'primary':
      return { ...bond, primary: value }
    default:
      return undefined
  }
}
