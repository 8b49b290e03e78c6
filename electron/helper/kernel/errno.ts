/** Refusals of the kernel as values: number, C name, words. */
import koffi from 'koffi'
import type { KernelError } from './protocol.js'

const names = new Map<number, string>()
for (const [name, number] of Object.entries(koffi.os.errno)) if (!names.has(number)) names.set(number, name)
// Where two names share a number, the one that kernel sources and manual pages use.
names.set(11, 'EAGAIN')
names.set(35, 'EDEADLK')
names.set(95, 'EOPNOTSUPP')

const strerror = koffi.load(null).func('const char *strerror(int)') as unknown as (errno: number) => string
const words = new Map<number, string>()

/** libc's words for an errno in the C locale, as `ip` prints them: `File exists`. */
export function errorWords(errno: number): string {
  let text = words.get(errno)
  if (text === undefined) words.set(errno, (text = strerror(errno)))
  return text
}

/** A refused call. Instances are told from results by `instanceof`; over a port they travel as plain objects. */
export class Refusal implements KernelError {
  constructor(
    readonly errno: number,
    readonly code: string,
    readonly message: string,
  ) {}

  /** `message`: the kernel's own words where it gave any (extended ack), or a sentence that names the thing. */
  static of(errno: number, message: string = errorWords(errno)): Refusal {
    return new Refusal(errno, names.get(errno) ?? `E${errno}`, message)
  }

  /** The same refusal, told as `iproute2` does: what was tried, a colon, the kernel's words. */
  about(what: string): Refusal {
    return new Refusal(this.errno, this.code, `${what}: ${this.message}`)
  }
}

export const EPERM = 1
export const ENOENT = 2
export const EINTR = 4
export const EAGAIN = 11
export const EACCES = 13
export const EBUSY = 16
export const EEXIST = 17
export const ENODEV = 19
export const EINVAL = 22
export const EMFILE = 24
export const EMSGSIZE = 90
export const EOPNOTSUPP = 95
export const EAFNOSUPPORT = 97
export const ENETUNREACH = 101
export const ENOBUFS = 105
export const ETIMEDOUT = 110
export const ECONNREFUSED = 111
export const EHOSTUNREACH = 113
export const EINPROGRESS = 115
export const ECANCELED = 125
