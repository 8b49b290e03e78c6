/** The first stage: bytes to text, or the one reason why not. */
import { textFinding, type TextFinding } from './finding.js'
import { limits } from './schema.js'
import { said, type Said } from '../words/said.js'

// Present in Node and in every browser; core compiles without the types of either.
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string }

export type Decoded =
  { readonly text: string; readonly finding: null } | { readonly text: string; readonly finding: TextFinding }

const mebibyte = 1024 * 1024
const tooLarge = (): TextFinding =>
  textFinding(
    'file-too-large',
    said`The file is larger than ${limits.fileBytes / mebibyte} MiB, the most a lab file may have.`,
    said`Is it a lab file? Even a lab with thousands of namespaces stays below this.`,
    0,
  )

const failed = (code: string, message: Said, hint: Said, offset: number, text = ''): Decoded => ({
  text,
  finding: textFinding(code, message, hint, offset),
})

const saveAsUtf8 = said`Save it as UTF-8 without special characters of other encodings.`

/** YAML 1.2 5.1 allows none of these anywhere in a file. */
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]|\p{Surrogate}/u

/** Checks size, encoding and characters. On failure `text` is what could be read, for the excerpt. */
export function decode(input: string | Uint8Array): Decoded {
  if (typeof input === 'string') return input.length > limits.fileBytes ? refuse(tooLarge()) : checkCharacters(input)
  if (input.length > limits.fileBytes) return refuse(tooLarge())
  if ((input[0] === 0xff && input[1] === 0xfe) || (input[0] === 0xfe && input[1] === 0xff)) {
    return failed('not-utf8', said`The file is UTF-16; a lab file is UTF-8.`, said`Save it as UTF-8.`, 0)
  }
  // Looked for before decoding: a program or an archive is better called that than "not UTF-8".
  if (input.includes(0))
    return failed('binary', said`This is a binary file, not a lab file.`, said`Open a YAML file.`, 0)
  const bad = invalidUtf8At(input)
  if (bad < 0) return checkCharacters(decodeBytes(input))
  const before = decodeBytes(input.subarray(0, bad))
  const byte = (input[bad] ?? 0).toString(16).padStart(2, '0')
  return failed('not-utf8', said`The file is not valid UTF-8: byte 0x${byte} here.`, saveAsUtf8, before.length, before)
}

const refuse = (finding: TextFinding): Decoded => ({ text: '', finding })

// The byte order mark is kept, so that a save gives the same bytes back.
const decodeBytes = (bytes: Uint8Array): string =>
  new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(bytes)

function checkCharacters(text: string): Decoded {
  if (utf8Length(text) > limits.fileBytes) return refuse(tooLarge())
  const match = forbidden.exec(text)
  if (!match) return { text, finding: null }
  const code = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return code === '0000'
    ? failed('binary', said`This is a binary file, not a lab file.`, said`Open a YAML file.`, 0, text)
    : failed(
        'bad-character',
        said`The character U+${code} is not allowed here.`,
        said`Remove it; inside double quotes it can be written as an escape.`,
        match.index,
        text,
      )
}

function utf8Length(text: string): number {
  let length = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    // Surrogates come in pairs: two units for four bytes, so each counts one more.
    if (unit >= 0x80) length += unit >= 0x800 && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1
  }
  return length
}

/** Index of the first byte that no UTF-8 sequence explains (RFC 3629 4), or -1. */
function invalidUtf8At(bytes: Uint8Array): number {
  let i = 0
  while (i < bytes.length) {
    const lead = bytes[i] ?? 0
    if (lead < 0x80) {
      i += 1
      continue
    }
    const size =
      lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0
    if (size === 0) return i
    const second = bytes[i + 1] ?? 0
    const [low, high] =
      lead === 0xe0
        ? [0xa0, 0xbf]
        : lead === 0xed
          ? [0x80, 0x9f]
          : lead === 0xf0
            ? [0x90, 0xbf]
            : lead === 0xf4
              ? [0x80, 0x8f]
              : [0x80, 0xbf]
    if (second < low || second > high) return i
    for (let j = 2; j < size; j++) if (((bytes[i + j] ?? 0) & 0xc0) !== 0x80) return i
    i += size
  }
  return -1
}
