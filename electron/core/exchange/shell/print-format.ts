/** What `printf` and `echo -e` make of their words (printf(1p)). */
import { padNumber } from './braces.js'

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', a: '\u0007' }

export const unescaped = (text: string): string =>
  text.replace(/\\([ntra\\])/g, (whole, c: string) => escapes[c] ?? whole)

/** @param words format and values; null where what is printed is not known */
export function printed([format, ...values]: readonly string[]): string | null {
  return format === undefined ? '' : formatted(unescaped(format), values)
}

/** Bases of the directives that print numbers. */
const bases: Readonly<Record<string, number>> = { d: 10, i: 10, u: 10, x: 16, X: 16, o: 8 }

/** As often as there are values for it; null: it has a directive, or a value, that is not known here. */
export function formatted(format: string, values: readonly string[]): string | null {
  const directive = /%(%|([-0]?)(\d*)([sqbdiuxXo])|.?)/g
  const takes = [...format.matchAll(directive)].filter(([whole]) => whole !== '%%').length
  let [text, at] = ['', 0]
  let failed = false
  do {
    text += format.replace(directive, (_, whole: string, flag = '', digits = '', kind?: string) => {
      if (whole === '%') return '%'
      const width = Number(digits)
      const base = bases[kind ?? '']
      const value = values[at++] ?? (base === undefined ? '' : '0')
      const number = base === undefined ? null : numberOf(value)
      if (kind === undefined || width > maxWidth || number === undefined) failed = true
      // Of 64 bits.
      if (base !== 10 && typeof number === 'number' && number < 0) failed = true
      if (failed) return ''
      if (base === undefined || typeof number !== 'number')
        return flag === '-' ? value.padEnd(width) : value.padStart(width)
      const digitsOf = number.toString(base)
      const shown = kind === 'X' ? digitsOf.toUpperCase() : digitsOf
      if (flag === '-') return shown.padEnd(width)
      return flag === '0'
        ? base === 10
          ? padNumber(number, width)
          : shown.padStart(width, '0')
        : shown.padStart(width)
    })
  } while (takes > 0 && at < values.length && text.length < maxLetters && !failed)
  return failed ? null : text
}

const maxWidth = 1000
const maxLetters = 100_000

/** As the shell reads it: decimal, `0x1f` or `010`; undefined where it is none that is known to be exact. */
function numberOf(text: string): number | undefined {
  if (/^-?(?:0|[1-9]\d{0,14})$/.test(text)) return Number(text)
  if (/^0x[0-9a-f]{1,12}$/i.test(text)) return Number.parseInt(text, 16)
  return /^0[0-7]{1,15}$/.test(text) ? Number.parseInt(text, 8) : undefined
}
