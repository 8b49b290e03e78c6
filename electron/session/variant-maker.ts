/** Makes variants for a window, each in a sandbox of its own that goes with the answer, or with the window. */
import { ConnectionError } from 'vscode-jsonrpc/node'
import { rename } from '../core/challenge/vary.js'
import { failure } from '../core/failure.js'
import { parseLabText } from '../core/lab/parse.js'
import type { ShellParams, ShellResults } from '../core/rpc-shell.js'
import { said } from '../core/words/said.js'
import type { Ask } from './prove.js'
import { provenVariant, type Proven } from './proven-variant.js'
import { startSandbox } from './sandbox.js'

type Made = ShellResults['variant/make']

const cancelled = { ok: false as const, failure: failure('cancelled', said`No variant was made.`) }

export class VariantMaker {
  /** Of the one that is being made; aborted: nobody waits for it any more. */
  private current = new AbortController()
  /** Its sandbox is gone when this resolves. */
  private going: Promise<unknown> = Promise.resolve()

  async make(params: ShellParams<'variant/make'>): Promise<Made> {
    await this.cancel()
    const { signal } = (this.current = new AbortController())
    const made = makeVariant(params, signal)
    this.going = made.catch(() => {})
    return made
  }

  /** Resolves when its sandbox is gone. */
  async cancel(): Promise<void> {
    this.current.abort()
    await this.going
  }
}

async function makeVariant({ text, seed, faults }: ShellParams<'variant/make'>, signal: AbortSignal): Promise<Made> {
  const { labFile, problems } = parseLabText(text, '')
  if (!labFile) {
    const message = said`The lab has errors; mend them first.`
    return { ok: false, failure: failure('invalid-lab', message, null, problems[0]?.message ?? null) }
  }
  const renamed = rename(labFile, seed)
  if (!renamed.ok) return { ok: false, failure: failure('not-varied', renamed.said, labFile.name) }
  const started = await startSandbox()
  if (!started.ok) return started
  const { session } = started
  const close = (): void => void session.close()
  signal.addEventListener('abort', close, { once: true })
  const died = session.ended.then(({ said: words }): Proven =>
    signal.aborted ? cancelled : { ok: false, failure: failure('sandbox-died', words) },
  )
  try {
    if (signal.aborted) return cancelled
    const ask: Ask = (name, given) => session.request(name, given)
    const proven = await Promise.race([provenVariant(ask, labFile.name, renamed.renamed, faults), died])
    return proven.ok ? shown(proven) : proven
  } catch (error) {
    // What is asked of a connection that is closed is refused a moment before its end is told.
    if (!(error instanceof ConnectionError)) throw error
    const ended = await died
    return ended.ok ? cancelled : ended
  } finally {
    signal.removeEventListener('abort', close)
    await session.close()
  }
}

const shown = ({ variant: { text }, proof: { failed, total } }: Proven & { readonly ok: true }): Made => ({
  ok: true,
  ...{ text, failed: failed.length, total },
})
