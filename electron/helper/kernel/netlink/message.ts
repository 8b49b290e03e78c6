/**
 * Netlink messages over plain bytes: header, fixed part, attributes (linux/netlink.h). Nothing here touches a socket.
 * Numbers are in host order, which is little-endian on every machine this runs on (x86-64, arm64).
 */

export const headerBytes = 16
/** Room for one request. The largest we send, a tbf qdisc with a rate table or 64 KiB of names, stays far below. */
const requestBytes = 65_536

export const NLM_F_REQUEST = 0x1
export const NLM_F_ACK = 0x4
export const NLM_F_DUMP = 0x300
/** For requests that change something. */
export const NLM_F_REPLACE = 0x100
export const NLM_F_EXCL = 0x200
export const NLM_F_CREATE = 0x400
/** Of RTM_NEWNEIGH on a forwarding database: one more end for an address. */
export const NLM_F_APPEND = 0x800
/** On replies: objects changed while they were dumped. */
export const NLM_F_DUMP_INTR = 0x10
/** On acknowledgements: the request is not repeated in them; attributes follow. */
export const NLM_F_CAPPED = 0x100
export const NLM_F_ACK_TLVS = 0x200

export const NLMSG_ERROR = 2
export const NLMSG_DONE = 3
export const NLMSG_OVERRUN = 4
export const NLMSGERR_ATTR_MSG = 1

const NLA_F_NESTED = 0x8000
/** Bits of an attribute's type that are its number (NLA_TYPE_MASK). */
const typeMask = 0x3fff

const align = (length: number): number => (length + 3) & ~3

/** Writes one message at a time into one buffer that is used again and again. */
export class MessageWriter {
  readonly bytes = Buffer.allocUnsafeSlow(requestBytes)
  #length = 0

  /** Starts a message anew; flags always include NLM_F_REQUEST. */
  begin(type: number, flags: number): this {
    this.bytes.writeUInt16LE(type, 4)
    this.bytes.writeUInt16LE(flags | NLM_F_REQUEST, 6)
    this.bytes.writeUInt32LE(0, 12)
    this.#length = headerBytes
    return this
  }

  /** Adds flags to the header, as the socket does for acknowledgements and dumps. */
  flag(flags: number): this {
    this.bytes.writeUInt16LE(this.bytes.readUInt16LE(6) | flags, 6)
    return this
  }

  /** Writes length and sequence number; returns the length in bytes. */
  finish(sequence: number): number {
    this.bytes.writeUInt32LE(this.#length, 0)
    this.bytes.writeUInt32LE(sequence >>> 0, 8)
    return this.#length
  }

  u8(value: number): this {
    this.#length = this.bytes.writeUInt8(value, this.#length)
    return this
  }

  u16(value: number): this {
    this.#length = this.bytes.writeUInt16LE(value, this.#length)
    return this
  }

  u32(value: number): this {
    this.#length = this.bytes.writeUInt32LE(value >>> 0, this.#length)
    return this
  }

  #header(type: number, payload: number): void {
    this.bytes.writeUInt16LE(payload + 4, this.#length)
    this.bytes.writeUInt16LE(type, this.#length + 2)
    this.#length += 4
  }

  #pad(): this {
    const end = align(this.#length)
    this.bytes.fill(0, this.#length, end)
    this.#length = end
    return this
  }

  attributeU8(type: number, value: number): this {
    this.#header(type, 1)
    return this.u8(value).#pad()
  }

  attributeU16(type: number, value: number): this {
    this.#header(type, 2)
    return this.u16(value).#pad()
  }

  /** 16 bits in network order, as for ports. */
  attributeU16BE(type: number, value: number): this {
    this.#header(type, 2)
    this.#length = this.bytes.writeUInt16BE(value, this.#length)
    return this.#pad()
  }

  attributeU32(type: number, value: number): this {
    this.#header(type, 4)
    return this.u32(value)
  }

  attributeU64(type: number, value: bigint): this {
    this.#header(type, 8)
    this.#length = this.bytes.writeBigUInt64LE(BigInt.asUintN(64, value), this.#length)
    return this
  }

  attributeBytes(type: number, value: Uint8Array): this {
    this.#header(type, value.length)
    this.bytes.set(value, this.#length)
    this.#length += value.length
    return this.#pad()
  }

  /** A string with its terminating zero. Longer ones than `maxBytes` (default: an interface name) are the caller's bug. */
  attributeString(type: number, value: string): this {
    const length = this.bytes.write(value, this.#length + 4)
    this.#header(type, length + 1)
    this.#length += length
    return this.u8(0).#pad()
  }

  /** Opens a nest; pass what it returns to `end`. */
  nest(type: number, flagged = false): number {
    const start = this.#length
    this.#header(flagged ? type | NLA_F_NESTED : type, 0)
    return start
  }

  /** Opens a struct rtnexthop (linux/rtnetlink.h), whose attributes follow; pass what it returns to `end`. */
  nextHop(index: number, weight: number): number {
    const start = this.#length
    this.u16(0)
      .u8(0)
      .u8(weight - 1)
      .u32(index)
    return start
  }

  end(start: number): this {
    this.bytes.writeUInt16LE(this.#length - start, start)
    return this
  }
}

/** Visits the attributes in `bytes[from, to)`. `at` and `length` are of the payload. Stops at the first that does not fit. */
export function eachAttribute(
  bytes: Buffer,
  from: number,
  to: number,
  visit: (type: number, at: number, length: number) => void,
): void {
  let at = from
  while (at + 4 <= to) {
    const length = bytes.readUInt16LE(at)
    if (length < 4 || at + length > to) return
    visit(bytes.readUInt16LE(at + 2) & typeMask, at + 4, length - 4)
    at += align(length)
  }
}

/**
 * Visits the messages in the first `length` bytes. `at` and `end` bound the payload. Visiting stops when told `false`.
 * @returns false where the bytes end in the middle of a message
 */
export function eachMessage(
  bytes: Buffer,
  length: number,
  visit: (type: number, flags: number, sequence: number, at: number, end: number) => boolean | void,
): boolean {
  let at = 0
  while (at + headerBytes <= length) {
    const size = bytes.readUInt32LE(at)
    if (size < headerBytes || at + size > length) return false
    const go = visit(
      bytes.readUInt16LE(at + 4),
      bytes.readUInt16LE(at + 6),
      bytes.readUInt32LE(at + 8),
      at + headerBytes,
      at + size,
    )
    if (go === false) return true
    at += align(size)
  }
  return at >= length
}

/** A string attribute without its terminating zero. */
export function readString(bytes: Buffer, at: number, length: number): string {
  let end = at + length
  while (end > at && bytes[end - 1] === 0) end -= 1
  return bytes.toString('utf8', at, end)
}

/** What an NLMSG_ERROR (or a strict NLMSG_DONE) says: errno (0: done) and the kernel's words, if it gave any. */
export function readError(
  bytes: Buffer,
  type: number,
  flags: number,
  at: number,
  end: number,
): { readonly errno: number; readonly words: string | null } {
  const errno = end - at >= 4 ? -bytes.readInt32LE(at) : 0
  if (errno === 0 || !(flags & NLM_F_ACK_TLVS)) return { errno, words: null }
  let from = at + 4
  // An error repeats the request's header, and all of the request unless it was capped.
  if (type === NLMSG_ERROR) from += flags & NLM_F_CAPPED ? headerBytes : align(bytes.readUInt32LE(at + 4))
  let words: string | null = null
  eachAttribute(bytes, from, end, (attribute, where, length) => {
    if (attribute === NLMSGERR_ATTR_MSG) words = readString(bytes, where, length)
  })
  return { errno, words }
}
