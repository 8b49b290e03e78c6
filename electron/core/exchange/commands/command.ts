/** What every command is given and gives back. Commands change the model of the network; none is ever run. */
import type { Notice, Tell } from '../notice.js'
import type { Namespace, Network } from '../network/network.js'
import type { Input, Output } from '../shell/values.js'
import type { Word } from '../shell/word.js'
import type { Said } from '../../words/said.js'

/** How the command would have ended, for `&&` and `||`; `unknown` where only running it could tell. */
export type Status = 'success' | 'failure' | 'unknown'

export interface Outcome {
  readonly status: Status
  /** What to say about it, and at which offset where that is not the command's own. */
  readonly notice: Notice | null
  readonly offset: number | null
  /** The program would take it, but entries of a lab file cannot say it: a text can. */
  readonly beyond?: true
}

export interface Context {
  readonly network: Network
  /** Where the command is typed. */
  readonly namespace: Namespace
  /** Says something besides the outcome: a part that is left out of a command that counts. */
  readonly tell: Tell
  /** A command in another namespace, or behind another one: `ip netns exec NS ...`. */
  readonly run: (words: readonly Word[], namespace: Namespace) => Outcome
  /** Text for a shell: `bash -c '...'`. Said to be at the offset, unless it stands in the file letter by letter there. */
  readonly shell: (text: string, offset: number, options?: ShellOptions) => Outcome
  /** Standard input, where there is any but the terminal. */
  readonly input: Input | null
  /** Where somebody wants to know what is printed. */
  readonly output: Output | null
  /** Files that the script has written, by path; null where their text is not known. */
  readonly files: Map<string, string | null>
  /** Key of the namespace whose `/etc/hosts` and `/etc/resolv.conf` the script writes; null: those of the machine. */
  readonly own: string | null
}

export interface ShellOptions {
  readonly args?: readonly string[]
  /** The text stands in the file as it is, from the offset on. */
  readonly exact?: boolean
  /** In the shell itself, not in one of its own: what it sets stays set. */
  readonly same?: boolean
}

export const success: Outcome = { status: 'success', notice: null, offset: null }
/** Looks or waits; changes nothing, and may end either way. */
export const harmless: Outcome = { status: 'unknown', notice: null, offset: null }
/** Takes away what is not there: in a network that starts empty, that is how scripts clean up. */
export const nothingThere: Outcome = { status: 'failure', notice: null, offset: null }

/** The kernel, or the program, would say no. */
export const refused = (notice: Notice, word?: Word): Outcome => ({
  status: 'failure',
  notice,
  offset: word?.offset ?? null,
})

/** Not understood, or nothing that a lab file can say. Whoever wrote it counts on its success. */
export const leftOut = (message: Said, hint: Said | null = null, word?: Word): Outcome => ({
  status: 'success',
  notice: { message, hint },
  offset: word?.offset ?? null,
})

/** Nothing that an entry of a lab file can say. */
export const beyondEntries = (message: Said, hint: Said | null = null, word?: Word): Outcome => ({
  ...leftOut(message, hint, word),
  beyond: true,
})

/** The outcome of an operation of the model. */
export const outcomeOf = (refusal: Notice | null, word?: Word): Outcome =>
  refusal === null ? success : refused(refusal, word)

/** iproute2 takes any beginning of its words (`matches`, lib/utils.c); the first that fits in its order is meant. */
export function abbreviated<T extends string>(text: string, words: readonly T[]): T | null {
  return text === '' ? null : (words.find((word) => word.startsWith(text)) ?? null)
}

/** A list of words with a place in it. */
export class Cursor {
  readonly #words: readonly Word[]
  #at: number

  constructor(words: readonly Word[], at = 0) {
    this.#words = words
    this.#at = at
  }

  get done(): boolean {
    return this.#at >= this.#words.length
  }

  peek(): Word | undefined {
    return this.#words[this.#at]
  }

  next(): Word | undefined {
    return this.#words[this.#at++]
  }

  /** The word that was read last is still to be read. */
  back(): void {
    this.#at -= 1
  }

  rest(): readonly Word[] {
    return this.#words.slice(this.#at)
  }
}

/** Decimal digits within a range, or null. */
export function wholeNumber(text: string | undefined, least: number, most: number): number | null {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return null
  const number = Number(text)
  return number >= least && number <= most ? number : null
}

/** Files are known by the name that the script uses. */
export const fileKey = (path: string): string => path.replace(/^(?:\.\/)+/, '')
