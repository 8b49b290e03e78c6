import type { Language } from '../i18n/catalogue.js'

/** What can be pointed at on the canvas. `id` of an interface is `namespace:name`, of a cable `end~end`. */
export type Target =
  | { readonly kind: 'namespace'; readonly id: string }
  | { readonly kind: 'interface'; readonly id: string }
  | { readonly kind: 'cable'; readonly id: string }
  /** Translation of addresses by way of an interface, whose id it has. */
  | { readonly kind: 'nat'; readonly id: string }
  /** Words on the canvas; `id` is the place in the file's list, from 0. */
  | { readonly kind: 'note'; readonly id: string }

export type Mode = 'live' | 'edit' | 'replay'
export type LayerFilter = 'all' | 'layer2' | 'layer3'

/** Namespaces and interfaces that a failed packet did not reach, and where it died. */
export interface Reach {
  /** Ids of namespaces, interfaces and cables whose hue is drained. */
  readonly drained: ReadonlySet<string>
  /** They are only dimmed: nothing is said of why. */
  readonly quiet?: boolean
  /** Namespaces in which something failed: red outline. The reason replaces the routes in the footer row. */
  readonly failed: ReadonlyMap<string, string>
}

export const everythingReached: Reach = { drained: new Set(), failed: new Map() }

export interface CanvasContext {
  readonly language: Language
  readonly mode: Mode
}

export const sameTarget = (a: Target | null, b: Target | null): boolean => a?.kind === b?.kind && a?.id === b?.id
