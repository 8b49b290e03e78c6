/** Which faults of all that are possible: in the order of the seed, spread over kinds and places. */
import type { Injection } from './fault.js'
import { hashOf, randomFrom, shuffled } from './random.js'

/** So many choices are tried in the kernel before it is said that none is proved. */
export const mostChoices = 12

/** Two faults of one kind, or in one namespace, hide each other: a learner would repair one and see no change. */
const areApart = (one: Injection, other: Injection): boolean =>
  one.fault !== other.fault && one.namespace !== other.namespace

/** Kinds in turn first, so that a kind with many places is not chosen more often than one with few. */
function inTurn(all: readonly Injection[], random: () => number): readonly Injection[] {
  const kinds = new Map<string, Injection[]>()
  for (const each of all) kinds.set(each.fault, [...(kinds.get(each.fault) ?? []), each])
  return shuffled([...kinds.values()], random).map((places) => shuffled(places, random)[0] as Injection)
}

/** At most `mostChoices` lists of so many faults; shorter lists where a lab has no room for as many apart. */
export function* pickFaults(all: readonly Injection[], count: number, seed: number): Generator<readonly Injection[]> {
  const random = randomFrom(hashOf(`faults ${seed}`))
  for (let choice = 0; choice < mostChoices; choice++) {
    const picked: Injection[] = []
    for (const each of inTurn(all, random)) {
      if (picked.length < count && picked.every((other) => areApart(each, other))) picked.push(each)
    }
    if (picked.length < count) {
      // A small lab: at least of different kinds.
      for (const each of inTurn(all, random))
        if (picked.length < count && picked.every(({ fault }) => fault !== each.fault)) picked.push(each)
    }
    if (picked.length < count) return
    yield picked
  }
}
