/** What the canvas is given and what it tells. */
import type { Snippet } from 'svelte'
import type { Lab } from '../../electron/core/lab/lab.js'
import type { LiveState } from '../../electron/core/live/state.js'
import type { Language } from '../i18n/catalogue.js'
import type { Point } from './drawing.js'
import type { Geometry } from './geometry.js'
import type { Places } from './layout.js'
import type { LayerFilter, Mode, Reach, Target } from './selection.js'

export interface CanvasProps {
  /** Changes with every lab that is opened, whatever it is called: it is shown whole then. */
  opened?: string
  /** What is wanted; null where no lab is open. */
  lab: Lab | null
  /** What the kernel has; null where nothing runs. */
  live: LiveState | null
  /** The lab as last deployed: tells what is leaving from what was made in a terminal. */
  standing?: Lab | null
  /** The lab is drawn as it is written: what the kernel has otherwise is to be found out. */
  veiled?: boolean
  language: Language
  mode?: Mode
  layer?: LayerFilter
  selected?: readonly Target[]
  /** What a failed packet did not reach, and where it failed. */
  reach?: Reach
  /** `host` is this machine's own default namespace, not a sandbox. */
  realHost?: boolean
  /** Of namespaces by name: a few words that stand beside it, or below it. */
  captions?: ReadonlyMap<string, string>
  /** @param more beside what is selected already */
  onselect?: (target: Target | null, more: boolean) => void
  /** All that a frame was drawn around. */
  onmarquee?: (targets: readonly Target[], more: boolean) => void
  onopen?: (target: Target) => void
  /** Places in lab coordinates, as they belong in the lab's `layout`. */
  onmove?: (places: Places) => void
  /** Secondary click; `at` in CSS pixels from the canvas's top left corner. */
  oncontext?: (target: Target | null, at: Point) => void
  /** A cable was drawn from an object to another one, or to nothing (`over` null). `rendered` in CSS pixels of the canvas. */
  onplug?: (from: Target, over: Target | null, at: Point, rendered: Point) => void
  /** The end of a cable, `namespace:name`, was drawn to an object, or to nothing. */
  onreplug?: (end: string, over: Target | null) => void
  /** A cable begins at the next port of a box; it ends with the next choice. */
  onbegin?: (from: Target) => void
  /** Where a cable was begun so; null: none is. */
  begun?: Target | null
  /** What a cable in the air would be plugged into (`over` null: nothing); `from` null: none is in the air, `end` the end of it that was plugged in. */
  onaim?: (from: Target | null, over: Target | null, end: string | null) => void
  /** Said beside the pointer while a cable is in the air. */
  hint?: string | null
  /** Without, nothing can be edited here. */
  onmode?: (mode: 'live' | 'edit') => void
  onlayer?: (layer: LayerFilter) => void
  /** Whether traffic is shown while it passes; null: it cannot be. */
  traffic?: { readonly on: boolean; readonly note: string | null } | null
  ontraffic?: () => void
  onnew?: () => void
  onopenlab?: () => void
  /** SVG drawn above the graph, in canvas units. */
  above?: Snippet<[Geometry]>
  /** HTML above everything at 100% size: callouts. Places come from `toScreen` of the viewport. */
  callouts?: Snippet<[Geometry, (point: Point) => Point]>
}
