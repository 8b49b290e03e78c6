/**
 * One answer of the kernel, put together from the datagrams that carry it. Whatever shows that something of it is missing
 * makes it one to be read again: a list that is short and looks whole would be taken for the truth.
 */
import { Refusal } from '../errno.js'
import { eachMessage, NLM_F_DUMP_INTR, NLMSG_DONE, NLMSG_ERROR, NLMSG_OVERRUN, readError } from './message.js'

/** Takes a message's payload `[at, end)`; true where it was all that was wanted. */
export type Visit = (type: number, at: number, end: number) => boolean

export class Answer {
  refusal: Refusal | null = null
  /** The kernel has said all it had to say, or the visitor wants no more. */
  done = false
  /** Objects changed while the kernel went through them: some may be missing, or there twice. */
  interrupted = false
  /** Messages were lost on the way: a datagram larger than the buffer, one that ends too early, an overrun. */
  cut = false

  /** @param sequence of the request; messages that answer another one are left over from it */
  constructor(
    readonly sequence: number,
    private readonly visit: Visit,
  ) {}

  get whole(): boolean {
    return this.done && !this.interrupted && !this.cut
  }

  /** @param length of the datagram as the kernel sent it (MSG_TRUNC), which may be more than fits into `bytes` */
  take(bytes: Buffer, length: number): void {
    if (length > bytes.length) this.cut = true
    const complete = eachMessage(bytes, Math.min(length, bytes.length), (type, flags, answers, at, end) => {
      if (type === NLMSG_OVERRUN) this.cut = true
      if (answers !== this.sequence) return true
      if (flags & NLM_F_DUMP_INTR) this.interrupted = true
      if (type !== NLMSG_ERROR && type !== NLMSG_DONE) {
        this.done = this.visit(type, at, end)
        return !this.done
      }
      const { errno, words } = readError(bytes, type, flags, at, end)
      if (errno !== 0) this.refusal = Refusal.of(errno, words ?? undefined)
      this.done = true
      return false
    })
    if (!complete) this.cut = true
  }
}
