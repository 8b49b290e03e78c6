/** Neighbours that only a trial has asked for: they would stand in the tables as if somebody else had looked for them. */
import type { LiveNeighbour, LiveState } from '../../core/live/state.js'
import { runIn } from '../run.js'

const keyOf = (namespace: string, { dev, address }: LiveNeighbour): string => `${namespace} ${dev} ${address}`

/** What somebody has written stays. */
const isLearned = ({ state }: LiveNeighbour): boolean => state !== 'PERMANENT' && state !== 'NOARP'

export class Strangers {
  private readonly known: ReadonlySet<string>

  constructor({ namespaces }: LiveState) {
    this.known = new Set(namespaces.flatMap(({ name, neighbours }) => neighbours.map((each) => keyOf(name, each))))
  }

  /**
   * Forgets whoever was not known before.
   * @param senders who has sent anything: nobody else has learned of anybody
   * @returns the namespaces that have forgotten somebody
   */
  async forget({ namespaces }: LiveState, senders: ReadonlySet<string>): Promise<readonly string[]> {
    const forgetful = new Set<string>()
    for (const { name, neighbours } of namespaces.filter((each) => senders.has(each.name)))
      for (const each of neighbours)
        if (isLearned(each) && !this.known.has(keyOf(name, each))) {
          await runIn(name, 'ip', ['neigh', 'del', each.address, 'dev', each.dev])
          forgetful.add(name)
        }
    return [...forgetful]
  }
}
