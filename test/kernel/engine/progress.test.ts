/** A slow start is waited for, a halted one is given up: told apart by the processor time that real processes use. */
import { spawn, type ChildProcess } from 'node:child_process'
import { afterEach, expect, test } from 'vitest'
import { stoppedWorking } from '../../../electron/session/progress.js'

const started: ChildProcess[] = []
// Each leads a group, and its children end with it.
afterEach(() => started.splice(0).forEach(({ pid }) => pid && endGroup(pid)))

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

function start(script: string): number {
  const child = spawn('/bin/sh', ['-c', script], { stdio: 'ignore', detached: true })
  started.push(child)
  return child.pid as number
}

test('a halted process is given up before one that works, also where only its child works', async () => {
  const begun = performance.now()
  const order: string[] = []
  const watched = Object.entries({
    halted: [start('exec sleep 60'), { idleMs: 1000, mostMs: 60_000 }],
    // The shell itself waits; what it started uses the processor.
    working: [start('sh -c "while :; do :; done"; :'), { idleMs: 3000, mostMs: 9000 }],
  } as const).map(([name, [pid, patience]]) => ({ name, ...stoppedWorking(pid, patience) }))
  await Promise.all(watched.map(({ name, stopped }) => stopped.then(() => order.push(name))))
  expect(order).toEqual(['halted', 'working'])
  // Not its idleness ended it, but the end of all patience.
  expect(performance.now() - begun).toBeGreaterThanOrEqual(9000)
})

test('the time a process may work has an end', async () => {
  const begun = performance.now()
  await stoppedWorking(start('while :; do :; done'), { idleMs: 60_000, mostMs: 2000 }).stopped
  expect(performance.now() - begun).toBeGreaterThanOrEqual(2000)
})

test('a process that ends is no longer working', async () => {
  await stoppedWorking(start('exit 0'), { idleMs: 600, mostMs: 60_000 }).stopped
})
