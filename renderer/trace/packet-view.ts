/** A hop's packet for reading: every field of every layer, what it was before, and which bytes of the frame say so. */
import { capturedFrames } from '../../electron/core/diagnosis/trace.js'
import type { Trace, TraceHop } from '../../electron/core/diagnosis/trace.js'
import { decodeFrame, optionsOf } from '../../electron/core/packet/decode.js'
import { isTunnelLayer } from '../../electron/core/packet/packet.js'
import type { FieldName } from '../../electron/core/packet/fields.js'
import type { Field, Layer, LayerName, Packet, PacketHeaders } from '../../electron/core/packet/packet.js'
import type { Film } from './film.js'

export type Hue = 'l2' | 'l3' | 'nat'

export interface FieldView {
  readonly path: string
  readonly name: FieldName
  readonly layer: LayerName
  readonly value: string
  /** Value at the hop it is compared with, where that differs. */
  readonly was: string | null
  readonly hue: Hue | null
  /** Says little unless it changed. */
  readonly minor: boolean
}

export interface LayerView {
  readonly key: string
  readonly layer: LayerName
  readonly within: Layer['within']
  /** Bytes of its header. */
  readonly header: number
  readonly checksum: Layer['checksum']
  readonly fields: readonly FieldView[]
}

export interface Tint {
  readonly from: number
  readonly to: number
  readonly hue: Hue
}

export interface PacketView {
  readonly layers: readonly LayerView[]
  /** Captured bytes; null for a hop that was worked out, and for one where nothing was sent. */
  readonly bytes: Uint8Array | null
  readonly tints: readonly Tint[]
  /** Bytes on the wire. */
  readonly size: number | null
  /** Bytes of the innermost payload on the wire. */
  readonly payload: number | null
  readonly comparedWith: TraceHop | null
  readonly changed: number
}

const empty: PacketView = {
  layers: [],
  bytes: null,
  tints: [],
  size: null,
  payload: null,
  comparedWith: null,
  changed: 0,
}

const minorFields: ReadonlySet<FieldName> = new Set<FieldName>([
  'version',
  'header-length',
  'dscp',
  'ecn',
  'hardware-type',
  'hardware-length',
  'protocol-type',
  'protocol-length',
  'reserved',
  'traffic-class',
  'flow-label',
  'urgent-pointer',
  'option',
])

export function viewPacket(trace: Trace, film: Film, n: number): PacketView {
  const each = film.byNumber.get(n)
  if (!each || each.hop.packet === null) return empty
  const { hop } = each
  if (!hop.observed || hop.frame === null) return workedOut(trace, film, n)
  const frame = trace.frames[hop.frame]
  if (!frame) return empty
  const packet = decode(trace, hop.frame, hop.packet)
  const earlier = film.byNumber.get(hop.comparedWith ?? -1)?.hop ?? null
  const before =
    earlier?.frame === null || earlier?.frame === undefined ? null : decode(trace, earlier.frame, earlier.packet)
  const layers = compare(packet, before)
  const tints = packet.layers.flatMap(({ fields }) =>
    fields.flatMap(({ path, offset, length }): Tint[] => {
      const hue = layers.flatMap((layer) => layer.fields).find((field) => field.path === path)?.hue
      return hue ? [{ from: offset, to: offset + length, hue }] : []
    }),
  )
  return {
    layers,
    bytes: capturedFrames({ ...trace, frames: [frame] })[0]?.bytes ?? null,
    tints,
    size: frame.originalLength,
    payload: innermost(packet).payload?.length ?? null,
    comparedWith: before ? earlier : null,
    changed: countChanged(layers),
  }
}

function decode(trace: Trace, index: number, headers: PacketHeaders | null): Packet {
  const frame = trace.frames[index]
  const [captured] = frame ? capturedFrames({ ...trace, frames: [frame] }) : []
  const originalLength = captured?.originalLength ?? 0
  return decodeFrame(captured?.bytes ?? new Uint8Array(), { originalLength, ...(headers ? optionsOf(headers) : {}) })
}

const innermost = (packet: Packet): Packet => (packet.inner ? innermost(packet.inner) : packet)

/** Between two captures a packet has no Ethernet header and its checksums are not yet written; the rest follows from both. */
function workedOut(trace: Trace, film: Film, n: number): PacketView {
  const each = film.byNumber.get(n)
  const cause = film.byNumber.get(each?.hop.comparedWith ?? -1)?.hop
  if (!each || !cause || cause.frame === null) return empty
  const packet = decode(trace, cause.frame, cause.packet)
  const before = film.byNumber.get(each.from ?? -1)?.hop ?? cause
  const layers = packet.layers.flatMap((layer): LayerView[] => {
    if (layer.layer === 'ethernet' || layer.layer === 'payload') return []
    const fields = layer.fields.flatMap((field): FieldView[] => {
      if (field.name === 'checksum') return []
      const [was, value] = [valueIn(before.packet, cause, field), valueIn(each.hop.packet, cause, field)]
      return [fieldView(field, layer.layer, value, was)]
    })
    return [layerView(layer, fields)]
  })
  return {
    ...empty,
    layers,
    payload: innermost(packet).payload?.length ?? null,
    comparedWith: before,
    changed: countChanged(layers),
  }
}

/** The field's value in other headers of the same packet. */
function valueIn(headers: PacketHeaders | null, cause: TraceHop, field: Field): string {
  const [now, captured] = [at(headers, field.path), at(cause.packet, field.path)]
  return now === undefined || String(now) === String(captured) ? field.value : String(now)
}

function at(headers: PacketHeaders | null, path: string): unknown {
  let value: unknown = headers
  for (const key of path.split('.')) value = (value as Record<string, unknown> | null | undefined)?.[key]
  return value
}

function compare(packet: Packet, before: Packet | null): LayerView[] {
  const old = before ? index(before) : null
  const depth = depthOf(packet)
  return packet.layers.flatMap((layer): LayerView[] => {
    if (layer.layer === 'payload') return []
    const fields = layer.fields.map((field) => {
      const was = old?.get(levelPath(field.path, depth))
      return fieldView(field, layer.layer, field.value, old === null || was === undefined ? null : was)
    })
    return [layerView(layer, fields)]
  })
}

const depthOf = (packet: Packet): number => (packet.inner ? 1 + depthOf(packet.inner) : 0)

/** Paths counted from the innermost frame outward, so that entering a tunnel changes nothing in the passenger. */
function levelPath(path: string, depth: number): string {
  const inner = /^(inner\.)*/.exec(path)?.[0] ?? ''
  return `${depth - inner.length / 'inner.'.length}:${path.slice(inner.length)}`
}

function index(packet: Packet): Map<string, string> {
  const depth = depthOf(packet)
  return new Map(
    packet.layers.flatMap(({ fields }) => fields.map(({ path, value }) => [levelPath(path, depth), value] as const)),
  )
}

function fieldView(field: Field, layer: LayerName, value: string, was: string | null): FieldView {
  const changed = was !== null && was !== value
  const minor = minorFields.has(field.name) || (field.name === 'fragment-offset' && field.raw === 0)
  return {
    path: field.path,
    name: field.name,
    layer,
    value,
    was: changed ? was : null,
    hue: changed ? hueOf(layer, field) : null,
    minor: minor && !changed,
  }
}

/** An address or a port that differs was rewritten; what else differs, routing did. */
function hueOf(layer: LayerName, { name }: Field): Hue {
  if (layer === 'ethernet' || layer === 'arp' || isTunnelLayer(layer)) return 'l2'
  return name === 'source' || name === 'destination' || name === 'identifier' ? 'nat' : 'l3'
}

const layerView = (layer: Layer, fields: readonly FieldView[]): LayerView => ({
  key: `${layer.within} ${layer.layer} ${layer.offset}`,
  layer: layer.layer,
  within: layer.within,
  header: layer.length,
  checksum: layer.checksum,
  fields,
})

const countChanged = (layers: readonly LayerView[]): number =>
  layers.reduce((sum, { fields }) => sum + fields.filter(({ hue }) => hue !== null).length, 0)

export interface HexRun {
  readonly text: string
  readonly hue: Hue | null
}

export interface HexRow {
  /** Four hexadecimal digits. */
  readonly offset: string
  readonly runs: readonly HexRun[]
}

/** Rows of a hex dump; bytes of one hue that stand side by side are one run. */
export function hexRows(bytes: Uint8Array, tints: readonly Tint[], bytesPerRow: 8 | 16 = 16): HexRow[] {
  const hues = new Map<number, Hue>()
  for (const { from, to, hue } of tints) for (let byte = from; byte < to; byte++) hues.set(byte, hue)
  const rows: HexRow[] = []
  for (let start = 0; start < bytes.length; start += bytesPerRow) {
    const runs: { text: string; hue: Hue | null }[] = []
    for (let byte = start; byte < Math.min(start + bytesPerRow, bytes.length); byte++) {
      const hue = hues.get(byte) ?? null
      const last = runs.at(-1)
      const space = byte === start ? '' : byte - start === 8 ? '  ' : ' '
      const text = (bytes[byte] ?? 0).toString(16).padStart(2, '0')
      if (last && last.hue === hue) last.text += space + text
      else {
        // Air between runs belongs to none of them.
        if (space) runs.push({ text: space, hue: null })
        runs.push({ text, hue })
      }
    }
    rows.push({ offset: start.toString(16).padStart(4, '0'), runs })
  }
  return rows
}
