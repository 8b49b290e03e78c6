import type { CommandRecord } from '../../electron/core/rpc.js'
import type { Rpc } from '../connection/rpc.js'
import { keepInTab, keptInTab } from './kept-in-tab.js'

/** Rows kept; a lab of 500 nodes is built with about 4000 commands. */
const kept = 10_000

const keptKey = 'vethlab.commands'

/** Which commands are those of the lab that is open. */
interface Begun {
  /** Id of the document. */
  readonly lab: string
  /** Sequence number of the last command before it; 0: there was none. */
  readonly after: number
}

/** Every command that was carried out for the lab that is open, oldest first. */
export class Commands {
  private all = $state.raw<readonly CommandRecord[]>([])
  /** Sequence numbers of those that nobody may read now: after the first, up to the second. */
  hidden = $state.raw<readonly [number, number] | null>(null)
  private begun = $state.raw<Begun>({ lab: '', after: 0 })
  readonly records: readonly CommandRecord[] = $derived.by(() => {
    const { all, hidden } = this
    const { after } = this.begun
    return all.filter(
      ({ sequence }) => sequence > after && (hidden === null || sequence <= hidden[0] || sequence > hidden[1]),
    )
  })

  constructor(rpc: Rpc) {
    rpc.on('command/ran', ({ commands }) => this.add(commands))
  }

  /** Sequence number of the latest; 0 before the first. */
  get last(): number {
    return this.all.at(-1)?.sequence ?? 0
  }

  replace(records: readonly CommandRecord[]): void {
    this.all = records
    // A new sandbox counts from 1 again.
    if (this.begun.after > this.last) this.begin({ ...this.begun, after: 0 })
  }

  /**
   * A lab was opened: what was carried out before was for another one, unless its network stands already.
   * @param lab id of the document, by which a reload finds it again
   */
  opened(lab: string, stands: boolean): void {
    const kept = keptInTab<Begun>(keptKey)
    if (kept?.lab === lab) this.begun = kept
    else if (stands) this.begin({ ...this.begun, lab })
    else this.leaveFormer(lab)
  }

  /** What was carried out until now was for another lab than the one that is open. */
  leaveFormer(lab: string): void {
    this.begin({ lab, after: this.last })
  }

  private begin(begun: Begun): void {
    this.begun = begun
    keepInTab(keptKey, begun)
  }

  private add(records: readonly CommandRecord[]): void {
    const { last } = this
    const fresh = records.filter(({ sequence }) => sequence > last)
    if (fresh.length > 0) this.all = [...this.all, ...fresh].slice(-kept)
  }
}
