/**
 * The directory in which a shell waits for its elevated helper, seen by root, who must not be led astray: nobody but the
 * user may have made any of it, and it must be what it was when it was looked at. So it is opened once, and everything
 * in it is reached through that descriptor, whatever becomes of the name.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import { meetingPattern, secretBytes, secretFile, socketFile } from '../../core/handshake.js'

export interface Meeting {
  readonly secret: Buffer
  /** By way of the descriptor; good until `close`. */
  readonly socket: string
  close(): void
}

class Refusal extends Error {}

/** @returns what is wrong with it, in words, where anything is */
export function openMeeting(path: string, owner: number): Meeting | string {
  let directory: number | null = null
  try {
    if (!meetingPattern.test(path)) throw new Refusal(`${path} is no place where Vethlab waits`)
    checkWay(path, owner)
    directory = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
    check(path, fstatSync(directory), owner, 0o700)
    const inside = `/proc/self/fd/${directory}`
    // The kernel's own name of it: another one means a link somewhere on the way.
    if (readlinkSync(inside) !== path) throw new Refusal(`${path} is not reached directly`)
    const secret = readSecret(`${inside}/${secretFile}`, path, owner)
    const socket = lstatSync(`${inside}/${socketFile}`)
    if (!socket.isSocket()) throw new Refusal(`${path}/${socketFile} is no socket`)
    check(`${path}/${socketFile}`, socket, owner, 0o600)
    const opened = directory
    return { secret, socket: `${inside}/${socketFile}`, close: () => closeSync(opened) }
  } catch (error) {
    if (directory !== null) closeSync(directory)
    if (error instanceof Refusal) return error.message
    const { code, syscall } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    return `${path}: ${syscall ?? 'access'}: ${code}`
  }
}

/** Every directory above must be root's or the user's, no link, and closed to others, or like /tmp: nobody moves what is not theirs. */
function checkWay(path: string, owner: number): void {
  for (let above = dirname(path); ; above = dirname(above)) {
    const stats = lstatSync(above)
    if (!stats.isDirectory()) throw new Refusal(`${above} is no directory (a link is not taken either)`)
    if (stats.uid !== 0 && stats.uid !== owner) throw new Refusal(`${above} belongs to another user`)
    const sticky = (stats.mode & 0o1000) !== 0
    if ((stats.mode & 0o022) !== 0 && !(sticky && stats.uid === 0))
      throw new Refusal(`${above} may be changed by other users`)
    if (above === '/') return
  }
}

function check(path: string, { uid, mode }: Stats, owner: number, wanted: number): void {
  if (uid !== owner) throw new Refusal(`${path} belongs to another user`)
  if ((mode & 0o7777) !== wanted) throw new Refusal(`${path} has mode ${(mode & 0o7777).toString(8)}`)
}

function readSecret(path: string, shown: string, owner: number): Buffer {
  // A pipe in its place must not keep us waiting.
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stats = fstatSync(file)
    const name = `${shown}/${secretFile}`
    if (!stats.isFile()) throw new Refusal(`${name} is no file`)
    check(name, stats, owner, 0o600)
    // A second name of it could be one that others read.
    if (stats.nlink !== 1) throw new Refusal(`${name} has other names`)
    const secret = Buffer.alloc(secretBytes + 1)
    if (readSync(file, secret, 0, secretBytes + 1, 0) !== secretBytes) throw new Refusal(`${name} has another length`)
    return secret.subarray(0, secretBytes)
  } finally {
    closeSync(file)
  }
}
