/** `vethlab import FILE --from script --run`: the script runs in a sandbox, and the kernel says what it made. */
import { inEnglish } from '../core/words/said.js'
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import { withBeyond } from '../core/exchange/beyond.js'
import { finishImport, labNameFrom, type Imported } from '../core/exchange/imported.js'
import { hostNamespace } from '../core/lab/lab.js'
import type { LabFile } from '../core/lab/schema.js'
import type { LiveState } from '../core/live/state.js'
import { labFromLive } from '../core/plan/read-back.js'
import { startScripted } from '../session/sandbox.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, type CommonOptions } from './failure.js'
import { ask } from './fresh-lab.js'
import { isInterrupted, own } from './interrupt.js'
import { note, paintNote, printable } from './output.js'

/** Seconds that a script may run. */
export const defaultSeconds = 60
/** Lines of its output that are shown; a script may print without end. */
const maxLines = 200
/** Of a line (UTF-16 units). */
const maxLine = 500

export interface RunScript {
  readonly name: string
  /** As it was said; `-` has no file. */
  readonly path: string
  readonly bytes: Uint8Array
  readonly seconds: number
}

/** What the run made, or the code of the failure, which is said. */
export async function runScript(
  { name, path, bytes, seconds }: RunScript,
  options: CommonOptions,
): Promise<Imported | ExitCode> {
  note(printable(`${paintNote('yellow', 'running')} ${name} as ${runsAs()}, for at most ${seconds} s.`))
  const output = showOutput()
  const started = await startScripted({
    ...{ text: bytes, seconds, output: output.take },
    file: path === '-' ? null : resolve(path),
  })
  output.end()
  if (isInterrupted()) return new Promise(() => {})
  if (!started.ok) return fail(exitCode.machine, started.failure, options)
  const { session } = started
  const script = started.script?.end
  const { free } = own(() => session.close())
  try {
    if (script?.late)
      note(
        `${paintNote('yellow', 'warning:')} it still ran after ${seconds} s and was ended; this is what it had built.`,
      )
    else if (script && script.status !== 0)
      note(`${paintNote('yellow', 'warning:')} it ended with exit code ${script.status}; this is what it had built.`)
    if (script?.untrapped)
      note(`${paintNote('yellow', 'warning:')} its trap on EXIT was left out; this is what stood before that.`)
    const { live } = await ask(session, 'live/refresh', {})
    const { lab, unexpressed } = labFromLive(live, labNameFrom(name), false)
    const whole = withBeyond(withMacs(lab, live, new TextDecoder().decode(bytes)), script?.beyond ?? null)
    for (const each of listed([...unexpressed, ...whole.unexpressed].map(inEnglish)))
      note(printable(`${paintNote('yellow', 'not in the file:')} ${each}`))
    return finishImport(whole.lab, [])
  } finally {
    await free()
  }
}

/** Of what a lab has no words for, this many are named one by one. */
const maxUnexpressed = 100

function listed(all: readonly string[]): readonly string[] {
  const more = all.length - maxUnexpressed
  return more > 0 ? [...all.slice(0, maxUnexpressed), `${more} more of the kind`] : all
}

/** The kernel does not tell a MAC that was given from one of its own choice; the script does, where it spells it out. */
function withMacs(lab: LabFile, live: LiveState, text: string): LabFile {
  const said = new Set(text.toLowerCase().match(/\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b/g))
  const namespaces: NonNullable<LabFile['namespaces']> = { ...lab.namespaces }
  for (const { name, links } of live.namespaces) {
    let entry = namespaces[name]
    for (const { name: device, mac, kind } of links) {
      if (entry === undefined || mac === null || !said.has(mac)) continue
      const where = kind === 'bridge' ? 'bridges' : 'interfaces'
      // A kind that a lab file has no words for is not in it.
      const isThere = Object.hasOwn(entry?.[where] ?? {}, device) || kind === 'veth'
      if (isThere) entry = { ...entry, [where]: { ...entry?.[where], [device]: { ...entry?.[where]?.[device], mac } } }
    }
    if (entry !== undefined) namespaces[name] = entry
  }
  // A host without anything of its own needs no word.
  const host = namespaces[hostNamespace]
  if (host && Object.keys(host).length === 0) delete namespaces[hostNamespace]
  return { ...lab, namespaces }
}

/** Whom the script is for the rest of the machine. */
function runsAs(): string {
  const outside = process.getuid?.() === 0 ? 'nobody' : userInfo().username
  return (
    `root of a sandbox of its own (outside of it: ${outside}), without network and devices, ` +
    'with read-only system files and an empty home'
  )
}

function showOutput(): { take(text: string): void; end(): void } {
  let [rest, lines, more] = ['', 0, 0]
  const line = (text: string): void => {
    lines += 1
    if (lines > maxLines) more += 1
    else note(paintNote('dim', `| ${printable(text.slice(0, maxLine))}`))
  }
  return {
    take(text) {
      const parts = (rest + text).split('\n')
      rest = (parts.pop() ?? '').slice(0, maxLine)
      for (const part of parts) line(part)
    },
    end() {
      if (rest !== '') line(rest)
      if (more > 0) note(paintNote('dim', `| ... ${more} more lines`))
    },
  }
}
