/** How control leaves the place where it is. Thrown and caught inside the interpreter only. */
import type { Status } from '../commands/command.js'

/** `exit`, or the bound. */
export class Stop extends Error {}
/** The end of a function before its last line. */
export class Return extends Error {
  constructor(readonly status: Status) {
    super()
  }
}
/** `break` and `continue`, with the number of loops that they are about. */
export class Leave extends Error {
  constructor(
    readonly again: boolean,
    readonly loops: number,
  ) {
    super()
  }
}
