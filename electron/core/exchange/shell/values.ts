/** What a shell remembers: variables, arguments, and what is still to be read from standard input. */

/** An array by its keys, in their order; of an indexed one the keys are numbers. */
export type List = ReadonlyMap<string, string>

/** Null: known only when the script runs. */
export type Value = string | List | null

/** Variables by name; some are told to be numbers, and some are another name of one (`declare -i`, `declare -n`). */
export class Variables extends Map<string, Value> {
  readonly numbers = new Set<string>()
  readonly references = new Map<string, string>()

  /** The name of the variable that is meant. */
  #meant(name: string): string {
    let meant = name
    for (let n = 0; n < maxReferences; n++) meant = this.references.get(meant) ?? meant
    return meant
  }

  override get(name: string): Value | undefined {
    return super.get(this.#meant(name))
  }

  override has(name: string): boolean {
    return super.has(this.#meant(name))
  }

  override set(name: string, value: Value): this {
    return super.set(this.#meant(name), value)
  }

  override delete(name: string): boolean {
    this.numbers.delete(name)
    return super.delete(this.#meant(name))
  }

  /** What a function calls `local` is new in it. @returns puts back what was there */
  cover(name: string): () => void {
    const [value, isNumber, meant] = [super.get(name), this.numbers.has(name), this.references.get(name)]
    this.references.delete(name)
    this.numbers.delete(name)
    return () => {
      this.references.delete(name)
      this.delete(name)
      if (value !== undefined) super.set(name, value)
      if (isNumber) this.numbers.add(name)
      if (meant !== undefined) this.references.set(name, meant)
    }
  }

  copy(): Variables {
    const copied = new Variables()
    for (const [name, value] of this) copied.set(name, value)
    for (const name of this.numbers) copied.numbers.add(name)
    for (const [name, meant] of this.references) copied.references.set(name, meant)
    return copied
  }
}

/** References to references; bash ends a circle with an error. */
const maxReferences = 4

export interface Scope {
  readonly variables: Variables
  /** `$1`, `$2`, ... */
  args: readonly string[]
}

/** `$0`: the script is followed as `bash FILE`. */
export const scriptName = 'script'

/** As a script without arguments starts, as root. */
export const newScope = (): Scope => ({
  variables: startingWith({
    EUID: '0',
    UID: '0',
    IFS: ' \t\n',
    HOME: '/root',
    USER: 'root',
    LOGNAME: 'root',
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    BASH_SOURCE: scriptName,
  }),
  args: [],
})

function startingWith(values: Readonly<Record<string, string>>): Variables {
  const variables = new Variables()
  for (const [name, value] of Object.entries(values)) variables.set(name, value)
  return variables
}

export const copyScope = ({ variables, args }: Scope): Scope => ({ variables: variables.copy(), args })

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

  /** UTF-16 units that are still to be read; null where that is not known. */
  get left(): number | null {
    return this.#left?.length ?? null
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
