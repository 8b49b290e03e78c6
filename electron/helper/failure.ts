/** Expected failures are values; `rpc.ts` says what each field is for. */
import type { Failure } from '../core/rpc.js'

export const failure = (
  code: string,
  message: string,
  where: string | null = null,
  output: string | null = null,
): Failure => ({ code, message, where, output })
