import type { CommandRecord } from '../../electron/core/rpc.js'
import type { Rpc } from '../connection/rpc.js'

/** Rows kept; a lab of 500 nodes is built with about 4000 commands. */
const kept = 10_000

/** Every command that was carried out in this session, oldest first. */
export class Commands {
  private all = $state.raw<readonly CommandRecord[]>([])
  /** Sequence numbers of those that nobody may read now: after the first, up to the second. */
  hidden = $state.raw<readonly [number, number] | null>(null)
  readonly records: readonly CommandRecord[] = $derived.by(() => {
    const { all, hidden } = this
    return hidden === null ? all : all.filter(({ sequence }) => sequence <= hidden[0] || sequence > hidden[1])
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
  }

  private add(records: readonly CommandRecord[]): void {
    const { last } = this
    const fresh = records.filter(({ sequence }) => sequence > last)
    if (fresh.length > 0) this.all = [...this.all, ...fresh].slice(-kept)
  }
}
