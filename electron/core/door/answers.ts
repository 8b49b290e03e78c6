/**
 * The other side of a door: what whoever has knocked listens to. Answers, and what is told by a name of the contract;
 * anything else is passed over, because a process must not end by what another one says to it.
 */
import type { Message, MessageReader, MessageWriter } from 'vscode-jsonrpc'
import { z } from 'zod'
import { channelReader, channelWriter, type TextChannel } from '../channel.js'
import { checked } from './checked.js'

const answer = z.strictObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.int(), z.string(), z.null()]),
  result: z.unknown().optional(),
  error: z.looseObject({ code: z.int(), message: z.string() }).optional(),
})

const told = z.strictObject({
  jsonrpc: z.literal('2.0'),
  /** Names of JSON-RPC's own, such as `$/cancelRequest`, begin otherwise. */
  method: z.string().regex(/^[a-z]+\/[a-z-]+$/),
  params: z.record(z.string(), z.unknown()),
})

const heard = z.union([answer, told])

/** Both directions of a client's channel. @param maxChars of one message; more ends the channel */
export function answersOf(
  channel: TextChannel,
  maxChars: number,
): { readonly reader: MessageReader; readonly writer: MessageWriter } {
  const reader = channelReader(channel, maxChars)
  return {
    reader: {
      ...reader,
      listen: (callback) => reader.listen((message: Message) => checked(heard, message).success && callback(message)),
    },
    writer: channelWriter(channel),
  }
}
