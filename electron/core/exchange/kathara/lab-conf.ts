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

const deviceLine = /^(\w+)\[(\w+)\]\s*=\s*(?:"([^"]*)"|'([^']*)'|([^"'#\s][^"'#]*?))\s*(?:#.*)?$/
const aboutLine = /^LAB_([A-Z]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|(.*?))\s*$/

export function readLabConf(text: string): LabConf {
  const devices: DeviceLine[] = []
  const about: (ConfLine & { key: string; value: string })[] = []
  const strange: ConfLine[] = []
  let offset = 0
  for (const line of text.split('\n')) {
    const trimmed = line.trim()
    const at = { offset: offset + line.length - line.trimStart().length, text: trimmed }
    offset += line.length + 1
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const [, device, key, ...values] = deviceLine.exec(trimmed) ?? []
    const [, name, ...words] = aboutLine.exec(trimmed) ?? []
    const value = [...values, ...words].find((each) => each !== undefined) ?? ''
    if (device !== undefined && key !== undefined) devices.push({ ...at, device, key, value })
    else if (name !== undefined) about.push({ ...at, key: `LAB_${name}`, value })
    else strange.push(at)
  }
  return { devices, about, strange }
}
