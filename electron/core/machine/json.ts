/** What others have written down, of whatever shape: anything else than what is looked for is nothing. */

export type Json = Readonly<Record<string, unknown>>

export const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})
export const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch {
    // Half written, or no engine's.
    return null
  }
}
