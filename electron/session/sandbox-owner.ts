/** The one sandbox of a shell: started, watched and ended in order, however often a window asks. */
import type { Capabilities, Failure } from '../core/rpc.js'
import type { PluggedUplink, ShellResults } from '../core/rpc-shell.js'
import { startSandbox } from './sandbox.js'
import type { Session } from './session.js'
import { plugUplink, type Uplink } from './uplink/uplink.js'

export interface SandboxHooks {
  /** Every notification of the helper. */
  relay(name: string, params: object): void
  /** It ended by itself; a sentence says so. */
  ended(message: string): void
  /** Its uplink was plugged in or out; a sentence where nobody asked for it. */
  uplinkChanged(uplink: PluggedUplink | null, message: string | null): void
}

export class SandboxOwner {
  session: Session | null = null
  uplink: Uplink | null = null
  /** The tail of the queue: a stop waits for the start before it. */
  private queue: Promise<unknown> = Promise.resolve()

  constructor(private readonly hooks: SandboxHooks) {}

  /** Starts it where it does not run; capabilities either way. */
  start(): Promise<ShellResults['sandbox/start']> {
    return this.inOrder(async () => {
      if (this.session !== null) return { ok: true, capabilities: this.session.capabilities }
      const started = await startSandbox()
      if (!started.ok) return started
      const { session } = started
      this.session = session
      session.onAny((name, params) => this.hooks.relay(name, params))
      void session.ended.then(async ({ reason, message }) => {
        if (this.session === session) this.session = null
        if (reason === 'died') this.hooks.ended(message)
        await session.close()
      })
      return { ok: true, capabilities: session.capabilities }
    })
  }

  /** Resolves when its processes are gone. */
  stop(): Promise<void> {
    return this.inOrder(async () => {
      const { session } = this
      this.session = null
      await this.uplink?.unplug()
      await session?.close()
    })
  }

  /** Gives the running sandbox its uplink. Only ever on the user's explicit wish. */
  plug(): Promise<ShellResults['uplink/plug']> {
    return this.inOrder(async () => {
      if (this.uplink !== null) return { ok: true, uplink: this.uplink.plugged }
      if (this.session === null) return { ok: false, failure: notRunning }
      const done = await plugUplink(this.session)
      if (!done.ok) return done
      const { uplink } = done
      this.uplink = uplink
      this.hooks.uplinkChanged(uplink.plugged, null)
      void uplink.ended.then((message) => {
        if (this.uplink !== uplink) return
        this.uplink = null
        this.hooks.uplinkChanged(null, message)
      })
      return { ok: true, uplink: uplink.plugged }
    })
  }

  /** Resolves when the uplink's interface is gone. */
  unplug(): Promise<void> {
    return this.inOrder(async () => this.uplink?.unplug())
  }

  /** What a sandbox can do here: the running one, or one that is made for the question. */
  async tryOut(): Promise<Capabilities | Failure> {
    if (this.session !== null) return this.session.capabilities
    const started = await startSandbox()
    if (!started.ok) return started.failure
    const { capabilities } = started.session
    await started.session.close()
    return capabilities
  }

  private inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work, work)
    this.queue = result.catch(() => {})
    return result
  }
}

const notRunning: Failure = {
  code: 'no-sandbox',
  message: 'The sandbox is not running; start it first.',
  where: 'uplink',
  output: null,
}
