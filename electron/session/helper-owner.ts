/** The one helper of a shell: started, watched and ended in order, however often a window asks, and in one place at a time. */
import type { Capabilities, Failure, Placement } from '../core/rpc.js'
import type { HelperWaiting, PluggedUplink, ShellResults } from '../core/rpc-shell.js'
import { startElevated } from './elevated/start.js'
import { startSandbox } from './sandbox.js'
import type { Session } from './session.js'
import { plugUplink, type Uplink } from './uplink/uplink.js'
import { failure } from '../core/failure.js'
import { said, type Said } from '../core/words/said.js'

export interface HelperHooks {
  /** Every notification of the helper. */
  relay(name: string, params: object): void
  /** It ended by itself; a sentence says so. */
  ended(message: string, said: Said): void
  /** It does not answer since then; null: it answers again. */
  silent(since: number | null): void
  /** Administrator rights are waited for. */
  waiting(what: HelperWaiting): void
  /** A sandbox's uplink was plugged in or out; a sentence where nobody asked for it. */
  uplinkChanged(uplink: PluggedUplink | null, ended: Failure | null): void
}

export class HelperOwner {
  session: Session | null = null
  uplink: Uplink | null = null
  private placement: Placement = 'sandbox'
  /** The tail of the queue: a stop waits for the start before it. */
  private queue: Promise<unknown> = Promise.resolve()
  /** Of the elevation under way. */
  private elevation: AbortController | null = null

  constructor(private readonly hooks: HelperHooks) {}

  /** Starts it where it does not run in that place; capabilities either way. */
  start(placement: Placement): Promise<ShellResults['helper/start']> {
    if (placement === 'sandbox') this.cancel()
    return this.inOrder(async () => {
      const { session: before } = this
      if (before !== null && this.placement === placement) return { ok: true, capabilities: before.capabilities }
      // What runs on this machine must be taken down before anything else can be said to run.
      if (before !== null && placement === 'sandbox') await this.end()
      const started = placement === 'sandbox' ? await startSandbox() : await this.elevate()
      if (!started.ok) return started
      await this.end()
      this.own(started.session, placement)
      return { ok: true, capabilities: started.session.capabilities }
    })
  }

  /** Gives up an elevation that is waiting for its password. */
  cancel(): void {
    this.elevation?.abort()
  }

  /** Resolves when its processes are gone. */
  stop(): Promise<void> {
    this.cancel()
    return this.inOrder(() => this.end())
  }

  /** Gives the running sandbox its uplink. Only ever on the user's explicit wish. */
  plug(): Promise<ShellResults['uplink/plug']> {
    return this.inOrder(async () => {
      if (this.uplink !== null) return { ok: true, uplink: this.uplink.plugged }
      if (this.session === null || this.placement !== 'sandbox') return { ok: false, failure: noSandbox }
      const done = await plugUplink(this.session)
      if (!done.ok) return done
      const { uplink } = done
      this.uplink = uplink
      this.hooks.uplinkChanged(uplink.plugged, null)
      void uplink.ended.then((ended) => {
        if (this.uplink !== uplink) return
        this.uplink = null
        this.hooks.uplinkChanged(null, ended)
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
    if (this.session !== null && this.placement === 'sandbox') return this.session.capabilities
    const started = await startSandbox()
    if (!started.ok) return started.failure
    const { capabilities } = started.session
    await started.session.close()
    return capabilities
  }

  private async elevate(): Promise<Awaited<ReturnType<typeof startElevated>>> {
    const elevation = new AbortController()
    this.elevation = elevation
    try {
      return await startElevated({ waiting: (what) => this.hooks.waiting(what), cancelled: elevation.signal })
    } finally {
      this.elevation = null
    }
  }

  private own(session: Session, placement: Placement): void {
    this.session = session
    this.placement = placement
    session.onAny((name, params) => {
      if (this.session === session) this.hooks.relay(name, params)
    })
    session.onSilence((since) => {
      if (this.session === session) this.hooks.silent(since)
    })
    void session.ended.then(async ({ reason, message, said: words }) => {
      if (this.session === session) this.session = null
      if (reason === 'died') this.hooks.ended(message, words)
      await session.close()
    })
  }

  private async end(): Promise<void> {
    const { session } = this
    this.session = null
    await this.uplink?.unplug()
    await session?.close()
  }

  private inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work, work)
    this.queue = result.catch(() => {})
    return result
  }
}

const noSandbox: Failure = failure('no-sandbox', said`The sandbox is not running; start it first.`, 'uplink')
