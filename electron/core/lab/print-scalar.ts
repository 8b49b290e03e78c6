/** Single values as YAML 1.2 text that reads back as the same value, also for readers of YAML 1.1 where that is cheap. */

// Plain text must not start like anything else, and hold no character that means something in a flow collection.
const plainPattern = /^[\p{L}\p{N}_./][\p{L}\p{N}_./+@%=()~$;^*!?&|<>-]*(?:[ :][\p{L}\p{N}_./+@%=()~$;^*!?&|<>-]+)*$/u
/** Everything the core schema resolves to a number, a boolean or null. */
const resolved =
  /^(?:null|Null|NULL|~|true|True|TRUE|false|False|FALSE|[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/

/** Longer text is quoted, so that no line of a plain value can be taken for a key of more than 1024 characters. */
const maxPlain = 500

export function printText(text: string): string {
  if (text.length <= maxPlain && plainPattern.test(text) && !resolved.test(text) && !/^(?:\.\.\.|---)/.test(text))
    return text
  // JSON strings are YAML strings; what YAML cannot print is escaped on top.
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, (c) => {
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

export function printScalar(value: unknown): string {
  if (typeof value === 'string') return printText(value)
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : printNumber(value)
  return value === true ? 'true' : value === false ? 'false' : 'null'
}

const printNumber = (value: number): string =>
  Number.isNaN(value) ? '.nan' : value === Infinity ? '.inf' : value === -Infinity ? '-.inf' : String(value)

/** Whether the text reads better, and reads back, as a literal block (`|`). */
export function fitsLiteral(text: string): boolean {
  return (
    text.includes('\n') &&
    /^[^\s]/.test(text) &&
    !/\n\n$|[\r\t\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]| \n| $|\p{Surrogate}/u.test(text) &&
    !hasControls(text)
  )
}

const hasControls = (text: string): boolean => /[\u0000-\u0009\u000b-\u001f]/.test(text)

/** The lines of a literal block, header first. */
export function literalLines(text: string, indent: string): readonly string[] {
  const keeps = text.endsWith('\n')
  const lines = (keeps ? text.slice(0, -1) : text).split('\n')
  return [keeps ? '|' : '|-', ...lines.map((line) => (line === '' ? '' : indent + line))]
}
