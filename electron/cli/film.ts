/**
 * `vethlab film FILE --from NS --to ADDR -o OUT`: one probe in a fresh sandbox, as one HTML page that shows it anywhere,
 * without any network, and carries the lab file and the capture.
 *
 * `--json`: `{"ok":true,"file":S,"bytes":N,"outcome":S,"hops":N}`. A probe without an answer makes a film as well, and
 * is no failure: it is what a film is often for.
 */
import { version } from '../../package.json'
import { filmBytes, filmData } from '../core/film/film.js'
import { filmHtml } from '../core/film/film-file.js'
import { tracePcap, type Trace } from '../core/diagnosis/trace.js'
import type { LiveState } from '../core/live/state.js'
import type { Failure } from '../core/rpc.js'
import { aimed } from './aim.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, failure } from './failure.js'
import { deployFresh, untilDeath } from './fresh-lab.js'
import { requireLab, type ValidLab } from './lab-input.js'
import { note, printable, printJson } from './output.js'
import { OutputFile } from './output-file.js'
import { send, type ProbeOptions } from './probe.js'

export interface FilmOptions extends ProbeOptions {
  /** The page. */
  readonly output: string
}

export async function film(file: string, asked: FilmOptions): Promise<ExitCode> {
  const options = aimed(asked)
  if ('code' in options) return fail(exitCode.usage, options, asked)
  const output = OutputFile.named('-o', 'film', options.output, [file])
  if ('code' in output) return fail(exitCode.usage, output, options)
  const valid = await requireLab(file, options)
  if (typeof valid === 'number') return valid
  return untilDeath(options, async () => {
    const fresh = await deployFresh(valid, options)
    if (typeof fresh === 'number') return fresh
    let traced: Trace | Failure
    let live: LiveState
    try {
      traced = await send(fresh.session, options)
      ;({ live } = fresh.session)
    } finally {
      await fresh.end()
    }
    return 'code' in traced ? fail(exitCode.usage, traced, options) : write(valid, traced, live, output, options)
  })
}

async function write(
  { lab, text }: ValidLab,
  trace: Trace,
  live: LiveState,
  output: OutputFile,
  options: FilmOptions,
): Promise<ExitCode> {
  const { path } = output
  const application = `Vethlab ${version}`
  const capture = tracePcap(trace, application)
  const { default: page } = await import('virtual:film-page')
  const html = Buffer.from(filmHtml(page, filmData({ application, lab, text, trace, live, capture })))
  if (html.length > filmBytes) {
    const message = `The film would be ${Math.ceil(html.length / 1000)} KB; a film file is at most ${filmBytes / 1000} KB. Send fewer packets with --count, or film a smaller lab.`
    return fail(exitCode.usage, failure('film-too-large', message, path), options)
  }
  const unwritable = await output.write(html)
  if (unwritable !== null) return fail(exitCode.usage, unwritable, options)
  const { outcome, hops } = trace
  if (options.json) printJson({ ok: true, file: path, bytes: html.length, outcome, hops: hops.length })
  else note(printable(`${path}: ${outcome}, ${hops.length} hops, ${Math.ceil(html.length / 1000)} KB`))
  return exitCode.ok
}
