/** The two streams: results on stdout, text for people on stderr. A reader that goes away is no error. */
import type { Writable } from 'node:stream'
import { printableInColour, printableJson } from '../core/lab/plain-text.js'

export { printable, printableLine } from '../core/lab/plain-text.js'

/** SGR codes (ECMA-48 8.3.117) of the few colours that stay readable on dark and light grounds. */
const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], cyan: [36, 39] } as const

export type Style = keyof typeof codes
export type Paint = (style: Style, text: string) => string

function painter(stream: NodeJS.WriteStream): Paint {
  const { NO_COLOR: off, TERM: terminal } = process.env
  if (!stream.isTTY || (off !== undefined && off !== '') || terminal === 'dumb') return (_, text) => text
  return (style, text) => `\u001b[${codes[style][0]}m${text}\u001b[${codes[style][1]}m`
}

/** For text that goes to stdout. */
export const paint: Paint = painter(process.stdout)
/** For text that goes to stderr. */
export const paintNote: Paint = painter(process.stderr)

const closed = new Set<Writable>()

/** Said by what has started us (resources/linux/vethlab). It is about our own output, and not for the programs we start. */
const isNowhere = process.env['VETHLAB_OUTPUT'] === 'closed'
delete process.env['VETHLAB_OUTPUT']
let lost: Error | null = null

/** Why a result did not arrive, for instance because the disk is full; null where it did, or nobody wants it any more. */
export const lostOutput = (): Error | null => lost

/** The reader of a pipe has ended; a terminal was closed. */
const goneReaders: ReadonlySet<string> = new Set(['EPIPE', 'EIO'])

/** `| head` closes its end early: what is still to be said has no reader, and the command ends as it would have. */
export function endQuietlyWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      closed.add(stream)
      if (stream === process.stdout && !goneReaders.has(error.code ?? '')) lost ??= error
    })
  }
}

function write(stream: Writable, text: string): void {
  if (isNowhere && stream === process.stdout) lost ??= new Error('EBADF: bad file descriptor, write')
  else if (!closed.has(stream)) stream.write(text)
}

/** A result: one or more lines, without the final line feed. */
export const print = (text: string): void => write(process.stdout, `${printableInColour(text)}\n`)
/** Text as it is: a file, for whoever takes it. On a terminal it goes through `printable` first. */
export const printRaw = (text: string): void => write(process.stdout, text)
/** The one document of `--json`: readable on a terminal, one line elsewhere. */
export const printJson = (value: unknown): void =>
  write(process.stdout, `${printableJson(JSON.stringify(value, null, process.stdout.isTTY ? 2 : undefined))}\n`)
/** For people. */
export const note = (text: string): void => write(process.stderr, `${printableInColour(text)}\n`)
export const noteRaw = (text: string): void => write(process.stderr, text)

/** Resolves when both streams have handed on what was written. */
export async function flush(): Promise<void> {
  const emptied = (stream: Writable): Promise<void> =>
    new Promise((resolve) => {
      if (closed.has(stream)) return resolve()
      stream.once('error', () => resolve())
      stream.write('', () => resolve())
    })
  await Promise.all([emptied(process.stdout), emptied(process.stderr)])
}
