/** A browser shell of the test's own: real server, real sandbox, a page of two files, state in a directory of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openBrowserShell, type BrowserShell } from '../../../electron/browser/server.js'
import { Shell } from '../../../electron/session/shell.js'
import { build } from '../support/build.js'

export interface TestBrowser {
  readonly browser: BrowserShell
  readonly shell: Shell
  /** A directory to work in. */
  readonly directory: string
  readonly state: string
  readonly turnedAway: readonly string[]
  close(): Promise<void>
}

/** Makes the directory that the built window would be in. */
export function page(directory: string): string {
  const built = join(directory, 'renderer')
  mkdirSync(join(built, 'assets'), { recursive: true })
  writeFileSync(join(built, 'index.html'), '<!doctype html><title>Vethlab</title><script src="assets/a.js"></script>\n')
  writeFileSync(join(built, 'assets/a.js'), 'export {}\n')
  return built
}

export async function testBrowser(file: string | null = null): Promise<TestBrowser> {
  await build()
  const directory = mkdtempSync('/tmp/vethlab-browser-')
  const state = join(directory, 'state')
  // Shells in the sandbox start there: what a person's start-up files do is no business of the tests.
  const { HOME: home, SHELL: ownShell } = process.env
  Object.assign(process.env, { HOME: directory, SHELL: '/bin/bash' })
  const turnedAway: string[] = []
  const shell = new Shell({ kind: 'browser', version: '0.0.0', language: 'en', file, stateDirectory: state })
  const opened = await openBrowserShell({
    shell,
    directory: page(directory),
    port: 0,
    turnedAway: (reason) => turnedAway.push(reason),
  })
  if (!opened.ok) throw new Error(opened.failure.message)
  const { browser } = opened
  return {
    browser,
    shell,
    directory,
    state,
    turnedAway,
    async close() {
      await Promise.all([shell.close(), browser.close()])
      Object.assign(process.env, { HOME: home, SHELL: ownShell ?? '' })
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
