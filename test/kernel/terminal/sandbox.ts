/** A sandbox whose terminals have a home of their own: what a person's start-up files do is no business of the tests. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startSandbox } from '../../../electron/session/sandbox.js'
import type { Session } from '../../../electron/session/session.js'
import { build } from '../support/build.js'

export interface TerminalSandbox {
  readonly session: Session
  /** A directory that only this sandbox uses. */
  readonly home: string
  close(): Promise<void>
}

/** @param bashrc the user's own start-up file; @param more in the environment Vethlab is started with */
export async function terminalSandbox(bashrc = '', more: NodeJS.ProcessEnv = {}): Promise<TerminalSandbox> {
  await build()
  const home = mkdtempSync('/tmp/vethlab-home-')
  writeFileSync(join(home, '.bashrc'), bashrc)
  const before = { ...process.env }
  Object.assign(process.env, {
    HOME: home,
    SHELL: '/bin/bash',
    LANG: 'C.UTF-8',
    HISTFILE: join(home, 'history'),
    ...more,
  })
  const started = await startSandbox().finally(() => (process.env = before))
  if (!started.ok) throw new Error(started.failure.message)
  const { session } = started
  return {
    session,
    home,
    async close() {
      await session.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Command lines of everything in the sandbox, as its own /proc shows them. */
export function processesIn(session: Session): readonly string[] {
  const proc = `/proc/${session.anchorPid}/root/proc`
  return readdirSync(proc).flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return []
    try {
      const state = /^State:\s+(\S)/m.exec(readFileSync(`${proc}/${entry}/status`, 'utf8'))?.[1]
      return state === 'Z' ? [] : [readFileSync(`${proc}/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()]
    } catch {
      return []
    }
  })
}
