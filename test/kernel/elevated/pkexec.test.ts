/** Administrator rights by the real pkexec and polkit: given, refused, nobody to ask; and a shell that dies of it. */
import { mkdirSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { protocolVersion } from '../../../electron/core/rpc.js'
import { until } from '../support/until.js'
import { Machine, reasonAgainst } from './machine.js'
import { ShellOnMachine } from './shell.js'

const reason = reasonAgainst('pkexec', 'dbus-daemon', 'dbus-send', 'setpriv')

describe.skipIf(reason !== null)(`administrator rights${reason === null ? '' : ` (${reason})`}`, () => {
  let machine: Machine
  let shell: ShellOnMachine
  let before: string

  beforeAll(async () => {
    machine = await Machine.make()
    await machine.policy('YES')
  })
  afterAll(() => machine?.dispose())

  beforeEach(async () => {
    before = machine.dump()
    shell = await ShellOnMachine.start(machine)
  })
  afterEach(async () => {
    await shell.close()
    await until('the helper has ended', () => machine.helpers().length === 0)
    expect(machine.dump()).toBe(before)
    expect(meetings()).toEqual([])
  })

  /** Directories in which somebody waits for a helper. */
  const meetings = (): string[] => readdirSync(machine.world.runtime).filter((name) => /^vethlab-[0-9a-f]/.test(name))
  const open = (): Promise<{ capabilities: { mode: string } }> =>
    shell.request('session/open', { protocol: protocolVersion })
  /** The shell's one helper is in a sandbox, and answers. */
  async function expectSandbox(): Promise<void> {
    expect((await open()).capabilities.mode).toBe('sandbox')
    expect(machine.helpers()).toEqual([])
    expect(machine.dump()).toBe(before)
  }
  const sandboxFirst = async (): Promise<void> => {
    expect(await shell.ask('helper/start', {})).toMatchObject({ ok: true, capabilities: { mode: 'sandbox' } })
  }

  test('that are given start a helper as root on this machine, once, and close the sandbox', async () => {
    await machine.policy('YES')
    await sandboxFirst()
    const sandbox = (): unknown[] => machine.processes(/sandbox-init/)
    const started = await shell.ask('helper/start', { placement: 'host' })
    expect(started).toMatchObject({ ok: true, capabilities: { mode: 'elevated' } })
    expect((await open()).capabilities.mode).toBe('elevated')
    const helpers = machine.helpers().filter(({ command }) => !/^(?:sh|\/bin\/(?:ba)?sh|pkexec)/.test(command))
    expect(helpers).toHaveLength(1)
    const status = readFileSync(`/proc/${helpers[0]?.pid}/status`, 'utf8')
    expect(status).toMatch(/^Uid:\t0\t0\t0\t0$/m)
    expect(readlinkSync(`/proc/${helpers[0]?.pid}/ns/net`)).toBe(machine.network)
    // Nothing of the secret or the door is left for a second one.
    expect(meetings()).toEqual([])
    expect(sandbox()).toEqual([])
    expect(await shell.ask('helper/start', { placement: 'host' })).toMatchObject({ ok: true })
    expect(machine.helpers().filter(({ pid }) => pid === helpers[0]?.pid)).toHaveLength(1)
    // And back.
    expect(await shell.ask('helper/start', {})).toMatchObject({ ok: true, capabilities: { mode: 'sandbox' } })
    await expectSandbox()
  })

  test('that are refused leave everything in the sandbox, and say so', async () => {
    await machine.policy('NO')
    await sandboxFirst()
    const started = await shell.ask('helper/start', { placement: 'host' })
    expect(started).toMatchObject({ ok: false, failure: { code: 'not-granted' } })
    expect(started.ok ? '' : started.failure.message).toContain('Nothing was changed on this machine')
    await expectSandbox()
  })

  describe('for which nobody can ask', () => {
    /** The command that the shell wants to be typed. */
    async function offered(): Promise<{
      readonly words: string[]
      readonly meeting: string
      readonly command: string
    }> {
      const wait = await until('the command', () => shell.waits.find((what) => what.for === 'command'))
      const words = wait.command.split(' ')
      expect(words[0]).toBe('sudo')
      expect(wait.until).toBeGreaterThan(Date.now())
      return { words: words.slice(1), meeting: words.at(-1) ?? '', command: wait.command }
    }

    test.each(['ask', 'no polkit at all'] as const)('are got by the command that is shown (%s)', async (policy) => {
      if (policy === 'ask') await machine.policy('ask')
      else machine.withoutPolkit()
      await sandboxFirst()
      const started = shell.ask('helper/start', { placement: 'host' })
      const { words, meeting } = await offered()
      expect(statSync(meeting).mode & 0o7777).toBe(0o700)
      expect(statSync(join(meeting, 'token')).mode & 0o7777).toBe(0o600)
      expect(statSync(join(meeting, 'token')).size).toBe(32)
      // Somebody else at the door is turned away and keeps nobody from coming in.
      const stranger = connect(join(meeting, 'socket'))
      await new Promise((resolve) =>
        stranger
          .once('close', resolve)
          .on('error', () => {})
          .write('{}\n'),
      )
      const idle = connect(join(meeting, 'socket')).on('error', () => {})
      await new Promise((resolve) => idle.once('connect', resolve))
      const second = connect(join(meeting, 'socket')).on('error', () => {})
      await new Promise((resolve) => second.once('close', resolve))
      idle.destroy()
      const typed = machine.start('root', words, { SUDO_UID: String(machine.user.uid) })
      expect(await started).toMatchObject({ ok: true, capabilities: { mode: 'elevated' } })
      expect(meetings()).toEqual([])
      expect(await shell.ask('helper/start', {})).toMatchObject({ ok: true })
      expect(await typed.ended).toBe(0)
      await machine.policy('YES')
    })

    test('can be given up, and the command is worth nothing afterwards', async () => {
      await machine.policy('ask')
      await sandboxFirst()
      const started = shell.ask('helper/start', { placement: 'host' })
      const { words } = await offered()
      expect(await shell.ask('helper/cancel', {})).toEqual({ ok: true })
      expect(await started).toMatchObject({ ok: false, failure: { code: 'cancelled' } })
      const typed = machine.start('root', words, { SUDO_UID: String(machine.user.uid) })
      expect(await typed.ended).toBe(96)
      expect(typed.stderr()).toContain('Nothing was changed.')
      await expectSandbox()
    })

    test('are waited for no longer when the window is gone', async () => {
      await sandboxFirst()
      const started = shell.ask('helper/start', { placement: 'host' }).catch(() => null)
      await offered()
      await shell.close()
      await started
      expect(meetings()).toEqual([])
      shell = await ShellOnMachine.start(machine)
    })
  })

  test('end with the shell, however it ends', async () => {
    await machine.policy('YES')
    expect(await shell.ask('helper/start', { placement: 'host' })).toMatchObject({ ok: true })
    expect(machine.helpers().length).toBeGreaterThan(0)
    for (const { pid } of machine.processes(/shell\.mjs/)) process.kill(pid, 'SIGKILL')
    await shell.running.ended
    await until('the helper has ended', () => machine.helpers().length === 0)
    shell = await ShellOnMachine.start(machine)
  })

  test('leave nothing of a shell that was killed while it waited', async () => {
    await machine.policy('ask')
    void shell.ask('helper/start', { placement: 'host' }).catch(() => {})
    await until('the wait', () => shell.waits.some((what) => what.for === 'command'))
    const [left] = meetings()
    for (const { pid } of machine.processes(/shell\.mjs/)) process.kill(pid, 'SIGKILL')
    await shell.running.ended
    expect(meetings()).toEqual([left])
    // What is not ours to clear away stays.
    mkdirSync(join(machine.world.runtime, 'vethlab-0000000000000000-not'))
    shell = await ShellOnMachine.start(machine)
    void shell.ask('helper/start', { placement: 'host' }).catch(() => {})
    await until('the next wait', () => shell.waits.some((what) => what.for === 'command'))
    expect(meetings().filter((name) => !name.endsWith('-not'))).toHaveLength(1)
    expect(meetings()).not.toContain(left)
    await shell.ask('helper/cancel', {})
    machine.ask('rmdir', join(machine.world.runtime, 'vethlab-0000000000000000-not'))
  })

  test('that a helper loses by its own death are told, and the next one starts', async () => {
    await machine.policy('YES')
    expect(await shell.ask('helper/start', { placement: 'host' })).toMatchObject({ ok: true })
    for (const { pid } of machine.helpers()) process.kill(pid, 'SIGKILL')
    const told = await until('the end is told', () => shell.endings[0])
    expect(told).toContain('ran as root ended by itself')
    await sandboxFirst()
    await expectSandbox()
  })

  test('need nobody where the shell is root itself', async () => {
    await shell.close()
    shell = await ShellOnMachine.start(machine, 'root')
    expect(await shell.ask('helper/start', { placement: 'host' })).toMatchObject({
      ok: true,
      capabilities: { mode: 'elevated' },
    })
    expect(shell.waits).toEqual([])
    const helpers = machine.helpers()
    expect(helpers).toHaveLength(1)
    expect(helpers[0]?.command).toMatch(/elevated$/)
    for (const { pid } of machine.processes(/shell\.mjs/)) process.kill(pid, 'SIGKILL')
    await shell.running.ended
    await until('the helper has ended', () => machine.helpers().length === 0)
    shell = await ShellOnMachine.start(machine)
  })

  test('of a package are asked for by an action of its own, in its own words, and by nothing else', async () => {
    await shell.close()
    const program = machine.installPackage()
    const own = 'io.github.vethlab.elevate'
    const shown = machine.ask('pkaction', '--verbose', '--action-id', own)
    expect(shown).toContain('Vethlab wants to change the network of this machine for a lab')
    expect(shown).toContain('/opt/Vethlab/elevate')
    // All else is asked about, for which there is nobody.
    await machine.policy('YES', own)
    shell = await ShellOnMachine.start(machine, 'user', program)
    expect(await shell.ask('helper/start', { placement: 'host' })).toMatchObject({
      ok: true,
      capabilities: { mode: 'elevated' },
    })
    const bash = machine.processes(/bash -c/)
    expect(bash).toEqual([])
    await machine.policy('NO', own)
    expect(await shell.ask('helper/start', {})).toMatchObject({ ok: true })
    expect(await shell.ask('helper/start', { placement: 'host' })).toMatchObject({
      ok: false,
      failure: { code: 'not-granted' },
    })
  })
})
