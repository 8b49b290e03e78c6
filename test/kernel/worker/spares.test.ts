/** Namespaces made ahead of their steps, on a thread of their own: nobody must be able to tell them from others. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Sandbox, whyNot, type User } from './sandbox.js'
import { namespaceAdd, up } from './steps.js'

const names = (count: number, prefix = 'n'): string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`)
/** Descriptors of one namespace: of itself, and three sockets. */
const each = 4

describe.each(['root', 'a user'] satisfies User[])('spare namespaces as %s', (user) => {
  const reason = whyNot(user)
  if (reason) {
    test.skip(`cannot run here: ${reason}`)
    return
  }
  let sandbox: Sandbox
  beforeEach(async () => {
    sandbox = await Sandbox.start(user)
  })
  afterEach(() => sandbox.stop())

  /** The namespaces behind the names, as the kernel numbers them. */
  const inodes = async (): Promise<string[]> =>
    (await sandbox.shell('stat -L -c %i /run/netns/* 2>/dev/null')).stdout.split('\n').filter((line) => line !== '')

  /** What the process has open for a moment only may be counted once. */
  const opened = (count: number) => expect.poll(() => sandbox.openFiles(), { timeout: 60_000 }).toBe(count)

  test('each name has a namespace of its own, with nothing in it but lo', async () => {
    for (const round of ['a', 'b', 'c']) {
      const steps = names(60, round).flatMap((name) => [namespaceAdd(name), ...up(name, 'lo')])
      expect(await sandbox.request('run', { steps, progress: false })).toEqual({ done: steps.length, error: null })
    }
    const host = (await sandbox.shell('stat -L -c %i /proc/self/ns/net')).stdout.trim()
    const made = await inodes()
    expect(made).toHaveLength(180)
    expect(new Set([...made, host]).size).toBe(181)
    const links = await sandbox.shell('for n in /run/netns/*; do ip -n "${n##*/}" -br link; done')
    const lines = links.stdout.trim().split('\n')
    expect(lines).toHaveLength(180)
    for (const line of lines) expect(line).toMatch(/^lo +UNKNOWN/)
  })

  test('a refused step leaves none of those that were made for the steps after it', async () => {
    const before = await sandbox.steadyFiles()
    const steps = [...names(20), 'n7', ...names(40, 'later')].map(namespaceAdd)
    const { done, error } = await sandbox.request('run', { steps, progress: false })
    expect([done, error?.code]).toEqual([20, 'EEXIST'])
    await opened(before + 20 * each)
    const again = names(30, 'later').map(namespaceAdd)
    expect(await sandbox.request('run', { steps: again, progress: false })).toEqual({ done: 30, error: null })
    await opened(before + (20 + 30) * each)
    expect(new Set(await inodes()).size).toBe(50)
  })

  // A user's sandbox has limits of its own; those of root would be the machine's.
  if (user !== 'a user') return
  test('no more are made than the kernel allows, and its refusal is told at the step it is about', async () => {
    const before = await sandbox.steadyFiles()
    // The worker's own namespace counts, too.
    await sandbox.output('host', 'echo 31 >/proc/sys/user/max_net_namespaces')
    const steps = names(60).map(namespaceAdd)
    const { done, error } = await sandbox.request('run', { steps, progress: false })
    expect(error?.code).toBe('ENOSPC')
    // One of the two threads may have been refused while the other made the last one.
    expect(done).toBeGreaterThanOrEqual(29)
    expect(done).toBeLessThanOrEqual(31)
    expect(await inodes()).toHaveLength(done)
    await opened(before + done * each)
    await sandbox.request('drop', { namespaces: names(60) })
    await sandbox.output('host', 'echo 1000 >/proc/sys/user/max_net_namespaces')
    expect(await sandbox.request('run', { steps, progress: false })).toEqual({ done: 60, error: null })
  })
})
