import type { CommandRecord } from '../../electron/core/rpc.js'
import type { Rpc } from '../connection/rpc.js'

/** Rows kept; a lab of 500 nodes is built with about 4000 commands. */
const kept = 10_000

/** Every command that was carried out in this session, oldest first. */
export class Commands {
  records = $state.raw<readonly CommandRecord[]>([])

  constructor(rpc: Rpc) {
    rpc.on('command/ran', ({ commands }) => this.add(commands))
  }

  replace(records: readonly CommandRecord[]): void {
    this.records = records
  }

  private add(records: readonly CommandRecord[]): void {
    const last = this.records.at(-1)?.sequence ?? 0
    const fresh = records.filter(({ sequence }) => sequence > last)
    if (fresh.length > 0) this.records = [...this.records, ...fresh].slice(-kept)
  }
}
