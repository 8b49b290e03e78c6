/** Base64 (RFC 4648, section 4) without help of a platform: this code runs in every process. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const values = new Map([...alphabet].map((letter, value) => [letter, value]))

/** Characters that are no base64 are passed over. */
export function fromBase64(text: string): Uint8Array {
  const bytes: number[] = []
  let bits = 0
  let count = 0
  for (const letter of text) {
    const value = values.get(letter)
    if (value === undefined) continue
    bits = ((bits << 6) | value) & 0xffff
    count += 6
    if (count < 8) continue
    count -= 8
    bytes.push((bits >> count) & 0xff)
  }
  return Uint8Array.from(bytes)
}

export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3)
    const word = (a << 16) | (b << 8) | c
    const letters = [18, 12, 6, 0].map((shift) => alphabet[(word >> shift) & 63])
    const left = bytes.length - at
    text +=
      left === 1
        ? `${letters.slice(0, 2).join('')}==`
        : left === 2
          ? `${letters.slice(0, 3).join('')}=`
          : letters.join('')
  }
  return text
}
