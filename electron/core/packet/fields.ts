/**
 * The catalogue keys of packet fields, and the two hands that write fields while a packet is being decoded.
 */
import type { Checksum, Field, Layer, LayerName, Missing, Packet, PacketHeaders } from './packet.js'

export const fieldNames = [
  'acknowledgement',
  'answer',
  'checksum',
  'client-address',
  'code',
  'counter',
  'data',
  'destination',
  'dscp',
  'ecn',
  'ethertype',
  'extension-data',
  'flags',
  'flow-label',
  'fragment-offset',
  'gateway',
  'hardware-length',
  'hardware-type',
  'header-length',
  'hop-limit',
  'identification',
  'identifier',
  'key',
  'length',
  'link-layer-address',
  'lifetime',
  'mtu',
  'nameserver',
  'next-header',
  'operation',
  'option',
  'payload-length',
  'pointer',
  'prefix',
  'protocol',
  'protocol-length',
  'protocol-type',
  'question',
  'receiver',
  'requested-address',
  'reserved',
  'sender',
  'sender-ip',
  'sender-mac',
  'sequence',
  'server',
  'source',
  'subnet-mask',
  'target',
  'target-ip',
  'target-mac',
  'total-length',
  'traffic-class',
  'ttl',
  'type',
  'urgent-pointer',
  'version',
  'vlan',
  'vni',
  'window',
  'your-address',
] as const
export type FieldName = (typeof fieldNames)[number]

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** A frame under the knife: the bytes and what holds for all of it. */
export interface Source {
  readonly bytes: Uint8Array
  readonly vxlanPorts: readonly number[]
  readonly genevePorts: readonly number[]
  /** Of either end. */
  readonly wireguardPorts: readonly number[]
  /** Decoders of what starts a nested packet, given by `decode.ts` so that no module depends on itself. */
  readonly nested: {
    readonly ethernet: (draft: Draft, length: number) => void
    readonly ipv4: (draft: Draft, offset: number, available: number) => void
    readonly ipv6: (draft: Draft, offset: number, available: number) => void
  }
}

/** A packet being decoded: the frame itself, the frame in a tunnel, or a quoted packet. */
export interface Draft extends Mutable<Omit<Packet, 'headers' | 'layers' | 'truncated'>> {
  readonly source: Source
  readonly within: Layer['within']
  /** Put before every path: `''`, `inner.`, `quoted.`, `inner.quoted.`. */
  readonly prefix: string
  readonly headers: Mutable<PacketHeaders>
  readonly layers: Layer[]
  /** Nested tunnels and quotes above this one. */
  readonly depth: number
}

export function newDraft(
  source: Source,
  within: Layer['within'],
  prefix: string,
  offset: number,
  depth: number,
): Draft {
  return {
    source,
    within,
    prefix,
    depth,
    headers: {},
    layers: [],
    offset,
    end: source.bytes.length,
    missing: null,
    fragment: null,
    ports: null,
    sequence: null,
    payload: null,
    neighbour: null,
    inner: null,
    quoted: null,
  }
}

/** Its part of the IP header's JSON, which whole packets do not have. */
export const fragmentHeader = (
  fragment: Draft['fragment'],
): { readonly fragmentOffset?: number; readonly moreFragments?: boolean } =>
  fragment === null ? {} : { fragmentOffset: fragment.offset, moreFragments: fragment.more }

export function finish(draft: Draft): Packet {
  const { headers, layers, offset, end, missing, fragment, ports, sequence, payload, neighbour, inner, quoted } = draft
  const truncated = missing !== null
  return {
    headers,
    layers,
    truncated,
    missing,
    offset,
    end,
    fragment,
    ports,
    sequence,
    payload,
    neighbour,
    inner,
    quoted,
  }
}

/** The first thing that is missing is what a person needs to hear; later ones follow from it. */
export function noteMissing(draft: Draft, missing: Missing): void {
  draft.missing ??= missing
}

/** Collects the fields of one header. Reading beyond the capture yields null and adds nothing. */
export class HeaderReader {
  readonly fields: Field[] = []
  readonly draft: Draft
  readonly layer: LayerName
  readonly offset: number
  readonly #prefix: string
  #paths = new Set<string>()

  constructor(draft: Draft, layer: LayerName, path: string, offset: number) {
    this.draft = draft
    this.layer = layer
    this.offset = offset
    this.#prefix = `${draft.prefix}${path}.`
  }

  has(at: number, length: number): boolean {
    return this.offset + at + length <= this.draft.end
  }

  /** Big-endian number of 1, 2, 3 or 4 bytes at `at` from the header's start. */
  peek(at: number, length: 1 | 2 | 3 | 4): number | null {
    if (!this.has(at, length)) return null
    let value = 0
    for (let i = 0; i < length; i++) value = value * 256 + (this.draft.source.bytes[this.offset + at + i] ?? 0)
    return value
  }

  bytes(at: number, length: number): Uint8Array {
    const from = Math.min(this.offset + at, this.draft.end)
    return this.draft.source.bytes.subarray(from, Math.min(from + length, this.draft.end))
  }

  /** Adds a field unless some of its bytes are missing. */
  add(name: FieldName, path: string, at: number, length: number, value: string, raw: number | string): void {
    if (!this.has(at, length)) return
    // Options may repeat; a path names one field only.
    let unique = this.#prefix + path
    for (let n = 2; this.#paths.has(unique); n++) unique = `${this.#prefix}${path}-${n}`
    this.#paths.add(unique)
    this.fields.push({ name, path: unique, value, raw, offset: this.offset + at, length })
  }

  /** Reads a number and adds it; `show` makes its display string. */
  number(
    name: FieldName,
    path: string,
    at: number,
    length: 1 | 2 | 3 | 4,
    show: (value: number) => string = String,
  ): number | null {
    const value = this.peek(at, length)
    if (value !== null) this.add(name, path, at, length, show(value), value)
    return value
  }

  /** Reads bytes that `show` makes both the value and the raw form of. */
  text(name: FieldName, path: string, at: number, length: number, show: (bytes: Uint8Array) => string): string | null {
    if (!this.has(at, length)) return null
    const value = show(this.bytes(at, length))
    this.add(name, path, at, length, value, value)
    return value
  }

  /** Ends the header: `length` is what it occupies on the wire; what the capture lacks of it is noted. */
  close(length: number, summary: string, checksum: Checksum | null = null): void {
    const captured = Math.max(0, Math.min(length, this.draft.end - this.offset))
    if (captured < length) {
      noteMissing(this.draft, { layer: this.layer, part: 'header', captured, expected: length })
    }
    const { layer, fields, offset, draft } = this
    draft.layers.push({ layer, summary, fields, offset, length: captured, checksum, within: draft.within })
  }
}

/**
 * What follows the last header. `length` is its size on the wire, which a header gave or the frame's length implies.
 */
export function closePayload(draft: Draft, of: LayerName, offset: number, length: number): void {
  const end = Math.max(offset, Math.min(draft.end, offset + length))
  draft.payload = { offset, end, length }
  if (end - offset < length)
    noteMissing(draft, { layer: of, part: 'payload', captured: end - offset, expected: length })
  if (end <= offset) return
  const raw = hex(draft.source.bytes.subarray(offset, end))
  draft.layers.push({
    layer: 'payload',
    summary: `${length} bytes`,
    fields: [{ name: 'data', path: `${draft.prefix}payload.data`, value: raw, raw, offset, length: end - offset }],
    offset,
    length: end - offset,
    checksum: null,
    within: draft.within,
  })
}

/** What a datagram carries is known: it is a layer of its own, and the payload of its packet all the same. */
export function closeService(draft: Draft, of: LayerName, offset: number, length: number): void {
  const end = Math.max(offset, Math.min(draft.end, offset + length))
  draft.payload = { offset, end, length }
  if (end - offset < length)
    noteMissing(draft, { layer: of, part: 'payload', captured: end - offset, expected: length })
}

const hexDigits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += hexDigits[byte]
  return text
}

export const hex16 = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`
export const hex8 = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`
