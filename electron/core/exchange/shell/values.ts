/** What a shell remembers: variables, arguments, and what is still to be read from standard input. */

/** An array by its keys, in their order; of an indexed one the keys are numbers. */
export type List = ReadonlyMap<string, string>

/** Null: known only when the script runs. */
export type Value = string | List | null

export interface Scope {
  readonly variables: Map<string, Value>
  /** `$1`, `$2`, ... */
  args: readonly string[]
}

/** As a script without arguments starts, as root. */
export const newScope = (): Scope => ({
  variables: new Map<string, Value>([
    ['EUID', '0'],
    ['UID', '0'],
    ['IFS', ' \t\n'],
  ]),
  args: [],
})

export const copyScope = ({ variables, args }: Scope): Scope => ({ variables: new Map(variables), args })

/** Text that a program reads. Shared by all that read from it, as an open file is. */
export class Input {
  #left: string | null
  readonly #offset: number | null

  /** @param offset where the text stands in the file, letter by letter; null where it came about some other way */
  constructor(text: string | null, offset: number | null = null) {
    this.#left = text
    this.#offset = offset
  }

  /** All that is left; null where it is not known. */
  all(): { readonly text: string | null; readonly offset: number | null } {
    const whole = { text: this.#left, offset: this.#offset }
    if (this.#left !== null) this.#left = ''
    return whole
  }

  /** Undefined at the end, null where it is not known. */
  line(): string | null | undefined {
    if (this.#left === null) return null
    if (this.#left === '') return undefined
    const feed = this.#left.indexOf('\n')
    const line = feed < 0 ? this.#left : this.#left.slice(0, feed)
    this.#left = feed < 0 ? '' : this.#left.slice(feed + 1)
    return line
  }
}

/** What a command prints, where somebody wants to know. */
export class Output {
  text: string | null = ''

  /** Null: it prints something that is not known. */
  print(text: string | null): void {
    this.text = text === null || this.text === null ? null : this.text + text
    if (this.text !== null && this.text.length > maxOutput) this.text = null
  }
}

/** UTF-16 units: a list of all namespaces that a lab may have. */
const maxOutput = 65_536
