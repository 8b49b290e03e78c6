/**
 * What changed between two sightings of a packet. `changedPaths` speaks of the JSON packet (a hop's `changed`);
 * `diffFields` speaks of every field the packet pane shows, checksums included.
 */
import type { Field, LayerName, Packet, PacketHeaders } from './packet.js'

export interface FieldChange {
  /** Path in the later packet, or in the earlier one for a field that is gone. */
  readonly path: string
  readonly layer: LayerName
  /** Display strings; null where the field was not there before, or is no longer there. */
  readonly before: string | null
  readonly after: string | null
}

/** The headers of the packet that travels, without the tunnels around it. */
function innermost(headers: PacketHeaders): { readonly headers: PacketHeaders; readonly depth: number } {
  let current = headers
  let depth = 0
  for (; current.inner; depth++) current = current.inner
  return { headers: current, depth }
}

type Flat = Map<string, string>

function flatten(headers: PacketHeaders, prefix: string, into: Flat): Flat {
  for (const [layer, fields] of Object.entries(headers)) {
    if (layer === 'inner' || fields === undefined) continue
    for (const [name, value] of Object.entries(fields as Record<string, unknown>)) {
      into.set(`${prefix}${layer}.${name}`, String(value))
    }
  }
  return into
}

/** Headers at `level` tunnels from the outside. */
function atLevel(headers: PacketHeaders, level: number): PacketHeaders {
  const { inner, ...own } = headers
  return level === 0 ? own : inner ? atLevel(inner, level - 1) : {}
}

/** Tunnels are lined up from the inside, so that entering one changes its own headers and not those of its passenger. */
function eachLevel(
  before: PacketHeaders,
  after: PacketHeaders,
): { readonly prefix: string; readonly before: PacketHeaders; readonly after: PacketHeaders }[] {
  const [a, b] = [innermost(before).depth, innermost(after).depth]
  const levels = []
  for (let fromInside = Math.max(a, b); fromInside >= 0; fromInside--) {
    const depth = b - fromInside >= 0 ? b - fromInside : a - fromInside
    levels.push({
      prefix: 'inner.'.repeat(depth),
      before: a >= fromInside ? atLevel(before, a - fromInside) : {},
      after: b >= fromInside ? atLevel(after, b - fromInside) : {},
    })
  }
  return levels
}

/**
 * Paths of the JSON packet that differ, e.g. `['eth.src', 'eth.dst', 'ip.ttl']`, in the order of the layers.
 * With `ignoreEthernet`, link-layer addresses are left out: between two captures a packet has none.
 */
export function changedPaths(before: PacketHeaders, after: PacketHeaders, ignoreEthernet = false): string[] {
  const changed: string[] = []
  for (const level of eachLevel(before, after)) {
    const a = flatten(level.before, level.prefix, new Map())
    const b = flatten(level.after, level.prefix, new Map())
    for (const path of new Set([...a.keys(), ...b.keys()])) {
      if (ignoreEthernet && path.startsWith(`${level.prefix}eth.`)) continue
      if (a.get(path) !== b.get(path)) changed.push(path)
    }
  }
  return changed
}

interface PlacedField {
  readonly field: Field
  readonly layer: LayerName
}

/** Number of tunnels in a path. */
const tunnels = (path: string): number => /^(inner\.)*/.exec(path)?.[0].split('inner.').length ?? 1

/** Keyed from the innermost frame outward, as in `eachLevel`. */
function index(packet: Packet): Map<string, PlacedField> {
  const depth = innermost(packet.headers).depth
  const map = new Map<string, PlacedField>()
  for (const { layer, fields } of packet.layers) {
    for (const field of fields) {
      const level = depth - (tunnels(field.path) - 1)
      map.set(`${level}:${field.path.replace(/^(inner\.)*/, '')}`, { field, layer })
    }
  }
  return map
}

/** Every shown field that differs, in the order of the later packet; fields that are gone come last. */
export function diffFields(before: Packet, after: Packet): FieldChange[] {
  const a = index(before)
  const b = index(after)
  const changes: FieldChange[] = []
  for (const [key, { field, layer }] of b) {
    const old = a.get(key)?.field ?? null
    if (old?.value !== field.value)
      changes.push({ path: field.path, layer, before: old?.value ?? null, after: field.value })
  }
  for (const [key, { field, layer }] of a) {
    if (!b.has(key)) changes.push({ path: field.path, layer, before: field.value, after: null })
  }
  return changes
}
