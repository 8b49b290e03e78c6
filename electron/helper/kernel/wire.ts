/** The messages between the helper's main thread and the kernel worker, as they travel. */
import type { KernelError, WorkerEvents, WorkerRequestName, WorkerRequests } from './protocol.js'

export interface WorkerRequestMessage<N extends WorkerRequestName = WorkerRequestName> {
  readonly id: number
  readonly request: N
  readonly params: WorkerRequests[N][0]
}

export type WorkerAnswer<N extends WorkerRequestName = WorkerRequestName> =
  | { readonly reply: WorkerRequests[N][1] }
  | { readonly error: KernelError }
  /** An exception nobody expected: a bug, told as one. */
  | { readonly failure: string }

export type WorkerReplyMessage = { readonly id: number } & WorkerAnswer

export type WorkerEventName = keyof WorkerEvents
export type WorkerEventMessage = {
  [N in WorkerEventName]: { readonly event: N; readonly payload: WorkerEvents[N] }
}[WorkerEventName]
