#!/usr/bin/env node
/** `vethlab`: the command line. One file per command; `program.ts` lists them. */
import { CommanderError } from 'commander'
import { version } from '../../package.json'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, failure } from './failure.js'
import { handleSignals, isInterrupted } from './interrupt.js'
import { keepDescriptors } from '../process/own-descriptors.js'
import { neededNode, nodeIsRecent } from '../session/node-version.js'
import { machineRefusal } from '../session/machine-refusal.js'
import { refuseInspector } from '../session/no-inspector.js'
import { endQuietlyWithReader, flush, lostOutput, note } from './output.js'
import { makeProgram, usageText } from './program.js'
import { surviveLostTerminal } from './terminal-gone.js'

const words = process.argv.slice(2)

/** `--json` of our own; what follows `exec` or `--` belongs to another program. */
function wantsJson(): boolean {
  const end = words.indexOf('--')
  return words[0] !== 'exec' && (end < 0 ? words : words.slice(0, end)).includes('--json')
}

async function run(): Promise<ExitCode> {
  const json = wantsJson()
  if (!nodeIsRecent(process.versions.node)) {
    const message = `Node ${process.versions.node} is too old; install Node ${neededNode} or later.`
    return fail(exitCode.machine, failure('node-too-old', message, 'node'), { json })
  }
  let code: ExitCode = exitCode.ok
  const program = makeProgram(version, json, (result) => (code = result))
  try {
    if (words.length === 0) program.help({ error: true })
    await program.parseAsync(words, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCode.ok
      // Its sentence has been said already, where it is for people.
      return json ? fail(exitCode.usage, failure('usage', usageText(error.message)), { json }) : exitCode.usage
    }
    const refused = machineRefusal(error)
    if (refused !== null) return fail(exitCode.machine, refused, { json })
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return fail(
      exitCode.bug,
      failure('bug', 'This is a bug in Vethlab; please report it with the lines below.', null, text),
      { json },
    )
  }
}

refuseInspector()
surviveLostTerminal()
endQuietlyWithReader()
handleSignals()
await keepDescriptors()
let code = await run()
await flush()
const lost = lostOutput()
if (lost !== null) {
  note(`vethlab: the output could not be written: ${lost.message}`)
  code = exitCode.machine
}
// On the way out after a signal, the exit code is that of the signal, and it comes when everything is taken down.
if (!isInterrupted()) process.exit(code)
