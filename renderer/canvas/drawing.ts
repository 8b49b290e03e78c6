/**
 * The scene with a place for everything: what the graph, the overlay, the export and the trace film all draw from.
 * Lengths are canvas units, one CSS pixel at 100% zoom; x grows right, y grows down. Everything inside a box is relative
 * to the box's top left corner, so that moving a box changes nothing but that corner.
 */
import type { InterfaceState, Presence, SceneCable, SceneNamespace } from './scene.js'

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Rect extends Point {
  readonly width: number
  readonly height: number
}

export type Side = 'top' | 'right' | 'bottom' | 'left'
/** Which network layer a part belongs to; null: neither, it stays when a layer is filtered out. */
export type Layer = 2 | 3 | null

/** ns 13.5/600 mono, nm 12.5/600 mono, ad 12/500 mono in the layer 3 hue, cp 11.5, cpm 11.5 mono, band 11/600, nat 11.5/600 mono. */
export type TextStyle = 'ns' | 'nm' | 'ad' | 'cp' | 'cpm' | 'band' | 'nat'

export interface Mark extends Point {
  /** Unique in its box and bound to the content: a changed value is a new mark. */
  readonly key: string
  readonly text: string
  readonly style: TextStyle
  readonly anchor: 'start' | 'middle' | 'end'
  readonly layer: Layer
  readonly tone: 'text' | 'text2' | 'text3' | 'l2' | 'l3' | 'nat'
  readonly presence: Presence
  /** The whole text, where `text` is shortened. */
  readonly title: string | null
}

export interface Port extends Point {
  readonly id: string
  readonly name: string
  readonly side: Side
  readonly state: InterfaceState
  readonly presence: Presence
  /** Id of the bar it hangs on, for a bridge port. */
  readonly bar: string | null
  /** Side of the square: 14, less where hundreds of ports share a bar. */
  readonly size: number
  readonly tunnel: boolean
  /** What lies behind the square: decides the colour of its casing. */
  readonly ground: 'border' | 'l2'
}

export interface Bar extends Rect {
  readonly id: string
  readonly name: string
  readonly presence: Presence
  readonly state: InterfaceState
  /** Where the stem meets its upper edge. */
  readonly stemX: number
}

/** The bridge's own interface: one half in each layer. */
export interface Split extends Point {
  readonly id: string
  readonly presence: Presence
  /** Without an address the host does not take part in the network; the upper half is hollow then. */
  readonly addressed: boolean
}

export interface Nat extends Point {
  readonly id: string
  readonly interface: string | null
  readonly presence: Presence
}

/** A layer 3 path inside a box; `from` and `to` name what it joins: an interface id, `router`, or a NAT id. */
export interface InnerPath {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly points: readonly Point[]
}

export interface Band extends Rect {
  readonly layer: 2 | 3
}

export interface Box extends Rect {
  readonly id: string
  readonly role: SceneNamespace['role']
  readonly presence: Presence
  readonly banded: boolean
  readonly bands: readonly Band[]
  readonly marks: readonly Mark[]
  /** Lines between parts, each from x to x + width. */
  readonly rules: readonly { readonly x: number; readonly y: number; readonly width: number }[]
  readonly ports: readonly Port[]
  readonly bars: readonly Bar[]
  readonly splits: readonly Split[]
  readonly router: (Point & { readonly on: boolean }) | null
  readonly nats: readonly Nat[]
  readonly paths: readonly InnerPath[]
  /** Top left of the shield that marks a packet filter. */
  readonly shield: Point | null
  /** Where cables pass its border; the border is open there. */
  readonly gaps: readonly (Point & { readonly side: Side })[]
}

export interface Cable {
  readonly id: string
  readonly kind: SceneCable['kind']
  readonly ends: readonly [string, string]
  readonly presence: Presence
  readonly carries: boolean
  /** Absolute, from the first end to the second. */
  readonly points: readonly Point[]
  readonly labels: readonly Mark[]
}

export interface Drawing {
  readonly boxes: readonly Box[]
  readonly cables: readonly Cable[]
}

/** Everything is placed on this grid. */
export const grid = 4
export const snap = (value: number): number => Math.round(value / grid) * grid
export const snapUp = (value: number): number => Math.ceil(value / grid) * grid

export const cornerRadius = 16
