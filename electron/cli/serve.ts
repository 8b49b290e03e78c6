/**
 * `vethlab serve [FILE]`: the window in the user's own browser, until it is interrupted. Prints one address per line on
 * stdout; the first comes at once, another one with Enter on a terminal, or without one when the window has been closed.
 *
 * `--json`: `{"url":S}`.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { version } from '../../package.json'
import { openBrowserShell } from '../browser/server.js'
import { boundedLog } from '../core/door/bounded-log.js'
import { programFile } from '../session/programs.js'
import { Shell } from '../session/shell.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, failure, type CommonOptions } from './failure.js'
import { own } from './interrupt.js'
import { readInput } from './lab-input.js'
import { note, print, printJson } from './output.js'

/** A window that is loaded again is back within this (milliseconds). */
const reloadMs = 3000

export interface ServeOptions extends CommonOptions {
  readonly port?: number
}

export async function serve(file: string | undefined, options: ServeOptions): Promise<ExitCode> {
  // What is wrong with a lab is shown in the window; what is not there cannot be.
  if (file === '-') {
    const message = 'The window opens a file, which it can save again, and not standard input. Name one, or none.'
    return fail(exitCode.usage, failure('usage', message), options)
  }
  const input = file === undefined ? null : await readInput(file)
  if (input && !input.ok) return fail(exitCode.usage, input.failure, options)
  const directory = programFile('../renderer')
  if (!existsSync(join(directory, 'index.html'))) {
    const message = 'The window is not built, so there is nothing to serve. In a checkout, build it with: npm run build'
    return fail(exitCode.machine, failure('no-window', message, directory), options)
  }
  const shell = new Shell({ kind: 'browser', version, file: file ?? null })
  const opened = await openBrowserShell({
    shell,
    directory,
    port: options.port ?? 0,
    turnedAway: boundedLog(
      (reason) => note(`Turned away: ${reason}.`),
      () => performance.now(),
    ),
    windowGone: () => setTimeout(() => void (browser.hasWindow || leaveAddress?.()), reloadMs).unref(),
  })
  if (!opened.ok) return fail(exitCode.machine, opened.failure, options)
  const { browser } = opened
  // Nobody can press Enter there.
  const leaveAddress = options.json || process.stdin.isTTY ? null : () => print(browser.newAddress())
  own(() => Promise.all([shell.close(), browser.close()]).then(() => {}))
  if (options.json) printJson({ url: browser.newAddress() })
  else {
    print(browser.newAddress())
    note('Open this address in a browser on this machine. It works once; the window may be reloaded.')
    note(
      process.stdin.isTTY
        ? 'Enter: a new address. Ctrl-C: stop, and take the lab down.'
        : 'Ctrl-C stops it and takes the lab down. When the window is closed, a new address is printed here.',
    )
    if (process.stdin.isTTY) createInterface({ input: process.stdin }).on('line', () => print(browser.newAddress()))
  }
  // Ends by a signal, which takes down what is owned.
  return new Promise(() => {})
}
