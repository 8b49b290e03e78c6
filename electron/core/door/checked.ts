/** What came in, against the schema of the contract. */
import type { z } from 'zod'

export type Checked<T> =
  { readonly success: true; readonly data: T } | { readonly success: false; readonly why: string }

/** Never throws: a length that is an object, say, cannot be compared with, and the schema's own check throws at it. */
export function checked<T>(schema: z.ZodType<T>, raw: unknown): Checked<T> {
  try {
    const parsed = schema.safeParse(raw)
    if (parsed.success) return { success: true, data: parsed.data }
    return { success: false, why: parsed.error.issues[0]?.message ?? 'invalid parameters' }
  } catch {
    return { success: false, why: 'invalid parameters' }
  }
}
