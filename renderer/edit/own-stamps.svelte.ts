/** Ready-made parts of one's own: what was selected, kept as a lab file in the user's folder. */
import { parseLabText } from '../../electron/core/lab/parse.js'
import { createLabText } from '../../electron/core/lab/print.js'
import type { OwnStamp } from '../../electron/core/rpc-shell.js'
import { attempt, type Rpc } from '../connection/rpc.js'
import { t } from '../i18n/text.svelte.js'
import { say, tell } from '../state/tell.js'

/** As a lab is called. */
export const stampName = /^[a-z0-9-]{1,40}$/

export class OwnStamps {
  list = $state.raw<readonly OwnStamp[]>([])
  /** The field for the name of a new one wants the keys; it takes this once. */
  naming = $state(false)

  constructor(private readonly rpc: Rpc) {}

  async load(): Promise<void> {
    const answer = await attempt(this.rpc.request('stamp/list', {}))
    if ('stamps' in answer) this.list = answer.stamps
  }

  /** @param text a lab file */
  async save(name: string, text: string): Promise<void> {
    const { labFile } = parseLabText(text, '')
    if (!labFile) return
    const saved = await attempt(this.rpc.request('stamp/save', { name, text: createLabText({ ...labFile, name }) }))
    if (!saved.ok) return tell(saved.failure)
    say(t('stamp.saved', { name }), 'stamp')
    await this.load()
  }

  async remove(name: string): Promise<void> {
    const removed = await attempt(this.rpc.request('stamp/remove', { name }))
    if (!removed.ok) return tell(removed.failure)
    await this.load()
  }
}
