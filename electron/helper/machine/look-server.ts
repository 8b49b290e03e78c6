/**
 * The helper that only looks: the same contract and the same door, of which it answers what begins with `machine/`. It has
 * no lab, deploys nothing, opens no terminal.
 */
import { release } from 'node:os'
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node'
import type { TextChannel } from '../../core/channel.js'
import { openDoor } from '../../core/door/door.js'
import { printable } from '../../core/lab/plain-text.js'
import { requests, type Params, type RequestName, type Results } from '../../core/rpc.js'
import type { KernelWorker } from '../kernel/client.js'
import { Machine } from './machine.js'

type Answered = Extract<RequestName, `machine/${string}` | 'session/open' | 'session/beat'>

export class LookServer {
  private readonly machine: Machine
  private connection: MessageConnection | null = null
  private opened = false
  /** One look after the other: each is attached to what it found. */
  private queue: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly channel: TextChannel,
    private readonly worker: KernelWorker,
    private readonly place: { readonly askedFrom: number | null; beat?(): void; broken(): void },
  ) {
    this.machine = new Machine(worker, place.askedFrom, () => {
      if (this.opened) void this.connection?.sendNotification('machine/changed', {}).catch(() => {})
    })
  }

  async start(watchedSysctls: readonly string[]): Promise<void> {
    await this.machine.open(watchedSysctls)
    this.connection = openDoor(this.channel, createMessageConnection, {
      requests,
      refuses: (name) => {
        if (!Object.hasOwn(this.answers, name)) return 'this helper only looks at the machine'
        return this.opened || name === 'session/open' || name === 'session/beat' ? null : 'session/open must come first'
      },
      answer: (name, params) => (this.answers[name as Answered] as (params: unknown) => Promise<unknown>)(params),
      bug: (text) => void process.stderr.write(printable(`${text}\n`)),
    })
    this.connection.onError(() => this.place.broken())
  }

  private readonly answers: { readonly [N in Answered]: (params: Params<N>) => Promise<Results[N]> } = {
    'session/open': async () => {
      this.opened = true
      return {
        capabilities: { mode: 'elevated', variant: 'look', kernel: release(), features: [], tools: [] },
        live: { revision: 0, namespaces: [] },
        ...{ lab: null, terminals: [], commands: [], left: null },
      }
    },
    'session/beat': async () => {
      this.place.beat?.()
      return { ok: true }
    },
    'machine/look': (params) => this.inOrder(() => this.machine.look(params)),
    'machine/explain': (params) => this.inOrder(() => this.machine.explain(params)),
    'machine/watch': (params) => this.inOrder(() => this.machine.watch(params)),
    'machine/twin': (params) => this.inOrder(() => this.machine.twin(params)),
  }

  private inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work, work)
    this.queue = result.catch(() => {})
    return result
  }

  async close(): Promise<void> {
    this.opened = false
    this.machine.close()
    await this.worker.close()
  }
}
