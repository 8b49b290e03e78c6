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
  /** Of `names`, those of `ip netns` in the /run of whoever asks. */
  readonly own: readonly string[]
}

/** Names for the one in which whoever asks stands. */
export const isHostName = (name: string): boolean => name === hostNamespace || name === 'default'

/**
 * The one that is called so: by its id, any name of it, or its key; `host` is that of whoever asks. A name that several have
 * is nobody's: their ids tell them apart. Only what somebody else's /run has under a name gives way to any other of it.
 */
export function findByName(name: string, all: readonly Known[]): Known | { readonly wrong: Said } {
  const exact = all.find(({ id }) => id === name) ?? (isHostName(name) ? all.find((each) => each.default) : undefined)
  if (exact) return exact
  const named = all.filter(({ names }) => names.some((each) => each.name === name))
  const near = named.filter((each) => !isFar(name, each))
  const [first, second] = near.length > 0 ? near : named
  if (first && !second) return first
  if (first) {
    const list = named.map(({ id }) => id).join(', ')
    return { wrong: said`"${name}" is the name of ${named.length} namespaces: ${list}. Name one of these.` }
  }
  const keyed = all.find(({ key }) => key === name)
  if (keyed) return keyed
  const meant = didYouMean(name, new Set(all.flatMap(({ key, names }) => [key, ...names.map((each) => each.name)])))
  return { wrong: said`No network namespace that could be read is called "${name}". ${meant ?? lookFirst}` }
}

const isFar = (name: string, { names, own }: Known): boolean =>
  !own.includes(name) && names.every((each) => each.name !== name || each.kind === 'netns')

const lookFirst = said`The command look lists their names.`
