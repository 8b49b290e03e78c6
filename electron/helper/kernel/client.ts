/** The main thread's end of the kernel worker: typed requests, events, and its end. */
import { Worker } from 'node:worker_threads'
import type { KernelError, WorkerEvents, WorkerRequestName, WorkerRequests } from './protocol.js'
import type { WorkerEventMessage, WorkerEventName, WorkerReplyMessage } from './wire.js'

/** Beside the file that this one is bundled into. */
const workerFile = new URL('./kernel-worker.js', import.meta.url)

/** A request that the kernel refused; `errno`, `code` and `message` are those of `KernelError`. */
export class KernelRefusal extends Error implements KernelError {
  readonly errno: number
  readonly code: string

  constructor({ errno, code, message }: KernelError) {
    super(message)
    this.name = 'KernelRefusal'
    this.errno = errno
    this.code = code
  }
}

export interface KernelWorker {
  /** Resolves with the reply; rejects with `KernelRefusal` where the kernel refused, with another `Error` for bugs and after the end. */
  request<N extends WorkerRequestName>(name: N, params: WorkerRequests[N][0]): Promise<WorkerRequests[N][1]>
  /** Listens; returns how to stop. */
  on<N extends WorkerEventName>(event: N, listener: (payload: WorkerEvents[N]) => void): () => void
  /** Called once if the thread ends without having been asked to. The worker is of no use after that. */
  onFailure(listener: (error: Error) => void): void
  /** Asks the thread to close everything, and resolves when it has ended. Safe to call twice. */
  close(): Promise<void>
}

type Listeners = { [N in WorkerEventName]: Set<(payload: WorkerEvents[N]) => void> }

interface Waiting {
  resolve(reply: unknown): void
  reject(error: Error): void
}

/** How long the thread may take to end by itself, milliseconds: one slice of work, and some. */
const endMs = 2000

export function startKernelWorker(): KernelWorker {
  const worker = new Worker(workerFile, { name: 'kernel' })
  const waiting = new Map<number, Waiting>()
  const listeners: Listeners = { changed: new Set(), 'ruleset-changed': new Set(), progress: new Set() }
  const failureListeners = new Set<(error: Error) => void>()
  let nextId = 1
  let ended: Error | null = null
  let closing: Promise<void> | null = null

  const emit = <N extends WorkerEventName>(event: N, payload: WorkerEvents[N]): void => {
    for (const listener of listeners[event]) listener(payload)
  }
  const dispatch = (message: WorkerEventMessage): void => {
    if (message.event === 'changed') emit('changed', message.payload)
    else if (message.event === 'ruleset-changed') emit('ruleset-changed', message.payload)
    else emit('progress', message.payload)
  }
  const answer = (message: WorkerReplyMessage): void => {
    const entry = waiting.get(message.id)
    waiting.delete(message.id)
    if (!entry) return
    if ('reply' in message) entry.resolve(message.reply)
    else if ('error' in message) entry.reject(new KernelRefusal(message.error))
    else entry.reject(new Error(message.failure))
  }
  const end = (error: Error): void => {
    if (ended) return
    ended = error
    for (const entry of waiting.values()) entry.reject(error)
    waiting.clear()
    if (!closing) for (const listener of failureListeners) listener(error)
  }

  worker.on('message', (message: WorkerEventMessage | WorkerReplyMessage) => {
    if ('event' in message) dispatch(message)
    else answer(message)
  })
  worker.on('error', (error: unknown) => end(error instanceof Error ? error : new Error(String(error))))
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      end(new Error(`The kernel worker has ended (code ${code})`))
      resolve()
    })
  })

  const request = <N extends WorkerRequestName>(
    name: N,
    params: WorkerRequests[N][0],
  ): Promise<WorkerRequests[N][1]> => {
    if (ended) return Promise.reject(ended)
    const id = nextId++
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve: (reply) => resolve(reply as WorkerRequests[N][1]), reject })
      worker.postMessage({ id, request: name, params })
    })
  }

  return {
    request,
    on: (event, listener) => {
      listeners[event].add(listener)
      return () => listeners[event].delete(listener)
    },
    onFailure: (listener) => {
      if (ended) listener(ended)
      else failureListeners.add(listener)
    },
    close: () => {
      closing ??= (async () => {
        if (!ended) {
          const closed = request('close', {}).catch(() => null)
          await Promise.race([closed.then(() => exited), new Promise((resolve) => setTimeout(resolve, endMs).unref())])
          await worker.terminate()
        }
        await exited
      })()
      return closing
    },
  }
}
