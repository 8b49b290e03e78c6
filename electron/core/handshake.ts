/**
 * How a shell and the elevated helper that was started for it come to trust each other. The helper runs as root and
 * never listens; the shell listens in a directory that only its user can enter, next to a secret that only the user can
 * read. Each proves to the other that it has read the secret, over a number that the other has just made up, so that
 * nothing that was said can be said again. The shell proves first: until then, the helper does nothing.
 *
 * ```
 * helper -> shell  {"vethlab":1,"nonce":A}
 * shell -> helper  {"nonce":B,"proof":HMAC(secret, "shell A B")}
 * helper -> shell  {"proof":HMAC(secret, "helper A B")}
 * ```
 * HMAC-SHA-256 (RFC 2104), hexadecimal, one line each. What follows on the connection is the contract of `rpc.ts`.
 */
import { z } from 'zod'

/** Where they meet: absolute, of plain characters, because it goes through two shells' command lines. */
export const meetingPattern = /^(?:\/[A-Za-z0-9_.-]+)*\/vethlab-[0-9a-f]{16}$/
export const secretFile = 'token'
export const socketFile = 'socket'
/** As long as the hash (RFC 2104, section 3). */
export const secretBytes = 32
/** Hexadecimal digits of a number that is used once. */
const nonceLength = 64

/** From the connection on (milliseconds): both sides are there and wait for nothing but each other. */
export const handshakeLimitMs = 5000

/** A line is below 200 characters; whoever sends more is no peer. */
const maxLine = 1000

const hex = z.string().regex(/^[0-9a-f]{64}$/)
const lines = {
  hello: z.strictObject({ vethlab: z.literal(1), nonce: hex }),
  answer: z.strictObject({ nonce: hex, proof: hex }),
  proof: z.strictObject({ proof: hex }),
}

/** What differs between platforms: core has no cryptography of its own. */
export interface HandshakeSecrets {
  /** 64 random hexadecimal digits. */
  nonce(): string
  /** HMAC-SHA-256 of the text under the shared secret, hexadecimal. */
  mac(text: string): string
  /** Whether both are equal, in a time that does not tell where they differ. */
  same(one: string, other: string): boolean
}

/** The part of a byte stream (a `net.Socket`) that is needed. */
export interface HandshakeStream {
  readonly destroyed: boolean
  setEncoding(encoding: 'utf8'): unknown
  on(event: 'data', listener: (chunk: string) => void): unknown
  on(event: 'end' | 'close', listener: () => void): unknown
  off(event: 'data', listener: (chunk: string) => void): unknown
  off(event: 'end' | 'close', listener: () => void): unknown
  write(text: string): boolean
  resume(): unknown
  pause(): unknown
}

/**
 * Whether the other side is who it should be. The stream is paused afterwards and everything on it unread; whoever
 * calls ends it where the answer is no, and after `handshakeLimitMs`, which makes the answer no.
 */
export async function shakeHands(
  role: 'shell' | 'helper',
  stream: HandshakeStream,
  { nonce, mac, same }: HandshakeSecrets,
): Promise<boolean> {
  stream.setEncoding('utf8')
  const own = nonce()
  const say = (line: object): void => void stream.write(`${JSON.stringify(line)}\n`)
  if (own.length !== nonceLength) throw new Error(`a nonce has ${nonceLength} digits`)
  if (role === 'helper') {
    say({ vethlab: 1, nonce: own })
    const answer = read(lines.answer, await nextLine(stream))
    if (!answer || !same(answer.proof, mac(`shell ${own} ${answer.nonce}`))) return false
    say({ proof: mac(`helper ${own} ${answer.nonce}`) })
    return true
  }
  const hello = read(lines.hello, await nextLine(stream))
  if (!hello) return false
  say({ nonce: own, proof: mac(`shell ${hello.nonce} ${own}`) })
  const last = read(lines.proof, await nextLine(stream))
  return last !== null && same(last.proof, mac(`helper ${hello.nonce} ${own}`))
}

function read<T>(schema: z.ZodType<T>, line: string | null): T | null {
  if (line === null) return null
  try {
    return schema.parse(JSON.parse(line))
  } catch {
    return null
  }
}

/** One line; null where the stream ended, or brought more than one: nobody may speak before it is their turn. */
function nextLine(stream: HandshakeStream): Promise<string | null> {
  return new Promise((resolve) => {
    let text = ''
    const done = (line: string | null): void => {
      stream.off('data', take)
      stream.off('end', gone)
      stream.off('close', gone)
      stream.pause()
      resolve(line)
    }
    const gone = (): void => done(null)
    const take = (chunk: string): void => {
      text += chunk
      const end = text.indexOf('\n')
      if (end !== -1) done(end === text.length - 1 ? text.slice(0, end) : null)
      else if (text.length > maxLine) done(null)
    }
    if (stream.destroyed) return resolve(null)
    stream.on('data', take)
    stream.on('end', gone)
    stream.on('close', gone)
    stream.resume()
  })
}
