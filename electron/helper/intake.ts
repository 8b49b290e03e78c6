/**
 * What the helper lets in before anything looks at its meaning: requests, one by one, with their parameters by name.
 * JSON-RPC 2.0 also knows batches, positional parameters, and what a client says unasked; nothing of ours sends them, and
 * what nobody sends must not be understood.
 */
import type { Message, MessageReader, MessageWriter } from 'vscode-jsonrpc'
import { z } from 'zod'
import { channelReader, channelWriter, type TextChannel } from '../core/channel.js'

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

/** Both directions of the helper's channel. @param maxChars of one message; more ends the channel */
export function intake(channel: TextChannel, maxChars: number): Intake {
  const reader = channelReader(channel, maxChars)
  const writer = channelWriter(channel)
  /** Ids as vscode-jsonrpc tells them apart: of two requests with the same one, the first would never be answered. */
  const inHand = new Set<string>()
  let refusals = 0
  let paused = false

  const balance = (): void => {
    const waiting = inHand.size + refusals
    if (paused ? waiting > mayWait.resumeAt : waiting < mayWait.pauseAt) return
    paused = !paused
    if (paused) channel.pause?.()
    else channel.resume?.()
  }

  /** An id is given back only where it is one. */
  async function refuse(message: object): Promise<void> {
    refusals += 1
    balance()
    const id = requestId.safeParse((message as { readonly id?: unknown }).id)
    const error = { code: invalidRequest, message: 'Not a request with parameters by name and an id of its own.' }
    await channel.send(JSON.stringify({ jsonrpc: '2.0', id: id.success ? id.data : null, error })).catch(() => {})
    refusals -= 1
    balance()
  }

  return {
    reader: {
      ...reader,
      listen: (callback) =>
        reader.listen((message: Message) => {
          const parsed = request.safeParse(message)
          if (!parsed.success || inHand.has(String(parsed.data.id))) return void refuse(message)
          inHand.add(String(parsed.data.id))
          balance()
          callback(message)
        }),
    },
    writer: {
      ...writer,
      async write(message: Message) {
        try {
          await writer.write(message)
        } finally {
          if ('id' in message && inHand.delete(String(message.id))) balance()
        }
      },
    },
  }
}
