import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { foreignProcesses, ownNetwork, until } from './sandbox.js'

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
const networkOf = (pid: number): string | null => {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`)
  } catch {
    return null
  }
}
const ownNet = networkOf(process.pid)
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

/** Kills; 50 in all, a third on each victim. */
const rounds = 50
/** From the appearance of the victim, start-up, deploy and checks of the lab take about this long (milliseconds). */
const spreadMs = 700

test('kill -9 of the command, of unshare or of the helper, at any moment, leaves nothing behind', async () => {
  const before = ownNetwork()
  // Whatever it would write for a while, it would write here.
  const temporary = mkdtempSync(join(tmpdir(), 'vethlab-kill-'))
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }))
  const next = random(20260101)
  const hits: Record<string, number> = { command: 0, unshare: 0, helper: 0 }
  for (let round = 0; round < rounds; round += 1) {
    const victim = (['command', 'unshare', 'helper'] as const)[round % 3] as 'command' | 'unshare' | 'helper'
    const command = spawn(process.execPath, [cli, 'check', lab], {
      stdio: 'ignore',
      env: { ...process.env, TMPDIR: temporary },
    })
    const ended = new Promise<void>((resolve) => command.once('close', () => resolve()))
    const all = new Set<number>()
    const networks = new Set<string>()
    const find = (): number | undefined => {
      const tree = descendants(command.pid as number)
      for (const pid of tree) {
        all.add(pid)
        const network = networkOf(pid)
        if (network !== null && network !== ownNet) networks.add(network)
      }
      return victim === 'command' ? command.pid : tree.find((pid) => isVictim[victim](commandOf(pid)))
    }
    const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2))
    while (find() === undefined && command.exitCode === null) await pause()
    const moment = performance.now() + next() * spreadMs
    while (performance.now() < moment && command.exitCode === null) {
      find()
      await pause()
    }
    const target = find()
    if (target !== undefined && command.exitCode === null) {
      process.kill(target, 'SIGKILL')
      hits[victim] = (hits[victim] ?? 0) + 1
    }
    await ended
    await until(`round ${round}: the processes of the sandbox are gone after the ${victim} was killed`, () =>
      [...all].every((pid) => commandOf(pid) === '' || !/sandbox-init|helper\.js|unshare/.test(commandOf(pid))),
    )
    await until(`round ${round}: no process is left in a namespace of ours`, () =>
      foreignProcesses().every(({ net }) => !networks.has(net)),
    )
  }
  // Some end by themselves first; enough of each kind must have been killed at work.
  for (const count of Object.values(hits)) expect(count).toBeGreaterThan(8)
  expect(readdirSync(temporary)).toEqual([])
  expect(ownNetwork()).toBe(before)
}, 300_000)
