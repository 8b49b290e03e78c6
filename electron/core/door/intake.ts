/**
 * What a door lets in before anything looks at its meaning: requests, one by one, with their parameters by name.
 * JSON-RPC 2.0 also knows batches, positional parameters, and what a client says unasked; nothing of ours sends them, and
 * what nobody sends must not be understood.
 */
import type { Message, MessageReader, MessageWriter } from 'vscode-jsonrpc'
import { z } from 'zod'
import { channelReader, channelWriter, type TextChannel } from '../channel.js'
import { errorCodes } from '../rpc.js'
import { checked } from './checked.js'

/** JSON-RPC 2.0, section 5.1: the message is JSON and no request. */
const invalidRequest = -32600

/**
 * Requests that may wait for their answers, or answers for being read, before reading pauses; and how many must be left
 * before it goes on. A window that types fast has a few.
 */
const mayWait = { pauseAt: 1000, resumeAt: 500 } as const

const requestId = z.union([z.int(), z.string().max(64)])
const request = z.strictObject({
  jsonrpc: z.literal('2.0'),
  id: requestId,
  method: z.string().max(100),
  params: z.record(z.string(), z.unknown()).optional(),
})

export interface Intake {
  readonly reader: MessageReader
  readonly writer: MessageWriter
}

/**
 * Both directions of a door's channel.
 * @param maxChars of one message, and of all together that wait for their answers; a longer message ends the channel
 */
export function intake(channel: TextChannel, maxChars: number): Intake {
  /** Of the message that is being read. */
  let length = 0
  const reader = channelReader(
    {
      ...channel,
      onText: (listener) =>
        channel.onText((text) => {
          length = text.length
          listener(text)
        }),
    },
    maxChars,
  )
  const writer = channelWriter(channel)
  /** Lengths by id, as vscode-jsonrpc tells ids apart: of two requests with the same one, the first would never be answered. */
  const inHand = new Map<string, number>()
  let charsInHand = 0
  let refusals = 0
  let paused = false

  const balance = (): void => {
    const waiting = inHand.size + refusals
    const stays = paused
      ? waiting > mayWait.resumeAt || charsInHand > maxChars / 2
      : waiting < mayWait.pauseAt && charsInHand < maxChars
    if (stays) return
    paused = !paused
    if (paused) channel.pause?.()
    else channel.resume?.()
  }

  /** An id is given back only where it is one. */
  async function refuse(message: object, code: number, reason: string): Promise<void> {
    refusals += 1
    balance()
    const id = checked(requestId, (message as { readonly id?: unknown }).id)
    const error = { code, message: reason }
    await channel.send(JSON.stringify({ jsonrpc: '2.0', id: id.success ? id.data : null, error })).catch(() => {})
    refusals -= 1
    balance()
  }

  function take(message: Message, pass: (message: Message) => void): void {
    const parsed = checked(request, message)
    if (!parsed.success || inHand.has(String(parsed.data.id)))
      return void refuse(message, invalidRequest, 'Not a request with parameters by name and an id of its own.')
    // A carrier that cannot make its other side wait brings more all the same.
    if (paused && channel.pause === undefined)
      return void refuse(
        message,
        errorCodes.tooManyRequests,
        'Too many requests wait for their answers; try again later.',
      )
    inHand.set(String(parsed.data.id), length)
    charsInHand += length
    balance()
    pass(message)
  }

  return {
    reader: { ...reader, listen: (callback) => reader.listen((message: Message) => take(message, callback)) },
    writer: {
      ...writer,
      async write(message: Message) {
        try {
          await writer.write(message)
        } finally {
          const id = 'id' in message ? String(message.id) : null
          if (id !== null && inHand.has(id)) {
            charsInHand -= inHand.get(id) ?? 0
            inHand.delete(id)
            balance()
          }
        }
      },
    },
  }
}
