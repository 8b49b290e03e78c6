import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Sandbox, whyNot, type User } from './sandbox.js'
import { address, bridgeAdd, master, namespaceAdd, route, up, vethAdd } from './steps.js'

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

/** `count` namespaces on one bridge, an address and a default route each. */
const star = (count: number) => [
  bridgeAdd('host', 'br0'),
  address('host', 'br0', '10.0.0.1/16'),
  ...up('host', 'br0'),
  ...numbers(count).flatMap((n) => [
    namespaceAdd(`n${n}`),
    vethAdd(`host:p${n}`, `n${n}:eth0`),
    master('host', `p${n}`, 'br0'),
    ...up('host', `p${n}`),
    ...up(`n${n}`, 'lo', 'eth0'),
    address(`n${n}`, 'eth0', `10.0.${1 + (n >> 7)}.${1 + (n & 127)}/16`),
    route(`n${n}`, '0.0.0.0/0', { via: '10.0.0.1' }),
  ]),
]

describe.each(['root', 'a user'] satisfies User[])('ends as %s', (user) => {
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

  test('a hundred namespaces come up, are told, and are dropped in one go', async () => {
    const files = await sandbox.steadyFiles()
    await sandbox.request('run', { steps: star(100), progress: true }).then(({ done, error }) => {
      expect(error).toBeNull()
      expect(done).toBe(star(100).length)
    })
    await sandbox.until('all are told, with their peers', () =>
      numbers(100).every(
        (n) => sandbox.namespace(`n${n}`)?.links.some(({ peer }) => peer?.namespace === 'host') ?? false,
      ),
    )
    await sandbox.until('the bridge has all its ports', () => {
      const links = sandbox.namespace('host')?.links ?? []
      return (
        links.filter(({ master: bridge, peer }) => bridge === 'br0' && peer?.namespace?.startsWith('n')).length === 100
      )
    })
    expect(sandbox.events.filter(({ event }) => event === 'progress').length).toBeGreaterThan(0)

    const { dropped } = await sandbox.request('drop', { namespaces: [...numbers(100).map((n) => `n${n}`), 'nope'] })
    expect(dropped).toHaveLength(100)
    await sandbox.until('their ports are gone', () => sandbox.namespace('host')?.links.length === 2)
    expect(sandbox.live.namespaces.map(({ name }) => name)).toEqual(['host'])
    expect((await sandbox.shell('ls /run/netns; grep -c nsfs /proc/self/mountinfo')).stdout).toBe('0\n')
    // One socket stays until the end: that of the scratch namespace in which peers are looked up.
    await sandbox.untilOpen(files + 1)
  })

  test('namespaces end although the learner’s `ip netns add` has mounted the directory anew', async () => {
    await sandbox.run(namespaceAdd('ours'), vethAdd('host:a', 'ours:b'))
    await sandbox.output('host', 'ip netns add theirs')
    await sandbox.until('both are told', () => sandbox.live.namespaces.length === 3)
    await sandbox.request('drop', { namespaces: ['ours', 'theirs'] })
    await sandbox.until('the link is gone with its peer', () => sandbox.namespace('host')?.links.length === 1)
    expect((await sandbox.shell('ls /run/netns; grep -c nsfs /proc/self/mountinfo')).stdout).toBe('0\n')
  })

  test('the worker closes every descriptor, and its thread ends', async () => {
    await sandbox.stop()
    sandbox = await Sandbox.start(user, false)
    await sandbox.openFiles()
    await sandbox.open()
    await sandbox.run(...star(5))
    const open = await sandbox.steadyFiles()
    await sandbox.request('close', {})
    // Six namespaces of four descriptors, and those of the poller and of the thread itself.
    expect(open - (await sandbox.steadyFiles())).toBeGreaterThanOrEqual(6 * 4 + 4)
    await expect(sandbox.request('read', { namespaces: null })).rejects.toThrow('The kernel worker has ended')
    const { stdout } = await sandbox.shell('ls -l /proc/$PPID/fd | grep -c -e "net:" -e mountinfo')
    expect(stdout).toBe('0\n')
    expect(sandbox.events.filter(({ event }) => event === 'failure')).toEqual([])
  })
})
