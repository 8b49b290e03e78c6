/** Expected failures are values; `rpc.ts` says what each field is for. */
import type { Failure } from './rpc.js'
import { inEnglish, type Said } from './words/said.js'

/** A sentence of ours is given as `said`; plain text is in somebody else's words. */
export const failure = (
  code: string,
  message: string | Said,
  where: string | null = null,
  output: string | null = null,
): Failure =>
  typeof message === 'string'
    ? { code, message, where, output }
    : { code, message: inEnglish(message), said: message, where, output }
