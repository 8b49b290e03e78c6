/** Bytes; null where nothing was typed, undefined where it is no whole number. */
export function mtuOf(text: string): number | null | undefined {
  if (text === '') return null
  return /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined
}
