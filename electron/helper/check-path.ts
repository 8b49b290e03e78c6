/** Which way a check's request really went: its frames, captured in every namespace, put in order. */
import type { LabCheck } from '../core/lab/lab.js'
import type { LiveState } from '../core/live/state.js'
import { stitch } from '../core/packet/stitch.js'
import type { KernelWorker } from './kernel/client.js'
import type { ProbeReply } from './kernel/protocol.js'
import { probeMark } from './trace/identifier.js'

/** Frames kept of one check: every copy of one packet in the largest lab, twice. */
const maxFrames = 5000

export interface PathEvidence {
  /** Namespaces the request was seen in, in order. */
  readonly path: readonly string[]
  /** Source address of the request where it was last seen. */
  readonly source: string | null
}

/** Sends a check's probe while everything is captured, and tells where its request was seen. */
export async function capturePath(
  worker: KernelWorker,
  live: LiveState,
  check: LabCheck,
  identifier: number,
  send: () => Promise<ProbeReply>,
): Promise<{ readonly reply: ProbeReply; readonly evidence: PathEvidence }> {
  const { capture } = await worker.request('capture-start', { maxFrames })
  let reply: ProbeReply
  try {
    reply = await send()
  } catch (error) {
    await worker.request('capture-stop', { capture })
    throw error
  }
  const { frames } = await worker.request('capture-stop', { capture })
  const hops = stitch({
    frames,
    namespaces: live.namespaces,
    probe: {
      from: check.from,
      target: check.target,
      protocol: check.kind === 'ping' ? 'icmp' : check.kind,
      port: check.kind === 'ping' ? null : check.port,
      marker: check.kind === 'ping' ? probeMark(identifier) : null,
      answered: reply.outcome !== 'lost',
    },
  }).filter(({ leg, observed }) => leg === 'request' && observed)
  const path: string[] = []
  for (const { namespace } of hops) if (path.at(-1) !== namespace) path.push(namespace)
  return { reply, evidence: { path, source: hops.at(-1)?.packet?.ip?.src ?? null } }
}
