/** The kernel's state as the window has it: one immutable value, replaced at most once per frame. */
import { applyChanges } from '../../electron/core/live/apply.js'
import type { LiveChange, LiveNamespace, LiveState } from '../../electron/core/live/state.js'
import { hostNamespace } from '../../electron/core/lab/lab.js'
import type { Rpc } from '../connection/rpc.js'
import { wiringOf } from './wiring.js'

/** A hidden window draws no frames but must not let changes pile up (ms). */
const hiddenDelayMs = 100

export class Live {
  state = $state.raw<LiveState | null>(null)
  private pending: LiveChange[] = []
  /** Revision after `pending`. */
  private revision = 0
  private scheduled = false

  readonly byName = $derived(new Map((this.state?.namespaces ?? []).map((each) => [each.name, each])))

  /** Differs where the network does; empty before its state is known. */
  readonly wiring = $derived(this.state ? wiringOf(this.state) : '')

  /** @param ownOnHost whether a lab of ours is there, where the rest is somebody else's; null in a sandbox */
  constructor(
    private readonly rpc: Rpc,
    private readonly ownOnHost: () => boolean | null,
  ) {
    rpc.on('live/changed', ({ revision, changes }) => this.changed(revision, changes))
  }

  replace(state: LiveState): void {
    this.pending = []
    this.revision = state.revision
    this.state = state
  }

  clear(): void {
    this.pending = []
    this.state = null
  }

  namespace(name: string): LiveNamespace | undefined {
    return this.byName.get(name)
  }

  /** Whether there is anything that Stop would remove. */
  readonly hasContent = $derived.by(() => {
    const own = this.ownOnHost()
    if (own !== null) return own
    const all = this.state?.namespaces ?? []
    if (all.some(({ name }) => name !== hostNamespace)) return true
    const host = this.byName.get(hostNamespace)
    return host !== undefined && host.links.some(({ kind }) => kind !== 'loopback' && kind !== 'tun')
  })

  private changed(revision: number, changes: readonly LiveChange[]): void {
    // Before the snapshot there is nothing to change; it will be newer than this.
    if (!this.state || revision <= this.revision) return
    if (revision !== this.revision + changes.length) {
      void this.readAgain()
      return
    }
    this.revision = revision
    this.pending.push(...changes)
    if (this.scheduled) return
    this.scheduled = true
    if (document.visibilityState === 'visible') requestAnimationFrame(() => this.fold())
    else setTimeout(() => this.fold(), hiddenDelayMs)
  }

  /** All that was told by now is in the state, before the next frame: whoever acts on an answer needs what came before it. */
  catchUp(): void {
    this.fold()
  }

  private fold(): void {
    this.scheduled = false
    if (!this.state || this.pending.length === 0) return
    const changes = this.pending
    this.pending = []
    this.state = applyChanges(this.state, this.revision, changes)
  }

  /** Something was missed, or does not tell of itself (iptables-legacy): take the whole state again. */
  async readAgain(): Promise<void> {
    const { live } = await this.rpc.request('live/refresh', {})
    this.replace(live)
  }
}
