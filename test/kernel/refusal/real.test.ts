/** Sandboxes that this kernel really refuses, where a user can bring that about in a namespace of his own. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Failure } from '../../../electron/core/rpc.js'
import { findProgram } from '../../../electron/session/sandbox.js'
import { cliFile, root } from '../support/build.js'
import { World } from '../support/world.js'

const mayNest = readFileSync('/proc/sys/user/max_user_namespaces', 'utf8').trim() !== '0'

describe.skipIf(!mayNest)('a refused sandbox, as somebody who is not root', () => {
  let world: World
  beforeAll(async () => {
    world = await World.ofUser()
  })
  afterEach(() => world.untilNothingIsLeft())
  afterAll(() => world.dispose())

  /** What doctor says after `prepare` was done in a user and mount namespace around it. */
  async function refusedAfter(
    prepare: string,
    { asSelf = false, become = [] }: { readonly asSelf?: boolean; readonly become?: readonly string[] } = {},
  ): Promise<Failure> {
    const who = asSelf ? ['--map-current-user', '--keep-caps'] : ['--map-root-user']
    const words = ['unshare', '--user', ...who, '--mount', 'sh', '-c', `${prepare} && exec "$@"`, 'sh']
    const ran = await world.run([...words, ...become, process.execPath, cliFile, 'doctor', '--json'], {
      env: { LC_ALL: 'C.UTF-8' },
      limitMs: 60_000,
    })
    expect([ran.status, ran.stderr]).toEqual([3, ''])
    return (JSON.parse(ran.stdout) as { error: Failure }).error
  }

  test.each([
    ['setpriv', 'util-linux'],
    ['unshare', 'util-linux'],
    ['ip', 'iproute2'],
  ])('a missing %s is named with its package', async (tool, packaged) => {
    const places = ['/usr/bin', '/usr/sbin', '/bin', '/sbin'].map((directory) => `${directory}/${tool}`)
    const failure = await refusedAfter(
      `for each in ${places.join(' ')}; do if [ -e "$each" ]; then mount --bind /dev/null "$each"; fi; done`,
    )
    expect(failure).toMatchObject({ code: 'tool-missing', where: tool })
    expect(failure.message).toBe(
      `The program "${tool}" is missing. Install the package ${packaged}, for example: sudo apt-get install ${packaged}`,
    )
    // Nothing of it is the machine's.
    expect(findProgram(tool)).not.toBeNull()
  })

  test('no user namespaces: user.max_user_namespaces is 0', async () => {
    // As the user: root of a namespace would do without another one.
    const failure = await refusedAfter('echo 0 >/proc/sys/user/max_user_namespaces', {
      asSelf: true,
      become: ['setpriv', '--inh-caps=-all', '--ambient-caps=-all', '--'],
    })
    expect(failure).toMatchObject({
      code: 'user-namespaces-off',
      output: 'unshare: unshare failed: No space left on device',
    })
    expect(failure.message).toContain('user.max_user_namespaces is 0')
  })

  test('a masked /proc', async () => {
    // What somebody more powerful has mounted cannot be looked beneath, also not with a /proc of one's own.
    const failure = await refusedAfter('mount --bind /dev/null /proc/version', {
      become: ['unshare', '--user', '--map-root-user', '--mount', '--'],
    })
    expect(failure).toMatchObject({
      code: 'mount-refused',
      output: 'unshare: mount /proc failed: Operation not permitted',
    })
  })

  test('too many namespaces within each other', async () => {
    const failure = await refusedAfter('echo 0 >/proc/sys/user/max_net_namespaces')
    expect(failure).toMatchObject({
      code: 'namespaces-used-up',
      output: 'unshare: unshare failed: No space left on device',
    })
  })

  test('a newuidmap that may not map is passed by: there is another way with one id', async () => {
    const ran = await world.run([process.execPath, cliFile, 'doctor', '--json'], { limitMs: 60_000 })
    expect(JSON.parse(ran.stdout)).toMatchObject({ ok: true, error: null })
  })

  test('what unshare says is English, and the language of terminals is the user’s own', async () => {
    const init = join(root, 'resources/sandbox-init.sh')
    for (const [given, expected] of [
      ['zh_CN.UTF-8', 'LC_ALL=zh_CN.UTF-8'],
      ['', ''],
    ] as const) {
      const ran = await world.run(
        [
          'unshare',
          '--user',
          '--map-root-user',
          '--net',
          '--mount',
          '--pid',
          '--fork',
          '--mount-proc',
          'sh',
          init,
          'env',
        ],
        { env: { LC_ALL: 'C', VETHLAB_LC_ALL: given } },
      )
      expect(
        ran.stdout
          .split('\n')
          .filter((line) => line.includes('LC_ALL'))
          .join(),
      ).toBe(expected)
    }
  })
})
