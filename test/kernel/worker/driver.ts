/** Runs inside a test's sandbox: relays the test's requests to a kernel worker, and runs shell commands beside it. */
import { execFile } from 'node:child_process'
import { createInterface } from 'node:readline'
import { closeSync, readdirSync } from 'node:fs'
import { KernelRefusal, startKernelWorker } from '../../../electron/helper/kernel/client.js'
import type { WorkerRequestName } from '../../../electron/helper/kernel/protocol.js'

export type DriverRequest =
  | { readonly id: number; readonly kind: 'request'; readonly name: WorkerRequestName; readonly params: never }
  | { readonly id: number; readonly kind: 'shell'; readonly command: string }
  | { readonly id: number; readonly kind: 'open-files' }
  | { readonly id: number; readonly kind: 'close-file'; readonly fd: number }

export type DriverAnswer =
  | { readonly id: number; readonly value: unknown; readonly ms: number }
  | {
      readonly id: number
      readonly refusal: { readonly errno: number; readonly code: string; readonly message: string }
    }
  | { readonly id: number; readonly bug: string }
  | { readonly event: string; readonly payload: unknown; readonly at: number }

/** Frames hold what JSON has no words for. */
const plain = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint'
    ? value.toString()
    : value instanceof Uint8Array
      ? Buffer.from(value).toString('hex')
      : value
const say = (message: DriverAnswer): void => void process.stdout.write(`${JSON.stringify(message, plain)}\n`)

const worker = startKernelWorker()
for (const event of ['changed', 'ruleset-changed', 'progress'] as const)
  worker.on(event, (payload) => say({ event, payload, at: Date.now() }))
worker.onFailure((error) => say({ event: 'failure', payload: error.stack ?? error.message, at: Date.now() }))

const shell = (command: string): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    execFile('/bin/sh', ['-c', command], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    )
  })

async function carryOut(message: DriverRequest): Promise<unknown> {
  switch (message.kind) {
    case 'request':
      return message.name === 'close' ? worker.close().then(() => null) : worker.request(message.name, message.params)
    case 'shell':
      return shell(message.command)
    case 'open-files':
      return readdirSync('/proc/self/fd').length
    case 'close-file':
      return closeSync(message.fd)
  }
}

const input = createInterface({ input: process.stdin })
input.on('line', (line) => {
  const message = JSON.parse(line) as DriverRequest
  const begin = performance.now()
  carryOut(message).then(
    (value) => say({ id: message.id, value: value ?? null, ms: performance.now() - begin }),
    (error: unknown) => {
      if (error instanceof KernelRefusal)
        say({ id: message.id, refusal: { errno: error.errno, code: error.code, message: error.message } })
      else say({ id: message.id, bug: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    },
  )
})
input.on('close', () => process.exit(0))
