/** Whose traces the panes around a picture show: the lab's, or those of this machine. */
import { getContext, setContext } from 'svelte'
import type { LiveState } from '../../electron/core/live/state.js'
import type { Traces } from './traces.svelte.js'

export interface Traced {
  readonly traces: Traces
  /** The network that they are of. */
  readonly live: { readonly state: LiveState | null }
}

const key = Symbol('traced')
export const provideTraced = (traced: Traced): Traced => setContext(key, traced)
export const useTraced = (): Traced => getContext<Traced>(key)
