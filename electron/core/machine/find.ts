/** A namespace of the machine, by what a person calls it. */
import { didYouMean } from '../lab/nearest.js'
import { hostNamespace } from '../lab/lab.js'
import { said, type Said } from '../words/said.js'
import type { MachineName } from './view.js'

export interface Known {
  /** As traces and twins call it. */
  readonly key: string
  readonly id: string
  readonly default: boolean
  readonly names: readonly MachineName[]
}

/** Names for the one in which whoever asks stands. */
export const isHostName = (name: string): boolean => name === hostNamespace || name === 'default'

/** The one that is called so: by its key, its id, or any name of it; `host` is that of whoever asks. */
export function findByName(name: string, all: readonly Known[]): Known | { readonly wrong: Said } {
  const exact = all.find(({ key, id }) => key === name || id === name)
  if (exact) return exact
  if (isHostName(name)) {
    const own = all.find((each) => each.default)
    if (own) return own
  }
  const named = all.filter(({ names }) => names.some((each) => each.name === name))
  const [first, second] = named
  if (first && !second) return first
  if (first) {
    const list = named.map(({ key }) => key).join(', ')
    return { wrong: said`"${name}" is the name of ${named.length} namespaces: ${list}. Name one of these.` }
  }
  const meant = didYouMean(name, new Set(all.flatMap(({ key, names }) => [key, ...names.map((each) => each.name)])))
  return { wrong: said`No network namespace that could be read is called "${name}". ${meant ?? lookFirst}` }
}

const lookFirst = said`The command look lists their names.`
