/** `lab.conf`: lines `DEVICE[KEY]=VALUE`, and `LAB_NAME` and its like (kathara.org, lab.conf). */
export interface ConfLine {
  /** Of the line, UTF-16 units. */
  readonly offset: number
  readonly text: string
}

export interface DeviceLine extends ConfLine {
  readonly device: string
  readonly key: string
  readonly value: string
}

export interface LabConf {
  readonly devices: readonly DeviceLine[]
  /** `LAB_NAME` and its like, by name. */
  readonly about: readonly (ConfLine & { readonly key: string; readonly value: string })[]
  /** Lines that are neither. */
  readonly strange: readonly ConfLine[]
}

const deviceStart = /^(\w+)\[(\w+)\]\s*=/
const aboutStart = /^LAB_([A-Z]+)\s*=/

/**
 * What stands behind the equals sign: in quotes, or bare, and a comment. Null where it is neither. Read by searches of one
 * pass each, since a line may be as long as the file.
 * @param beginsComment where a bare value ends
 */
function valueOf(text: string, beginsComment: RegExp): string | null {
  const [quoteMark = ''] = text
  if (quoteMark !== '"' && quoteMark !== "'") {
    const end = text.search(beginsComment)
    return (end < 0 ? text : text.slice(0, end)).trimEnd()
  }
  const end = text.indexOf(quoteMark, 1)
  const behind = text.slice(end + 1).trimStart()
  return end > 0 && (behind === '' || behind.startsWith('#')) ? text.slice(1, end) : null
}

function deviceValue(text: string): string | null {
  const value = valueOf(text, /#/)
  return /^["']/.test(text) || (value !== null && /^[^"']+$/.test(value)) ? value : null
}

/** A title is a sentence, in which a number sign within a word is part of it, and a quote an apostrophe. */
const aboutValue = (text: string): string => valueOf(text, /(?:^|\s)#/) ?? text

export function readLabConf(text: string): LabConf {
  const devices: DeviceLine[] = []
  const titles: (ConfLine & { key: string; value: string })[] = []
  const strange: ConfLine[] = []
  let offset = 0
  for (const line of text.split('\n')) {
    const trimmed = line.trim()
    const at = { offset: offset + line.length - line.trimStart().length, text: trimmed }
    offset += line.length + 1
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const [start, device, key] = deviceStart.exec(trimmed) ?? []
    const value = start === undefined ? null : deviceValue(trimmed.slice(start.length).trimStart())
    const [about, name] = aboutStart.exec(trimmed) ?? []
    if (device !== undefined && key !== undefined && value !== null) devices.push({ ...at, device, key, value })
    else if (about !== undefined)
      titles.push({ ...at, key: `LAB_${name}`, value: aboutValue(trimmed.slice(about.length).trimStart()) })
    else strange.push(at)
  }
  return { devices, about: titles, strange }
}
