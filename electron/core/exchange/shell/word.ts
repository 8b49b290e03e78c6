/** A word of a command, once the shell has put in what it stands for. */
export interface Word {
  readonly text: string
  /** Of the word it came from. */
  readonly offset: number
}
