/**
 * Keeps the window connected: opens the channel, says who we are, and when it breaks tries again until it holds.
 * Nothing that is shown depends on it: a lost connection is a state beside the data, not instead of it.
 */
import type { MessageConnection } from 'vscode-jsonrpc/browser'
import { refused } from '../../electron/core/door/refused.js'
import { errorCodes, heartbeat } from '../../electron/core/rpc.js'
import type { Failure } from '../../electron/core/rpc.js'
import type { TextChannel } from '../../electron/core/channel.js'
import type { ShellResults } from '../../electron/core/rpc-shell.js'
import { said } from '../../electron/core/words/said.js'
import { connect, lostFailure } from './rpc.js'
import type { Rpc, Told, ToldName } from './rpc.js'

export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up' }
  /** Trying again; `attempt` counts from 1. */
  | { readonly kind: 'lost'; readonly attempt: number }
  /** The shell does not want us: the address has been used, or belongs to another start. */
  | { readonly kind: 'refused'; readonly failure: Failure }
  /** The shell has let this window go in good order: another one has taken its place, or it has ended. */
  | { readonly kind: 'released' }

/** Pause before each new try (ms): at once for a hiccup, then slowly, because a shell that ended does not come back. */
const pauses = [100, 250, 500, 1000, 2000] as const

export interface LinkOptions {
  readonly open: () => Promise<TextChannel>
  /** For `shell/open`; null where the shell asks for none. */
  readonly token: string | null
  /** The window was opened, not loaded again. */
  readonly fresh: boolean
  /** Keeps what opens the connection the next time. */
  keep(secret: string): void
}

export class Link implements Rpc {
  state = $state.raw<LinkState>({ kind: 'connecting' })
  /** The shell has not answered since (milliseconds since the epoch). */
  silentSince = $state<number | null>(null)
  private connection: MessageConnection | null = null
  private token: string | null
  private readonly listeners = new Map<string, Set<(params: never) => void>>()

  constructor(
    private readonly options: LinkOptions,
    /** Called with every answer to `shell/open`, the first and those after a loss. */
    private readonly opened: (answer: ShellResults['shell/open']) => Promise<void>,
  ) {
    this.token = options.token
  }

  get fresh(): boolean {
    return this.options.fresh
  }

  async start(): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      if (await this.tryOnce()) return
      if (this.state.kind === 'refused') return
      this.state = { kind: 'lost', attempt: attempt + 1 }
      await new Promise((resolve) => setTimeout(resolve, pauses[Math.min(attempt, pauses.length - 1)]))
    }
  }

  private async tryOnce(): Promise<boolean> {
    let channel: TextChannel
    try {
      channel = await this.options.open()
    } catch {
      return false
    }
    let broke = false
    const connection = connect(
      channel,
      (name, params) => this.tell(name, params),
      (error) => {
        broke = true
        if (this.connection !== connection) return
        this.connection = null
        if (error === null) {
          // Coming back by itself would take the place of the window that took ours.
          this.state = { kind: 'released' }
          return
        }
        this.state = { kind: 'lost', attempt: 0 }
        void this.start()
      },
    )
    try {
      const answer = await connection.sendRequest<ShellResults['shell/open']>(
        'shell/open',
        this.token === null ? {} : { token: this.token },
      )
      if (broke) return false
      if (answer.secret !== null) {
        this.token = answer.secret
        this.options.keep(answer.secret)
      }
      this.connection = connection
      this.state = { kind: 'up' }
      this.watch(connection)
      await this.opened(answer)
      return true
    } catch (error) {
      if (this.connection === connection) throw error
      // An answer that is an error is the shell's word; a broken connection is not.
      if (!broke) this.state = { kind: 'refused', failure: lostFailure(error) }
      channel.end()
      return false
    }
  }

  /** Asks all the time, as long as this is the connection. A window in the background asks when it is let. */
  private watch(connection: MessageConnection): void {
    let asked: number | null = null
    const timer = setInterval(() => {
      if (this.connection !== connection) {
        clearInterval(timer)
        this.silentSince = null
      } else if (asked === null) {
        asked = Date.now()
        const answered = (): void => {
          asked = null
          this.silentSince = null
        }
        connection.sendRequest('shell/beat', {}).then(answered, answered)
      } else if (Date.now() - asked >= heartbeat.silentAfterMs) this.silentSince = asked
    }, heartbeat.everyMs)
  }

  private tell(name: string, params: unknown): void {
    for (const listener of this.listeners.get(name) ?? []) listener(params as never)
  }

  readonly request: Rpc['request'] = async (name, params) => {
    if (!this.connection)
      throw refused(errorCodes.notOpen, said`There is no connection to the helper; it is tried again by itself.`)
    return this.connection.sendRequest(name, params)
  }

  on<N extends ToldName>(name: N, listener: (params: Told[N]) => void): () => void {
    const known = this.listeners.get(name) ?? new Set()
    this.listeners.set(name, known)
    known.add(listener as (params: never) => void)
    return () => void known.delete(listener as (params: never) => void)
  }
}
