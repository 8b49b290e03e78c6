/**
 * `vethlab explain --from NAME --to ADDR|NAME`: one probe between networks of this machine, its hops, and why it failed.
 *
 * `--json`: the document of `trace`, and `"touched":[S]`: what was written, with what removed it.
 */
import { version } from '../../package.json'
import { isAnswer, traceJson, tracePcap } from '../core/diagnosis/trace.js'
import type { Params, Results } from '../core/rpc.js'
import { startLookers } from '../session/look.js'
import { isRoot } from '../session/root-helper.js'
import { rootCommand } from '../session/sudo.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, failure, type CommonOptions } from './failure.js'
import { ask, untilDeath } from './fresh-lab.js'
import { own } from './interrupt.js'
import { note, paint, paintNote, print, printable, printJson } from './output.js'
import { writeOutputFile } from './output-file.js'
import { startProgress } from './progress.js'
import { traceText } from './trace-text.js'
import { whoReads } from './twin.js'

export interface ExplainOptions extends CommonOptions {
  readonly from: string
  readonly to: string
  readonly proto?: 'icmp' | 'tcp' | 'udp'
  readonly port?: number
  readonly count?: number
  /** Trace firewall rules, too: that takes a table of ours. */
  readonly rules?: boolean
  readonly html?: string
  /** File for the capture. */
  readonly pcapng?: string
}

type Explained = Extract<Results['machine/explain'], { readonly ok: true }>

export async function explain(options: ExplainOptions): Promise<ExitCode> {
  const { proto = 'icmp', port } = options
  if (proto !== 'icmp' && port === undefined)
    return fail(
      exitCode.usage,
      failure('no-port', `--proto ${proto} needs --port, for instance --port 80.`, '--port'),
      options,
    )
  if (options.proto === 'icmp' && port !== undefined)
    return fail(
      exitCode.usage,
      failure('port-of-icmp', 'An echo has no port; add --proto tcp or --proto udp.', '--port'),
      options,
    )
  if (options.html !== undefined)
    return fail(
      exitCode.usage,
      failure('no-film-file', 'This version writes no film files. Take --pcapng for the frames.', '--html'),
      options,
    )
  return untilDeath(options, () => run(options))
}

/** A port alone means TCP, as with every other tool. */
const paramsOf = ({ from, to, proto, port, count, rules }: ExplainOptions): Params<'machine/explain'> => ({
  from,
  to,
  protocol: proto ?? (port === undefined ? 'icmp' : 'tcp'),
  ...(port === undefined ? {} : { port }),
  ...(count === undefined ? {} : { count }),
  ...(rules ? { rules } : {}),
})

async function run(options: ExplainOptions): Promise<ExitCode> {
  const progress = startProgress(`${options.from} -> ${options.to}: waiting for an answer ...`, options.json)
  const started = await startLookers()
  if (!started.ok) {
    progress.end()
    return fail(exitCode.machine, started.failure, options)
  }
  const { lookers, close } = started
  const { free } = own(close)
  try {
    const { session } = whoReads(lookers, [options.from])
    const result = await ask(session, 'machine/explain', paramsOf(options))
    progress.end()
    if (result.ok) return await show(result, options)
    const isRefused = result.failure.code === 'probe-refused'
    if (isRefused && !isRoot())
      note(printable(`${options.from} is not yours to send from. As root: ${rootCommand(process.argv.slice(2))}`))
    return fail(isRefused ? exitCode.machine : exitCode.usage, result.failure, options)
  } finally {
    progress.end()
    await free()
  }
}

async function show({ trace, touched }: Explained, options: ExplainOptions): Promise<ExitCode> {
  if (options.pcapng !== undefined) {
    try {
      await writeOutputFile(options.pcapng, tracePcap(trace, `vethlab ${version}`))
    } catch (error) {
      const message = `The capture cannot be written to ${options.pcapng}. Choose another place with --pcapng.`
      return fail(exitCode.usage, failure('unwritable', message, options.pcapng, (error as Error).message), options)
    }
  }
  if (options.json) printJson({ ...traceJson(trace), touched })
  else {
    print(traceText(trace, paint))
    for (const each of touched) note(printable(`${paintNote('dim', 'touched:')} ${each}`))
    if (trace.diagnosis?.code === 'unknown' && !options.rules)
      note(
        'With --rules the firewall rules that the packet meets are traced too, by a table of their own for that time.',
      )
  }
  return isAnswer(trace.outcome) ? exitCode.ok : exitCode.failed
}
