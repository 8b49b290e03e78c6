/** The client's side of the contract, over any channel. */
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node'
import type { TextChannel } from '../core/channel.js'
import { answersOf } from '../core/door/answers.js'
import { applyChanges } from '../core/live/apply.js'
import type { LabFile } from '../core/lab/schema.js'
import type { LiveState } from '../core/live/state.js'
import {
  maxMessageBytes,
  protocolVersion,
  type Capabilities,
  type LeftBehind,
  type NotificationName,
  type Notifications,
  type Params,
  type RequestName,
  type Results,
} from '../core/rpc.js'
import { inEnglish, said, type Said } from '../core/words/said.js'
import { watchAnswers } from './beats.js'
import type { Session, SessionEnd } from './session.js'

interface Owner {
  /** How long the helper may take to answer first: milliseconds, or until this resolves. */
  readonly limit: number | Promise<void>
  anchorPid(): number | null
  /** What the helper said last, for the message when it dies. */
  lastWords(): string
  /** What it means that the helper has ended by itself; that of a sandbox takes the lab along. */
  died?(): Said
  /** Ends the helper's processes. */
  end(): Promise<void>
  /** Resolves when they are gone. */
  readonly gone: Promise<void>
}

const sandboxDied = said`The sandbox ended by itself; the lab's namespaces are gone. Deploy again to rebuild them.`

/** Opens a session on a channel. Null: nobody answered in time, or the other side ended. */
export async function connect(channel: TextChannel, owner: Owner): Promise<Session | null> {
  const { reader, writer } = answersOf(channel, maxMessageBytes)
  const connection = createMessageConnection(reader, writer)
  connection.onError(() => {})
  const ended = new Promise<void>((resolve) => channel.onEnd(() => resolve()))
  connection.listen()
  let tell = (_since: number | null): void => {}
  const stopAsking = watchAnswers(connection, ended, (since) => tell(since))
  const answer = await Promise.race([
    connection.sendRequest<Results['session/open']>('session/open', { protocol: protocolVersion }).catch(() => null),
    Promise.race([ended, owner.gone]).then(() => null),
    given(owner.limit),
  ])
  if (answer === null) {
    stopAsking()
    connection.dispose()
    return null
  }
  const session = new ConnectedSession(connection, owner, ended, answer)
  tell = (since) => session.silent(since)
  return session
}

function given(limit: Owner['limit']): Promise<null> {
  if (typeof limit !== 'number') return limit.then(() => null)
  return new Promise((resolve) => setTimeout(() => resolve(null), limit).unref())
}

class ConnectedSession implements Session {
  readonly capabilities: Capabilities
  readonly anchorPid: number | null
  readonly ended: Promise<SessionEnd>
  live: LiveState
  lab: LabFile | null
  readonly left: LeftBehind | null
  private readonly listeners = new Map<NotificationName, Set<(params: never) => void>>()
  private readonly relays = new Set<(name: string, params: object) => void>()
  private readonly silences = new Set<(since: number | null) => void>()
  private closing: Promise<void> | null = null

  constructor(
    private readonly connection: MessageConnection,
    private readonly owner: Owner,
    channelEnded: Promise<void>,
    opened: Results['session/open'],
  ) {
    this.capabilities = opened.capabilities
    this.live = opened.live
    this.lab = opened.lab
    this.left = opened.left
    this.anchorPid = owner.anchorPid()
    connection.onNotification((name, params) =>
      this.heard(name as NotificationName, params as unknown as Notifications[NotificationName]),
    )
    this.ended = Promise.race([channelEnded, owner.gone]).then(() => this.describeEnd())
  }

  async request<N extends RequestName>(name: N, params: Params<N>): Promise<Results[N]> {
    const result = await this.connection.sendRequest<Results[N]>(name, params)
    if (name === 'lab/apply' && (result as Results['lab/apply']).ok) this.lab = (params as Params<'lab/apply'>).lab
    if (name === 'lab/clear') this.lab = null
    return result
  }

  on<N extends NotificationName>(name: N, listener: (params: Notifications[N]) => void): () => void {
    const here = this.listeners.get(name) ?? new Set()
    this.listeners.set(name, here)
    here.add(listener as (params: never) => void)
    return () => void here.delete(listener as (params: never) => void)
  }

  onAny(listener: (name: string, params: object) => void): () => void {
    this.relays.add(listener)
    return () => void this.relays.delete(listener)
  }

  onSilence(listener: (since: number | null) => void): () => void {
    this.silences.add(listener)
    return () => void this.silences.delete(listener)
  }

  silent(since: number | null): void {
    for (const listener of this.silences) listener(since)
  }

  close(): Promise<void> {
    this.closing ??= this.owner.end().finally(() => this.connection.dispose())
    return this.closing
  }

  private heard(name: NotificationName, params: Notifications[NotificationName]): void {
    if (name === 'live/changed') {
      const { revision, changes } = params as Notifications['live/changed']
      // A change that was under way while the snapshot was taken is in it already.
      if (revision <= this.live.revision) return
      this.live = applyChanges(this.live, revision, changes)
    }
    for (const listener of this.listeners.get(name) ?? []) listener(params as never)
    for (const listener of this.relays) listener(name, params)
  }

  private describeEnd(): SessionEnd {
    if (this.closing) return sessionEnd('closed', said`The session was closed.`)
    const words = this.owner.lastWords()
    const died = this.owner.died?.() ?? sandboxDied
    return sessionEnd('died', words ? said`${died} Its last words: ${words}` : died)
  }
}

const sessionEnd = (reason: SessionEnd['reason'], words: Said): SessionEnd => ({
  reason,
  message: inEnglish(words),
  said: words,
})
