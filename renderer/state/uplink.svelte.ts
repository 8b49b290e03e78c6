/** The uplink of the sandbox: off until somebody plugs it in and has read what that means. */
import type { PluggedUplink } from '../../electron/core/rpc-shell.js'
import { attempt } from '../connection/rpc.js'
import type { Rpc } from '../connection/rpc.js'
import { t } from '../i18n/text.svelte.js'
import type { Dialogs } from './dialogs.svelte.js'
import type { LabDocument } from './lab-document.svelte.js'
import type { Session } from './session.svelte.js'
import { say, tell } from './tell.js'

export class Uplink {
  plugged = $state.raw<PluggedUplink | null>(null)
  busy = $state(false)

  /** The real host has an uplink of its own. */
  readonly available = $derived.by(() => this.session.ready && this.session.capabilities?.mode === 'sandbox')
  /** The lab asks for it. */
  readonly asked = $derived.by(() => this.document.lab?.uplink === true)

  constructor(
    private readonly rpc: Rpc,
    private readonly document: LabDocument,
    private readonly dialogs: Dialogs,
    private readonly session: Session,
  ) {
    rpc.on('uplink/changed', ({ uplink, ended }) => {
      this.plugged = uplink
      if (ended !== null) tell(ended)
    })
  }

  /** Asks first, every time. A lab that had no uplink has one from then on, as an edit that can be undone. */
  async plug(): Promise<void> {
    if (!this.available || this.busy || this.plugged) return
    if ((await this.dialogs.ask('uplink', {})) === 'cancel') return
    this.busy = true
    const answer = await attempt(this.rpc.request('uplink/plug', {}))
    this.busy = false
    if (!answer.ok) return tell(answer.failure)
    this.plugged = answer.uplink
    if (!this.asked) this.document.change([{ op: 'lab-set', keys: { uplink: 'on' } }])
    const { address, pingRefusedBy, gateway } = answer.uplink
    say(t('uplink.pluggedIn', { address }))
    if (pingRefusedBy !== null) say(t('uplink.noPing', { gateway, range: pingRefusedBy }))
  }

  async unplug(): Promise<void> {
    if (this.busy || !this.plugged) return
    this.busy = true
    const answer = await attempt(this.rpc.request('uplink/unplug', {}))
    this.busy = false
    if (!answer.ok) return tell(answer.failure)
    this.plugged = null
    say(t('uplink.unplugged'))
  }
}
