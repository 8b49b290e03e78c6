/**
 * `vethlab explain --from NAME --to ADDR|NAME`: one probe between networks of this machine, its hops, and why it failed.
 *
 * `--json`: the document of `trace`, and `"touched":[S]`: what was written, with what removed it. The film and the
 * capture name that, too.
 */
import { version } from '../../package.json'
import { isAnswer, traceJson, tracePcap } from '../core/diagnosis/trace.js'
import { filmBytes, filmData } from '../core/film/film.js'
import { filmHtml } from '../core/film/film-file.js'
import { normalise } from '../core/lab/normalise.js'
import { createLabText } from '../core/lab/print.js'
import type { Params, Results } from '../core/rpc.js'
import { isRoot } from '../session/root-helper.js'
import type { Session } from '../session/session.js'
import { rootCommand } from '../session/sudo.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, failure, type CommonOptions } from './failure.js'
import { ask, untilDeath } from './fresh-lab.js'
import { note, paint, paintNote, print, printable, printJson } from './output.js'
import { writeOutputFile } from './output-file.js'
import { withLookers } from './with-lookers.js'
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
  /** File for the film. */
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

function run(options: ExplainOptions): Promise<ExitCode> {
  return withLookers(
    `${options.from} -> ${options.to}: waiting for an answer ...`,
    options,
    async (lookers, arrived) => {
      const { session } = whoReads(lookers, [options.from])
      const result = await ask(session, 'machine/explain', paramsOf(options))
      arrived()
      if (result.ok) return (await writeFilm(session, result, options)) ?? (await show(result, options))
      const isRefused = result.failure.code === 'probe-refused'
      if (isRefused && !isRoot())
        note(printable(`${options.from} is not yours to send from. As root: ${rootCommand(process.argv.slice(2))}`))
      return fail(isRefused ? exitCode.machine : exitCode.usage, result.failure, options)
    },
  )
}

/** The film of it, with the twin of the namespaces on its way as its lab; null where that went well, or none was asked for. */
async function writeFilm(
  session: Session,
  { trace, live, touched }: Explained,
  options: ExplainOptions,
): Promise<ExitCode | null> {
  const { html: file } = options
  if (file === undefined) return null
  const made = await ask(session, 'machine/twin', { only: live.namespaces.map(({ name }) => name) })
  if (!made.ok) return fail(exitCode.usage, made.failure, options)
  const { default: page } = await import('virtual:film-page')
  const application = `Vethlab ${version}`
  const capture = tracePcap(trace, application, touched)
  const lab = normalise(made.lab)
  const data = filmData({ application, lab, text: createLabText(made.lab), trace, live, capture })
  const html = Buffer.from(filmHtml(page, { ...data, trace: { ...data.trace, touched } }))
  if (html.length > filmBytes) {
    const message = `The film would be ${Math.ceil(html.length / 1000)} KB; a film file is at most ${filmBytes / 1000} KB. Send fewer packets with --count.`
    return fail(exitCode.usage, failure('film-too-large', message, file), options)
  }
  try {
    await writeOutputFile(file, html)
    return null
  } catch (error) {
    const message = `The film cannot be written to ${file}. Choose another place with --html.`
    return fail(exitCode.usage, failure('unwritable', message, file, (error as Error).message), options)
  }
}

async function show({ trace, touched }: Explained, options: ExplainOptions): Promise<ExitCode> {
  if (options.pcapng !== undefined) {
    try {
      await writeOutputFile(options.pcapng, tracePcap(trace, `vethlab ${version}`, touched))
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
