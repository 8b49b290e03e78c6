/** Equal for two states between which no packet would have gone another way: what packets themselves leave is no part of it. */
import { buildScene } from '../canvas/build-scene.js'
import type { LiveState } from '../../electron/core/live/state.js'

export const networkKey = (live: LiveState | null): string => JSON.stringify(buildScene({ lab: null, live }))
