/**
 * How messages come in, wherever they do: from a window to its shell, from a command to the keeper of a running lab, from
 * a shell to the helper. One mechanism for the three, so that none lets in what another refuses: requests only, of names
 * that the contract has, with parameters as its schema has them, bounded in size and number. What is neither is answered
 * with an error; no message ends the process.
 */
import { ResponseError, type MessageConnection, type MessageReader, type MessageWriter } from 'vscode-jsonrpc'
import type { z } from 'zod'
import type { TextChannel } from '../channel.js'
import { errorCodes, maxMessageBytes } from '../rpc.js'
import { checked } from './checked.js'
import { intake } from './intake.js'

export interface DoorOptions {
  /** The contract: a schema by name of request. */
  readonly requests: Readonly<Record<string, z.ZodType>>
  /** Why a request of the contract is not answered now; null: it is. */
  refuses?(name: string): string | null
  /** @param params as the schema has made them */
  answer(name: string, params: unknown): Promise<unknown>
  /** Told of an exception nobody expected. */
  bug(text: string): void
}

/** That of the platform; core has none. */
export type Connect = (reader: MessageReader, writer: MessageWriter) => MessageConnection

/** Begins to read. The connection is the caller's, to notify with and to dispose of. */
export function openDoor(channel: TextChannel, connect: Connect, options: DoorOptions): MessageConnection {
  const { reader, writer } = intake(channel, maxMessageBytes)
  const connection = connect(reader, writer)
  connection.onError(() => {})
  connection.onRequest((name: string, params: unknown) => answer(options, name, params))
  connection.listen()
  return connection
}

async function answer(options: DoorOptions, name: string, raw: unknown): Promise<unknown> {
  const schema = Object.hasOwn(options.requests, name) ? options.requests[name] : undefined
  if (schema === undefined) return new ResponseError(errorCodes.unknownMethod, 'The contract has no such request.')
  try {
    const parsed = checked(schema, raw ?? {})
    if (!parsed.success) return new ResponseError(errorCodes.invalidParams, `${name}: ${parsed.why}`)
    const refused = options.refuses?.(name) ?? null
    if (refused !== null) return new ResponseError(errorCodes.notOpen, refused)
    return await options.answer(name, parsed.data)
  } catch (error) {
    // The words of whoever stands behind this door.
    if (error instanceof ResponseError) return error
    options.bug(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    return new ResponseError(
      errorCodes.internal,
      `${name} failed unexpectedly: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
