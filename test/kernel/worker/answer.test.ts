/** An answer of the kernel that lacks something is told from a whole one. The datagrams are made here. */
import { describe, expect, test } from 'vitest'
import { Answer } from '../../../electron/helper/kernel/netlink/answer.js'
import {
  headerBytes,
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_OVERRUN,
} from '../../../electron/helper/kernel/netlink/message.js'

const RTM_NEWLINK = 16
const NLM_F_MULTI = 2

function one(type: number, value: number, { flags = NLM_F_MULTI, sequence = 7 } = {}): Buffer {
  const bytes = Buffer.alloc(headerBytes + 4)
  bytes.writeUInt32LE(bytes.length, 0)
  bytes.writeUInt16LE(type, 4)
  bytes.writeUInt16LE(flags, 6)
  bytes.writeUInt32LE(sequence, 8)
  bytes.writeInt32LE(value, headerBytes)
  return bytes
}

/** The answer that these datagrams make, and the values in it. */
function read(...datagrams: readonly Buffer[]): { answer: Answer; values: number[] } {
  const values: number[] = []
  const answer = new Answer(7, (_type, at) => {
    values.push(here.readInt32LE(at))
    return false
  })
  let here: Buffer = Buffer.alloc(0)
  for (const datagram of datagrams) {
    here = datagram
    answer.take(datagram, datagram.length)
  }
  return { answer, values }
}

describe('an answer of the kernel', () => {
  test('in several datagrams is whole with its last message', () => {
    const { answer, values } = read(
      Buffer.concat([one(RTM_NEWLINK, 1), one(RTM_NEWLINK, 2)]),
      Buffer.concat([one(RTM_NEWLINK, 3)]),
      one(NLMSG_DONE, 0),
    )
    expect(values).toEqual([1, 2, 3])
    expect(answer.whole).toBe(true)
  })

  test('without its last message is not whole', () => {
    expect(read(one(RTM_NEWLINK, 1)).answer.whole).toBe(false)
  })

  test('during which objects changed is not whole, wherever the kernel says so', () => {
    const marked = { flags: NLM_F_MULTI | NLM_F_DUMP_INTR }
    expect(read(one(RTM_NEWLINK, 1, marked), one(NLMSG_DONE, 0)).answer).toMatchObject({ done: true, whole: false })
    expect(read(one(RTM_NEWLINK, 1), one(NLMSG_DONE, 0, marked)).answer).toMatchObject({ done: true, whole: false })
  })

  test('that was larger than the buffer is not whole', () => {
    const { answer } = read()
    const datagram = one(NLMSG_DONE, 0)
    answer.take(datagram, datagram.length + 1)
    expect(answer.whole).toBe(false)
  })

  test('that ends in the middle of a message is not whole', () => {
    const short = Buffer.concat([one(RTM_NEWLINK, 1), one(RTM_NEWLINK, 2).subarray(0, headerBytes)])
    const { answer, values } = read(short, one(NLMSG_DONE, 0))
    expect(values).toEqual([1])
    expect(answer).toMatchObject({ done: true, cut: true, whole: false })
  })

  test('with an overrun is not whole', () => {
    expect(read(one(NLMSG_OVERRUN, 0), one(NLMSG_DONE, 0)).answer.whole).toBe(false)
  })

  test('holds nothing of the answer to an earlier request', () => {
    const { answer, values } = read(one(RTM_NEWLINK, 9, { sequence: 6 }), one(RTM_NEWLINK, 1), one(NLMSG_DONE, 0))
    expect(values).toEqual([1])
    expect(answer.whole).toBe(true)
  })

  test('that refuses says why', () => {
    expect(read(one(NLMSG_ERROR, -16)).answer.refusal).toMatchObject({ code: 'EBUSY' })
    expect(read(one(RTM_NEWLINK, 1), one(NLMSG_DONE, -90)).answer.refusal).toMatchObject({ code: 'EMSGSIZE' })
  })
})
