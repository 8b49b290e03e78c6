import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { identify, type ProcessIdentity } from '../../../electron/session/running/process-identity.js'
import { thorough } from '../../support/thorough.js'
import { descendantsOfTest, ownNetwork } from './sandbox.js'
import { until } from '../support/until.js'

const cli = fileURLToPath(new URL('../../../dist/node/cli.js', import.meta.url))
const lab = fileURLToPath(new URL('../../fixtures/labs/line-40.vethlab.yaml', import.meta.url))

const children = (pid: number): number[] => {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}
/** A program that the helper starts has another environment, and a number and a time of birth that were seen. */
const key = ({ pid, startTicks }: ProcessIdentity): string => `${pid} ${startTicks}`
const isSeen = (pid: number, seen: ReadonlySet<string>): boolean => {
  const now = identify(pid)
  return now !== null && seen.has(key(now))
}
const everyProcess = (): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid > 0)
const descendants = (pid: number): number[] => children(pid).flatMap((child) => [child, ...descendants(child)])

const isVictim = {
  unshare: (command: string) => command.includes('unshare'),
  helper: (command: string) => command.includes('helper.js') && !command.includes('sandbox-init'),
}

/** Chosen by a fixed seed, so that a failing moment can be met again. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Kills in all, a third on each victim; root and the user that the suite runs as have each their own. */
const kills = thorough ? 51 : 18
/** Of a run that came to its end before its kill, another is made; machines are never that uneven. */
const mostRounds = 4 * kills

test('kill -9 of the command, of unshare or of the helper, at any moment, leaves nothing behind', async () => {
  const before = ownNetwork()
  // Whatever it would write for a while, it would write here.
  const temporary = mkdtempSync(join(tmpdir(), 'vethlab-kill-'))
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }))
  const next = random(20260101)
  const victims = ['command', 'unshare', 'helper'] as const
  const hits = { command: 0, unshare: 0, helper: 0 }
  const done = (): number => Object.values(hits).reduce((sum, count) => sum + count, 0)
  /** How long a run goes on after its victim has appeared, as far as was seen (milliseconds). */
  const spreadMs = { command: 0, unshare: 0, helper: 0 }
  let seen = 0
  for (let round = 0; done() < kills && round < mostRounds; round += 1) {
    const victim = victims.reduce((a, b) => (hits[b] < hits[a] ? b : a))
    const command = spawn(process.execPath, [cli, 'check', lab], {
      stdio: 'ignore',
      env: { ...process.env, TMPDIR: temporary },
    })
    const ended = new Promise<void>((resolve) => command.once('close', () => resolve()))
    const all = new Set<string>()
    const find = (): number | undefined => {
      const tree = descendants(command.pid as number)
      for (const pid of tree) {
        const identity = identify(pid)
        if (identity !== null) all.add(key(identity))
      }
      return victim === 'command' ? command.pid : tree.find((pid) => isVictim[victim](commandOf(pid)))
    }
    const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2))
    while (find() === undefined && command.exitCode === null) await pause()
    const appeared = performance.now()
    // The first run of each kind is left to itself: it tells how long there is to kill the others in.
    const moment = spreadMs[victim] === 0 ? Infinity : appeared + next() * spreadMs[victim]
    while (performance.now() < moment && command.exitCode === null) {
      find()
      await pause()
    }
    const target = find()
    if (target !== undefined && command.exitCode === null) {
      process.kill(target, 'SIGKILL')
      hits[victim] += 1
    } else spreadMs[victim] = performance.now() - appeared
    await ended
    seen += all.size
    // All that counts as the sandbox's has been proved so; whoever else has a sandbox here is of no concern.
    await until(
      `round ${round}: no process of ours is left after the ${victim} was killed`,
      () => descendantsOfTest().length === 0 && everyProcess().every((pid) => !isSeen(pid, all)),
    )
  }
  expect(hits).toEqual({ command: kills / 3, unshare: kills / 3, helper: kills / 3 })
  expect(seen).toBeGreaterThan(kills)
  expect(readdirSync(temporary)).toEqual([])
  expect(ownNetwork()).toBe(before)
}, 900_000)
