/**
 * `vethlab explain --from NAME --to ADDR|NAME`: one probe between networks of this machine, its hops, and why it failed.
 *
 * `--json`: the document of `trace`, and `"touched":[S]`: what was written, with what removed it. The film and the
 * capture name that, too. With `--watch FILTER` the same of what an application sends by itself, `"lost":N` (frames that
 * were lost meanwhile), and with `--count` above 1 `"others":[...]`, documents of `trace`.
 */
import { version } from '../../package.json'
import { isAnswer, traceJson, tracePcap } from '../core/diagnosis/trace.js'
import { filmBytes, filmData } from '../core/film/film.js'
import { filmHtml } from '../core/film/film-file.js'
import { normalise } from '../core/lab/normalise.js'
import { createLabText } from '../core/lab/print.js'
import { namespaceId } from '../core/machine/view.js'
import { readFlowFilter } from '../core/packet/stream/flow-filter.js'
import { inEnglish } from '../core/words/said.js'
import type { Failure, Params, Results } from '../core/rpc.js'
import { whoReads } from '../session/look.js'
import { isRoot } from '../session/root-helper.js'
import type { Session } from '../session/session.js'
import { rootCommand } from '../session/sudo.js'
import { aimed, noSender, ofMachine } from './aim.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, failure, type CommonOptions } from './failure.js'
import { ask, untilDeath } from './fresh-lab.js'
import { note, paint, paintNote, print, printable, printJson } from './output.js'
import { OutputFile } from './output-file.js'
import { withLookers } from './with-lookers.js'
import { traceText } from './trace-text.js'

export interface ExplainOptions extends CommonOptions {
  readonly from?: string
  readonly to?: string
  /** Film what others send instead (`readFlowFilter`). */
  readonly watch?: string
  /** Until this time is over, with `watch`. */
  readonly seconds?: number
  readonly proto?: 'icmp' | 'tcp' | 'udp'
  readonly port?: number
  readonly count?: number
  /** Every hop, however many. */
  readonly all?: boolean
  /** Trace firewall rules, too: that takes a table of ours. */
  readonly rules?: boolean
  /** File for the film. */
  readonly html?: string
  /** File for the capture. */
  readonly pcapng?: string
}

type Explained = Extract<Results['machine/explain'], { readonly ok: true }>

interface Outputs {
  readonly film: OutputFile | null
  readonly capture: OutputFile | null
}

type Asked = ExplainOptions & { readonly outputs: Outputs }
type Probing = Asked & { readonly from: string; readonly to: string }
type Watching = Asked & { readonly watch: string }

function outputsOf({ html, pcapng }: ExplainOptions): Outputs | Failure {
  const film = OutputFile.named('--html', 'film', html, [])
  if (film !== null && 'code' in film) return film
  const capture = OutputFile.named('--pcapng', 'capture', pcapng, [])
  if (capture !== null && 'code' in capture) return capture
  return OutputFile.clash(film, capture) ?? { film, capture }
}

export async function explain(asked: ExplainOptions): Promise<ExitCode> {
  const outputs = outputsOf(asked)
  if ('code' in outputs) return fail(exitCode.usage, outputs, asked)
  const options = { ...asked, outputs }
  const { from, to, watch } = options
  if (watch !== undefined) return explainWatched({ ...options, watch })
  if (from !== undefined && to !== undefined) return explainProbe({ ...options, from, to })
  const [option, example] = from === undefined ? ['--from', '--from web'] : ['--to', '--to 10.0.0.1']
  return fail(
    exitCode.usage,
    failure('no-end', `A probe needs ${option}, for instance ${example}; --watch "tcp port 80" needs neither.`, option),
    options,
  )
}

/** How long applications are watched, unless somebody says so (seconds). */
const usualSeconds = 30

/** More than this is no filter that a person writes (characters, `machine/watch`). */
const longestFilter = 1000

function noFilter(watch: string): Failure | null {
  if (watch.length > longestFilter) {
    const message = `A filter has at most ${longestFilter} characters, and this one ${watch.length}.`
    return failure('wrong-filter', message, '--watch')
  }
  const read = readFlowFilter(watch)
  return read.ok ? null : failure('wrong-filter', inEnglish(read.message), read.where)
}

async function explainWatched(options: Watching): Promise<ExitCode> {
  const { from, watch, count = 1, html, pcapng } = options
  const wrong = (from === undefined ? null : noSender(from, ofMachine)) ?? noFilter(watch)
  if (wrong !== null) return fail(exitCode.usage, wrong, options)
  const probing = (['to', 'proto', 'port', 'rules'] as const).find((name) => options[name] !== undefined)
  if (probing !== undefined)
    return fail(
      exitCode.usage,
      failure('probe-and-watch', `--${probing} is for a probe; with --watch, say it in the filter.`, `--${probing}`),
      options,
    )
  if (count > 1 && (html !== undefined || pcapng !== undefined))
    return fail(
      exitCode.usage,
      failure('one-film', 'A file holds one exchange; leave --count out.', '--count'),
      options,
    )
  return untilDeath(options, () => runWatch(options))
}

async function explainProbe(asked: Probing): Promise<ExitCode> {
  const options = aimed(asked, ofMachine)
  return 'code' in options ? fail(exitCode.usage, options, asked) : untilDeath(options, () => run(options))
}

const paramsOf = ({ from, to, proto, port, count, rules }: Probing): Params<'machine/explain'> => ({
  from,
  to,
  ...(proto === undefined ? {} : { protocol: proto }),
  ...(port === undefined ? {} : { port }),
  ...(count === undefined ? {} : { count }),
  ...(rules ? { rules } : {}),
})

function run(options: Probing): Promise<ExitCode> {
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

function runWatch(options: Watching): Promise<ExitCode> {
  const { watch: filter, from, count = 1, seconds = usualSeconds } = options
  const waiting = `Waiting up to ${seconds} s for ${filter} ...`
  return withLookers(waiting, options, async (lookers, arrived) => {
    const { session } = whoReads(lookers, from === undefined ? [] : [from])
    const result = await ask(session, 'machine/watch', {
      ...{ filter, count, seconds },
      ...(from === undefined ? {} : { from }),
    })
    arrived()
    if (!result.ok)
      return fail(result.failure.code === 'probe-refused' ? exitCode.machine : exitCode.usage, result.failure, options)
    const [trace, ...others] = result.traces
    if (trace === undefined) {
      const message = `Nothing that fits "${filter}" was sent within ${seconds} s. Watch longer with --seconds, or for more with fewer words.`
      return fail(exitCode.failed, failure('nothing-seen', message, filter), options)
    }
    const explained: Explained = { ok: true, trace, live: result.live, touched: [] }
    const failed = await writeFilm(session, explained, options)
    if (failed !== null) return failed
    return show(explained, options, { others, lost: result.lost })
  })
}

/** The film of it, with the twin of the namespaces on its way as its lab; null where that went well, or none was asked for. */
async function writeFilm(
  session: Session,
  { trace, live, touched }: Explained,
  options: Asked,
): Promise<ExitCode | null> {
  const { film } = options.outputs
  if (film === null) return null
  const made = await ask(session, 'machine/twin', { only: live.namespaces.map(({ inode }) => namespaceId(inode)) })
  if (!made.ok) return fail(exitCode.usage, made.failure, options)
  const { default: page } = await import('virtual:film-page')
  const application = `Vethlab ${version}`
  const capture = tracePcap(trace, application, touched)
  const lab = normalise(made.lab)
  const data = filmData({ application, lab, text: createLabText(made.lab), trace, live, capture })
  const html = Buffer.from(filmHtml(page, { ...data, trace: { ...data.trace, touched } }))
  if (html.length > filmBytes) {
    const message = `The film would be ${Math.ceil(html.length / 1000)} KB; a film file is at most ${filmBytes / 1000} KB. Send fewer packets with --count.`
    return fail(exitCode.usage, failure('film-too-large', message, film.path), options)
  }
  const unwritable = await film.write(html)
  return unwritable === null ? null : fail(exitCode.usage, unwritable, options)
}

/** What was watched beside the first exchange. */
interface Beside {
  readonly others: readonly Explained['trace'][]
  readonly lost: number
}

async function show({ trace, touched }: Explained, options: Asked, beside?: Beside): Promise<ExitCode> {
  const { capture } = options.outputs
  const unwritable = (await capture?.write(tracePcap(trace, `vethlab ${version}`, touched))) ?? null
  if (unwritable !== null) return fail(exitCode.usage, unwritable, options)
  const { others = [], lost = 0 } = beside ?? {}
  if (options.json) {
    const more = { ...(beside && { lost }), ...(others.length > 0 && { others: others.map(traceJson) }) }
    printJson({ ...traceJson(trace), touched, ...more })
  } else {
    for (const each of [trace, ...others]) print(traceText(each, paint, options))
    if (lost > 0) note(`${lost} frames were lost meanwhile: what a film lacks may have happened.`)
    for (const each of touched) note(printable(`${paintNote('dim', 'touched:')} ${each}`))
    if (trace.diagnosis?.code === 'unknown' && !options.rules)
      note(
        'With --rules the firewall rules that the packet meets are traced too, by a table of their own for that time.',
      )
  }
  return [trace, ...others].every(({ outcome }) => isAnswer(outcome)) ? exitCode.ok : exitCode.failed
}
