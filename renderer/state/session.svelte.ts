/** The helper, in a sandbox or on this machine itself: whether it runs, what it can do, and why not. */
import type { Capabilities, Failure } from '../../electron/core/rpc.js'
import type { DoctorFinding, ShellResults } from '../../electron/core/rpc-shell.js'
import type { Said } from '../../electron/core/words/said.js'
import { attempt } from '../connection/rpc.js'
import type { Rpc } from '../connection/rpc.js'

export type Phase =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly failure: Failure }
  /** It ended by itself; the lab is still here. */
  | { readonly kind: 'ended'; readonly message: string; readonly said: Said }
  /** It was ended from here. */
  | { readonly kind: 'off' }

export class Session {
  phase = $state.raw<Phase>({ kind: 'connecting' })
  capabilities = $state.raw<Capabilities | null>(null)
  shell = $state.raw<Pick<ShellResults['shell/open'], 'shell' | 'version' | 'home' | 'command'> | null>(null)
  /** How this program is called in a terminal. */
  readonly ownCommand = $derived(this.shell?.command ?? 'vethlab')
  /** The helper has not answered since (milliseconds since the epoch). */
  silentSince = $state.raw<number | null>(null)
  findings = $state.raw<readonly DoctorFinding[] | null>(null)

  readonly ready = $derived(this.phase.kind === 'ready')
  /** The lab's `host` is this machine itself. */
  readonly onHost = $derived(this.ready && this.capabilities?.mode === 'elevated')

  constructor(private readonly rpc: Rpc) {
    rpc.on('helper/silent', ({ since }) => (this.silentSince = since))
  }

  /** True: the helper runs and waits for `session/open`. */
  async start(): Promise<boolean> {
    if (this.phase.kind === 'starting') return false
    this.phase = { kind: 'starting' }
    const answer = await attempt(this.rpc.request('helper/start', {}))
    if (answer.ok) {
      this.capabilities = answer.capabilities
      return true
    }
    this.phase = { kind: 'refused', failure: answer.failure }
    void this.examine()
    return false
  }

  /** What the machine says about why. */
  async examine(): Promise<void> {
    try {
      this.findings = (await this.rpc.request('doctor/run', {})).findings
    } catch {
      this.findings = null
    }
  }
}
