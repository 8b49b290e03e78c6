/**
 * The shell's end of a pseudo-terminal, held open beside the shell. Without it the last words of a shell can be lost:
 * once nobody holds that end, poll(2) reports POLLHUP, and libuv takes the first short read after that for the end of
 * the stream (uv__stream_io, src/unix/stream.c). A pty gives 4095 bytes at most at a time (n_tty_read,
 * drivers/tty/n_tty.c), which is always short; what the kernel still keeps would be closed away.
 */
import { closeSync, constants, openSync, readSync } from 'node:fs'
import type { Readable } from 'node:stream'

/** Read after the end of a shell (bytes): a pty holds 64 KiB, and a job it has left behind may go on writing for ever. */
const lastBytes = 256 * 1024
/** Read at a time (bytes): what a pty gives at most. */
const pieceBytes = 4096

export class FarEnd {
  private fd: number | null

  /** @param device e.g. `/dev/pts/3`; it does not become the terminal of this process */
  constructor(device: string) {
    this.fd = openSync(device, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK)
  }

  /** The shell has ended: what is left of its output goes to the stream, and the stream comes to its end. */
  readOut(stream: Readable, near: number): void {
    if (this.fd === null) return
    const piece = Buffer.alloc(pieceBytes)
    try {
      for (let read = 0; read < lastBytes && !stream.destroyed;) {
        const count = readSync(near, piece)
        read += count
        stream.push(Buffer.from(piece.subarray(0, count)))
      }
    } catch (error) {
      // EAGAIN: nothing is left.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    } finally {
      this.letGo()
    }
  }

  letGo(): void {
    if (this.fd !== null) closeSync(this.fd)
    this.fd = null
  }
}
