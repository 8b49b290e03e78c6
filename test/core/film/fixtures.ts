/** Traces as `trace/run` answered them for the starter labs, and the canvas those labs are drawn on. */
import { readFileSync } from 'node:fs'
import type { Trace, TraceHop } from '../../../electron/core/diagnosis/trace.js'
import type { Lab } from '../../../electron/core/lab/lab.js'
import type { LiveState } from '../../../electron/core/live/state.js'
import { buildScene } from '../../../renderer/canvas/build-scene.js'
import { canvasWords } from '../../../renderer/canvas/canvas-words.js'
import { geometryOf, type Geometry } from '../../../renderer/canvas/geometry.js'
import { layOut } from '../../../renderer/canvas/layout.js'
import { buildFilm, type Film } from '../../../renderer/trace/film.js'
import { deployed } from '../canvas/fixtures/live.js'
import { trace as stitched } from '../packet/fixtures.js'

export type Recorded =
  | 'nat'
  | 'nat-again'
  | 'nat-no-route'
  | 'nat-missing'
  | 'nat-forwarding-off'
  | 'router'
  | 'router-broken'
  | 'bridge'
  | 'bridge-broken'

export const recorded = (name: Recorded): Trace =>
  JSON.parse(readFileSync(new URL(`../../fixtures/traces/${name}.json`, import.meta.url), 'utf8')) as Trace

/** The film of recorded frames that no trace was made of. */
export const filmOf = (scenario: string): Film => buildFilm(stitched(scenario) as TraceHop[])

export function canvasOf(lab: Lab): { readonly geometry: Geometry; readonly live: LiveState } {
  const live = deployed(lab)
  return { live, geometry: geometryOf(layOut(buildScene({ lab, live, standing: lab }), { words: canvasWords('en') })) }
}

/** Number of the first hop that fits. */
export function find(film: Film, leg: string, event: string, place: string): number {
  const [namespace, name] = place.split(':')
  const found = film.hops.find(
    ({ hop }) =>
      hop.leg === leg &&
      hop.event === event &&
      hop.namespace === namespace &&
      (name === undefined || hop.interface === name),
  )
  if (!found) throw new Error(`no hop ${leg} ${event} ${place}`)
  return found.hop.n
}
