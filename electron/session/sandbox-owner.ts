/** The one sandbox of a shell: started, watched and ended in order, however often a window asks. */
import type { Capabilities, Failure } from '../core/rpc.js'
import type { ShellResults } from '../core/rpc-shell.js'
import { startSandbox } from './sandbox.js'
import type { Session } from './session.js'

export interface SandboxHooks {
  /** Every notification of the helper. */
  relay(name: string, params: object): void
  /** It ended by itself; a sentence says so. */
  ended(message: string): void
}

export class SandboxOwner {
  session: Session | null = null
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
      await session?.close()
    })
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
