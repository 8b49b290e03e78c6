/**
 * Writes pcapng (draft-ietf-opsawg-pcapng): a section, one interface description per lab port, enhanced packets with
 * nanosecond time stamps, direction and comments. Little-endian throughout.
 */

export interface PcapngInterface {
  /** Shown by Wireshark, e.g. `ns0:veth0`. */
  readonly name: string
  /** Its packets begin with their IP header. */
  readonly isLayer3?: boolean
}

export interface PcapngPacket {
  /** Index into `interfaces`. */
  readonly interface: number
  /** ns since the epoch. */
  readonly timeNs: bigint
  readonly bytes: Uint8Array
  readonly originalLength: number
  readonly direction: 'in' | 'out' | null
  readonly comments: readonly string[]
}

export interface PcapngFile {
  /** Program that wrote it, for the section header. */
  readonly application: string
  readonly comment: string | null
  readonly interfaces: readonly PcapngInterface[]
  readonly packets: readonly PcapngPacket[]
}

/** LINKTYPE_* of tcpdump.org. */
const linkTypeEthernet = 1
const linkTypeRaw = 101
const option = {
  end: 0,
  comment: 1,
  interfaceName: 2,
  packetFlags: 2,
  sectionApplication: 4,
  timeResolution: 9,
} as const
/** if_tsresol: negative power of ten. */
const nanoseconds = 9
/** Longest option value the 16-bit length can say. */
const maxOptionBytes = 0xffff

export function writePcapng(file: PcapngFile): Uint8Array {
  return concat([
    sectionHeader(file),
    ...file.interfaces.map(interfaceDescription),
    ...file.packets.map(enhancedPacket),
  ])
}

function sectionHeader(file: PcapngFile): Uint8Array {
  const fixed = new Uint8Array(16)
  const view = new DataView(fixed.buffer)
  view.setUint32(0, 0x1a2b3c4d, true)
  view.setUint16(4, 1, true)
  // Length of the section: not said (-1).
  view.setBigInt64(8, -1n, true)
  const comment = file.comment === null ? [] : [textOption(option.comment, file.comment)]
  return block(0x0a0d0d0a, [fixed, ...options([...comment, textOption(option.sectionApplication, file.application)])])
}

function interfaceDescription({ name, isLayer3 = false }: PcapngInterface): Uint8Array {
  const fixed = new Uint8Array(8)
  // Snap length 0: no limit is promised, each packet says what it lacks.
  new DataView(fixed.buffer).setUint16(0, isLayer3 ? linkTypeRaw : linkTypeEthernet, true)
  const resolution = rawOption(option.timeResolution, Uint8Array.of(nanoseconds))
  return block(1, [fixed, ...options([textOption(option.interfaceName, name), resolution])])
}

function enhancedPacket(packet: PcapngPacket): Uint8Array {
  const fixed = new Uint8Array(20)
  const view = new DataView(fixed.buffer)
  view.setUint32(0, packet.interface, true)
  view.setUint32(4, Number((packet.timeNs >> 32n) & 0xffffffffn), true)
  view.setUint32(8, Number(packet.timeNs & 0xffffffffn), true)
  view.setUint32(12, packet.bytes.length, true)
  view.setUint32(16, packet.originalLength, true)
  const flags = new Uint8Array(4)
  flags[0] = packet.direction === 'in' ? 1 : packet.direction === 'out' ? 2 : 0
  return block(6, [
    fixed,
    padded(packet.bytes),
    ...options([
      ...packet.comments.map((text) => textOption(option.comment, text)),
      rawOption(option.packetFlags, flags),
    ]),
  ])
}

function block(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const length = 12 + parts.reduce((sum, part) => sum + part.length, 0)
  const head = new Uint8Array(8)
  const view = new DataView(head.buffer)
  view.setUint32(0, type, true)
  view.setUint32(4, length, true)
  return concat([head, ...parts, head.slice(4)])
}

const options = (list: readonly Uint8Array[]): Uint8Array[] => [...list, new Uint8Array(4)]

function rawOption(code: number, value: Uint8Array): Uint8Array {
  const head = new Uint8Array(4)
  const view = new DataView(head.buffer)
  view.setUint16(0, code, true)
  view.setUint16(2, value.length, true)
  return concat([head, padded(value)])
}

function textOption(code: number, text: string): Uint8Array {
  let bytes = utf8(text)
  if (bytes.length > maxOptionBytes) {
    let end = maxOptionBytes
    // Not within a character.
    while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
    bytes = bytes.subarray(0, end)
  }
  return rawOption(code, bytes)
}

/** The core's library has no TextEncoder (it is the DOM's and Node's); lone surrogates become U+FFFD. */
function utf8(text: string): Uint8Array {
  const bytes: number[] = []
  for (const character of text) {
    let code = character.codePointAt(0) ?? 0xfffd
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return Uint8Array.from(bytes)
}

function padded(bytes: Uint8Array): Uint8Array {
  const rest = bytes.length % 4
  return rest === 0 ? bytes : concat([bytes, new Uint8Array(4 - rest)])
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
