/** Entry of the kernel worker thread: answers `WorkerRequests` over its port. */
import { parentPort } from 'node:worker_threads'
import { KernelThread } from './thread.js'
import type { WorkerEventMessage, WorkerReplyMessage, WorkerRequestMessage } from './wire.js'

const port = parentPort
if (!port) throw new Error('kernel-worker runs as a worker thread only')

const thread = new KernelThread((message: WorkerEventMessage) => port.postMessage(message))

port.on('message', ({ id, request, params }: WorkerRequestMessage) => {
  void thread.answer(request, params).then((answer) => {
    const message: WorkerReplyMessage = { id, ...answer }
    port.postMessage(message)
    // With its port closed and its handles too, the thread has nothing left to wait for.
    if (request === 'close') port.close()
  })
})
