/** A shell in a namespace behaves as on any Linux terminal. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Session } from '../../../electron/session/session.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { pair } from '../cli/labs.js'
import { until } from '../support/until.js'
import { processesIn, terminalSandbox, type TerminalSandbox } from './sandbox.js'
import { Screen } from './screen.js'

let sandbox: TerminalSandbox
let session: Session

beforeAll(async () => {
  sandbox = await terminalSandbox(
    `export FROM_BASHRC=yes\nPS1='mine> '\nPROMPT_COMMAND='PS1="mine> "'\nPATH=/usr/bin:/bin\n`,
    {
      ...{ CHROME_DESKTOP: 'vethlab.desktop', npm_config_user_agent: 'npm', INIT_CWD: '/', NODE: '/node' },
      ...{ APPDIR: '/tmp/.mount', APPIMAGE: '/Vethlab.AppImage', LD_LIBRARY_PATH: '/tmp/.mount/usr/lib', OWD: '/' },
    },
  )
  session = sandbox.session
  const { labFile } = parseLabText(pair(), 'pair')
  if (labFile === null) throw new Error('no lab')
  const applied = await session.request('lab/apply', { lab: labFile, former: 'everything' })
  if (!applied.ok) throw new Error(applied.failure.message)
})

afterAll(() => sandbox?.close())

describe('a terminal in a namespace', () => {
  test('greets with a prompt that names it, and sees its interfaces alone', async () => {
    const screen = await Screen.open(session, 'ns0')
    await screen.shows(/@ns0:~[#$] $/)
    expect(await screen.run('ls /proc/self/net >/dev/null; ip -br link show type veth')).toMatch(/^veth0@\S+ +UP/)
    expect(await screen.run('ip -br link | wc -l')).toBe('2')
    expect(await screen.run('ping -c1 -W2 10.0.0.2 | grep -c "ttl=64"')).toBe('1')
    await screen.close()
  })

  test('tells of a setting that the kernel says nothing of as soon as its command has ended', async () => {
    const key = 'net.ipv4.ip_default_ttl'
    const ttlOf = (name: string) => session.live.namespaces.find((each) => each.name === name)?.sysctls[key]
    for (const [from, command, where] of [
      ['ns0', `sysctl -w ${key}=33`, 'ns0'],
      ['host', `ip netns exec ns1 sysctl -w ${key}=33`, 'ns1'],
    ] as const) {
      const screen = await Screen.open(session, from)
      await screen.shows(/[#$] $/)
      expect(await screen.run(command)).toContain('33')
      await until(`the setting of ${where} is told`, () => ttlOf(where) === '33', 8000)
      await screen.run(command.replace('=33', '=64'))
      await until(`it is told that the setting of ${where} is as before`, () => ttlOf(where) === '64', 8000)
      await screen.close()
    }
  })

  test('has the environment of a terminal of its own', async () => {
    const screen = await Screen.open(session, 'ns1')
    const said = await screen.run(
      'echo "$TERM $COLORTERM $VETHLAB_NS ${UV_THREADPOOL_SIZE-unset} ${ELECTRON_RUN_AS_NODE-unset}"',
    )
    expect(said).toBe('xterm-256color truecolor ns1 unset unset')
    expect((await screen.run('echo "$PATH"')).split(':')).toEqual(expect.arrayContaining(['/usr/sbin', '/sbin']))
    // The user's own start-up file has been read, and the namespace still has the last word about the prompt.
    expect(await screen.run('echo $FROM_BASHRC')).toBe('yes')
    expect(screen.text).toMatch(/@ns1:~[#$] /)
    expect(await screen.run('command -v ip tc sysctl | wc -l')).toBe('3')
    expect(await screen.run('test "$PWD" = "$HOME" && echo home')).toBe('home')
    await screen.close()
  })

  test('has nothing of how Vethlab was started: desktop, npm, AppImage, Electron', async () => {
    const screen = await Screen.open(session, 'ns1')
    expect(await screen.run(`env | grep -E '^(CHROME_|npm_|NODE=|INIT_CWD|APP|OWD|ELECTRON_)' | sort; true`)).toBe('')
    expect(await screen.run('echo "${LD_LIBRARY_PATH-unset} $FROM_BASHRC"')).toBe('unset yes')
    await screen.close()
  })

  test('holds no descriptor of the helper', async () => {
    const screen = await Screen.open(session)
    // The channel, netlink and packet sockets would be a way into what the helper does.
    const open = await screen.run('ls -l /proc/$$/fd | grep -E "socket:|anon_inode|ptmx|net:"; true')
    expect(open).toBe('')
    await screen.close()
  })

  test('controls jobs: Ctrl-Z stops, bg and fg go on, Ctrl-C ends', async () => {
    const screen = await Screen.open(session)
    await screen.shows(/[#$] $/)
    await screen.type('sleep 300\r')
    await until('it runs', () => processesIn(session).includes('sleep 300'))
    await screen.type('\x1a')
    await screen.shows(/\[1\]\+ +Stopped +sleep 300/)
    expect(await screen.run('jobs -s | wc -l')).toBe('1')
    expect(await screen.run('bg >/dev/null; jobs -r | wc -l')).toBe('1')
    screen.text = ''
    await screen.type('fg\r')
    await screen.shows(/fg[\s\S]*sleep 300/)
    await screen.type('\x03')
    await screen.shows(/\^C[\s\S]*[#$] $/)
    expect(await screen.run('jobs | wc -l')).toBe('0')
    expect(processesIn(session).includes('sleep 300')).toBe(false)
    await screen.close()
  })

  test('follows the size of its window', async () => {
    const screen = await Screen.open(session, 'host', 91, 33)
    expect(await screen.run('stty size')).toBe('33 91')
    await screen.run(`trap 'echo changed to $(stty size)' WINCH`)
    await screen.resize(123, 45)
    await screen.type('\r')
    await screen.shows('changed to 45 123')
    const { terminals } = await session.request('session/open', { protocol: 1 })
    expect(terminals.find(({ id }) => id === screen.id)).toMatchObject({ columns: 123, rows: 45, ended: null })
    await screen.close()
  })

  test('says how its shell ended, and takes nothing more', async () => {
    const screen = await Screen.open(session)
    await screen.type('exit 7\r')
    await screen.shows('exit')
    await expect.poll(() => screen.ended).toEqual({ terminal: screen.id, exitCode: 7, signal: null })
    expect(await screen.type('x')).toMatchObject({ ok: false, failure: { code: 'no-such-terminal' } })
    expect(await screen.resize(80, 25)).toMatchObject({ ok: false })
    expect(await screen.attach()).toMatchObject({ ok: true, terminal: { ended: { exitCode: 7, signal: null } } })
    expect(await screen.close()).toEqual({ ok: true })
    expect(await screen.close()).toMatchObject({ ok: false, failure: { code: 'no-such-terminal' } })
  })

  test('is refused in a namespace that does not exist, with the next step', async () => {
    const opened = await session.request('terminal/open', { namespace: 'nowhere', columns: 80, rows: 24 })
    expect(opened).toMatchObject({ ok: false, failure: { code: 'no-such-namespace', where: 'nowhere' } })
    if (!opened.ok) expect(opened.failure.message).toContain('ip netns add nowhere')
  })

  test('opens in a namespace that was just made by hand, and works on after its name is gone', async () => {
    const host = await Screen.open(session)
    await host.run('ip netns add byhand')
    const screen = await Screen.open(session, 'byhand')
    await screen.shows(/@byhand:~/)
    await host.run('ip netns del byhand')
    expect(await screen.run('ip link set lo up && ip -br addr show lo')).toContain('127.0.0.1/8')
    expect(await screen.close()).toEqual({ ok: true })
    await host.close()
  })

  test('answers each key while others are silent', async () => {
    const screen = await Screen.open(session)
    await screen.run('cat > /dev/null & wait $! 2>/dev/null; true')
    for (let turn = 0; turn < 30; turn++) {
      screen.text = ''
      const echoed = new Promise<void>((resolve) => {
        const stop = session.on('terminal/data', ({ terminal }) => {
          if (terminal !== screen.id) return
          stop()
          resolve()
        })
      })
      await screen.type('x')
      await echoed
    }
    await screen.close()
  })
})

test('the commands of a deploy are there for a client that comes later', async () => {
  const { commands, lab } = await session.request('session/open', { protocol: 1 })
  expect(lab?.name).toBe('pair')
  expect(commands.map(({ text }) => text)).toContain('ip netns add ns0')
  expect(commands.map(({ sequence }) => sequence)).toEqual(commands.map((_, index) => index + 1))
})
