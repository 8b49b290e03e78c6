/** What each key means, mode by mode. */
import type { Action } from './actions.js'

export interface Meaning {
  readonly action: Action
  /** Undefined: in every mode. */
  readonly when: Action['when']
  readonly everywhere: boolean
}

/** By keys as tinykeys writes them. Throws where two actions want one key in one mode: nobody could tell which comes. */
export function meaningsOf(actions: readonly Action[]): ReadonlyMap<string, readonly Meaning[]> {
  const table = new Map<string, readonly Meaning[]>()
  for (const action of actions) {
    const { chord, keys = [], when, everywhere = false } = action
    for (const each of [keys].flat()) add(table, each, { action, when, everywhere })
    if (chord !== undefined) add(table, chord, { action, when: undefined, everywhere: true })
  }
  return table
}

function add(table: Map<string, readonly Meaning[]>, keys: string, meaning: Meaning): void {
  const there = table.get(keys) ?? []
  const rival = there.find(({ when }) => when === undefined || meaning.when === undefined || when === meaning.when)
  if (rival) throw new Error(`${keys} means ${rival.action.id} and ${meaning.action.id}`)
  table.set(keys, [...there, meaning])
}
