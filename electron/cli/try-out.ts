import type { Capabilities, Failure } from '../core/rpc.js'
import { startSandbox } from '../session/sandbox.js'
import { own } from './interrupt.js'

/** What this machine can do: asks a sandbox, which is gone by the time the answer is there. */
export async function tryOut(): Promise<Capabilities | Failure> {
  const started = await startSandbox()
  if (!started.ok) return started.failure
  const { free } = own(() => started.session.close())
  const { capabilities } = started.session
  await free()
  return capabilities
}
