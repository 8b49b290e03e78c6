/** `vethlab serve` as users run it: not as root, until Ctrl-C, with nothing left behind. */
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pair } from '../cli/labs.js'
import { until } from '../support/until.js'
import { isRoot } from '../support/user.js'
import { World, type Running } from '../support/world.js'
import { Screen } from '../terminal/screen.js'
import { install } from './installation.js'
import { Window } from './window.js'

let world: World
let cli: string

beforeAll(async () => {
  world = await World.ofUser()
  cli = install(world, true)
})

afterAll(() => world?.dispose())

const environment = (): NodeJS.ProcessEnv => ({ HOME: world.temporary, XDG_STATE_HOME: join(world.temporary, 'state') })

async function serve(...words: string[]): Promise<{ readonly running: Running; readonly url: string }> {
  const running = world.start([process.execPath, cli, 'serve', ...words], { env: environment() })
  await until('the address is printed', () => running.stdout().includes('\n'))
  return { running, url: running.stdout().trim() }
}

describe('serve', () => {
  test('prints one address, opens the file that was asked for, and ends with Ctrl-C', async () => {
    const file = world.file('pair.vethlab.yaml', pair())
    const { running, url } = await serve(file)
    expect(running.stdout()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#[A-Za-z0-9_-]{43}\n$/)
    await until('what it is for is said', () => running.stderr().includes('works once'))
    const window = await Window.open(url)
    expect(window.shell.file).toMatchObject({ path: file, text: pair() })
    expect(await window.ask('helper/start', {})).toMatchObject({ ok: true })
    await window.request('session/open', { protocol: 1 })
    const screen = await Screen.open(window)
    await screen.type('sleep 1234\r')
    await until('it runs', () => world.processes().some(({ command }) => command === 'sleep 1234'))
    process.kill(running.pid, 'SIGINT')
    expect(await running.ended).toMatchObject({ status: 130 })
    await window.ended
    expect(world.processes()).toEqual([])
  })

  test.each(['SIGTERM', 'SIGKILL', 'SIGHUP'] as const)('leaves nothing behind after %s', async (signal) => {
    const { running, url } = await serve()
    const window = await Window.open(url)
    expect(await window.ask('helper/start', {})).toMatchObject({ ok: true })
    process.kill(running.pid, signal)
    await running.ended
    await until('every process is gone', () => world.processes().length === 0)
  })

  test('a window that is closed is opened again by an address that is printed where nobody can press Enter', async () => {
    const { running, url } = await serve()
    const window = await Window.open(url)
    window.close()
    await until('another address', () => running.stdout().split('\n').length === 3)
    const [, other = ''] = running.stdout().split('\n')
    expect(other).not.toBe(url)
    const again = await Window.open(other)
    process.kill(running.pid, 'SIGINT')
    expect(await running.ended).toMatchObject({ status: 130 })
    await again.ended
  })

  test('takes the port it is told, and says so where it cannot', async () => {
    const taken = createServer()
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port))
    })
    const words = ['serve', '--port', String(port), '--json']
    const refused = await world.run([process.execPath, cli, ...words], { env: environment() })
    expect(refused.status).toBe(3)
    expect(JSON.parse(refused.stdout)).toMatchObject({ ok: false, error: { code: 'port', where: String(port) } })
    await new Promise((resolve) => taken.close(resolve))
    const { running, url } = await serve('--port', String(port), '--json')
    expect(JSON.parse(url)).toEqual({ url: expect.stringContaining(`http://127.0.0.1:${port}/#`) as string })
    process.kill(running.pid, 'SIGTERM')
    expect(await running.ended).toMatchObject({ status: 143 })
    for (const wrong of ['0', '65536', 'x', '-1'])
      expect(await world.run([process.execPath, cli, 'serve', '--port', wrong], { env: environment() })).toMatchObject({
        status: 2,
        stdout: '',
      })
  })

  test('a file that is not there is said before a window opens', async () => {
    for (const [file, sentence] of [
      [join(world.temporary, 'none.vethlab.yaml'), 'there is no such file'],
      ['-', 'not standard input'],
    ] as const) {
      const ran = await world.run([process.execPath, cli, 'serve', file], { env: environment() })
      expect(ran).toMatchObject({ status: 2, stdout: '' })
      expect(ran.stderr).toContain(sentence)
    }
  })

  test('without a built window says how to get it', async () => {
    const bare = install(world, false)
    const ran = await world.run([process.execPath, bare, 'serve'], { env: environment() })
    expect(ran).toMatchObject({ status: 3, stdout: '' })
    expect(ran.stderr).toContain('npm run build')
  })
})

describe('a terminal of an unprivileged user', () => {
  /** tcpdump sees a packet; everything the tutorials type works. */
  async function provesItself(window: Window): Promise<string> {
    await window.request('session/open', { protocol: 1 })
    const screen = await Screen.open(window)
    await screen.shows(/@host:~[#$] $/)
    const captured = await screen.run(
      // Pings go on until tcpdump has come up, however busy the machine is.
      '(ping -i0.3 -c180 127.0.0.1 >/dev/null &); timeout 55 tcpdump -n -c1 -i lo icmp 2>/dev/null',
    )
    expect(captured).toContain('ICMP echo request')
    expect(await screen.run('ip netns add x && ip netns exec x ip -br link | wc -l')).toBe('1')
    expect(
      await screen.run(
        'iptables -t nat -A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE && iptables -t nat -S | grep -c MASQ',
      ),
    ).toBe('1')
    expect(await screen.run('sysctl -w net.ipv4.ip_forward=1')).toBe('net.ipv4.ip_forward = 1')
    // What is outside is out of reach, as ever.
    expect(await screen.run('cat /etc/shadow 2>&1 | head -1')).toMatch(/Permission denied/)
    const inside = await Screen.open(window, 'x')
    expect(await inside.run('ip link set lo up && ping -c1 -W2 127.0.0.1 | grep -c ttl=64')).toBe('1')
    return screen.run('id -un')
  }

  test('with many ids is root of the sandbox, and tcpdump works', async () => {
    const { running, url } = await serve()
    const window = await Window.open(url)
    const started = await window.ask('helper/start', {})
    if (!started.ok) throw new Error(started.failure.message)
    const name = await provesItself(window)
    expect({ variant: started.capabilities.variant, name }).toEqual(
      started.capabilities.variant === 'many-ids'
        ? { variant: 'many-ids', name: 'root' }
        : { variant: 'one-id', name: world.user?.name },
    )
    process.kill(running.pid, 'SIGTERM')
    await running.ended
  })

  test.skipIf(!isRoot)('with one id stays the user, with all capabilities: tcpdump works there too', async () => {
    const { user } = world
    if (user === null) throw new Error('no user')
    mkdirSync(join(world.directory, 'empty'))
    // A mount namespace of the test's own, in which the user has no range of ids.
    const become = `mount --bind /dev/null /etc/subuid && exec setpriv --reuid=${user.uid} --regid=${user.gid} --init-groups -- "$@"`
    const words = ['unshare', '--mount', 'sh', '-c', become, 'sh', process.execPath, cli, 'serve']
    const root = await World.ofSelf()
    const running = root.start(words, { env: { ...environment(), VETHLAB_TEST: world.environment()['VETHLAB_TEST'] } })
    try {
      await until('the address is printed', () => running.stdout().includes('\n')).catch(() => {
        throw new Error(running.stderr())
      })
      const window = await Window.open(running.stdout().trim())
      const started = await window.ask('helper/start', {})
      if (!started.ok) throw new Error(started.failure.message)
      expect(started.capabilities.variant).toBe('one-id')
      expect(await provesItself(window)).toBe(user.name)
      const { findings } = await window.ask('doctor/run', {})
      expect(findings.find(({ name }) => name === 'sandbox')?.ok).toBe(true)
      process.kill(running.pid, 'SIGKILL')
      await running.ended
      await until('every process is gone', () => world.processes().length === 0)
    } finally {
      root.dispose()
    }
  })
})
