/** The elevated helper trusts nobody who does not prove to be its user's shell, and does nothing until then. */
import { chmodSync, linkSync, lchownSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorCodes, heartbeat, maxMessageBytes, protocolVersion, type Results } from '../../../electron/core/rpc.js'
import { until } from '../support/until.js'
import { Machine, reasonAgainst } from './machine.js'
import { Meeting, meetHelper, startHelper } from './meeting.js'

const reason = reasonAgainst('nsenter')

describe.skipIf(reason !== null)(`an elevated helper${reason === null ? '' : ` (${reason})`}`, () => {
  let machine: Machine
  let before: string

  beforeAll(async () => {
    machine = await Machine.make()
    before = machine.dump()
  })
  afterAll(() => machine?.dispose())

  const refusedStatus = 96

  /** It has ended by itself, with a reason, and the machine is as it was. */
  async function expectRefusal(running: ReturnType<typeof startHelper>, words: RegExp): Promise<void> {
    const { status, stderr } = await running.ended
    expect(stderr).toMatch(words)
    expect(stderr).toMatch(/Nothing was changed\.$/m)
    expect(status).toBe(refusedStatus)
    expect(machine.helpers()).toEqual([])
    expect(machine.dump()).toBe(before)
  }

  test('that meets its shell serves it, as root, on the machine itself', async () => {
    const { connection, channel, running } = await meetHelper(machine)
    const opened = await connection.sendRequest<Results['session/open']>('session/open', { protocol: protocolVersion })
    expect(opened.capabilities).toMatchObject({ mode: 'elevated', variant: 'elevated' })
    expect(opened.live.namespaces.map(({ name }) => name)).toContain('host')
    channel.end()
    expect((await running.ended).status).toBe(0)
    expect(machine.helpers()).toEqual([])
  })

  describe('refuses', () => {
    const wrong: readonly (readonly [string, RegExp, (meeting: Meeting) => string | void])[] = [
      [
        'a directory with another name',
        /no place where Vethlab waits/,
        ({ path }) => {
          renameSync(path, `${path}x`)
          return `${path}x`
        },
      ],
      ['a way back up in the path', /not reached directly/, ({ path }) => path.replace('/run/', '/run/../run/')],
      ['a relative path', /no place where/, ({ path }) => path.slice(1)],
      ['a directory that is not there', /ENOENT/, ({ path }) => rmSync(path, { recursive: true })],
      ['a directory that others may enter', /has mode 755/, ({ path }) => chmodSync(path, 0o755)],
      ['a directory of another user', /belongs to another user/, ({ path }) => lchownSync(path, 65534, 65534)],
      ['a directory of root', /belongs to another user/, ({ path }) => lchownSync(path, 0, 0)],
      [
        'a link to the directory',
        /ENOTDIR|ELOOP/,
        ({ path }) => {
          renameSync(path, `${path}-real`)
          symlinkSync(`${path}-real`, path)
        },
      ],
      [
        'a link on the way to it',
        /no directory \(a link is not taken either\)/,
        ({ path }) => {
          const link = join(machine.world.directory, 'link')
          rmSync(link, { force: true })
          symlinkSync(machine.world.runtime, link)
          return path.replace(machine.world.runtime, link)
        },
      ],
      [
        'a directory above that others may change',
        /may be changed by other users/,
        ({ path }) => {
          const open = join(machine.world.directory, `open-${randomBytes(3).toString('hex')}`)
          mkdirSync(open)
          chmodSync(open, 0o777)
          const moved = path.replace(machine.world.runtime, open)
          renameSync(path, moved)
          return moved
        },
      ],
      [
        'a link in place of the token',
        /ELOOP/,
        ({ token }) => {
          renameSync(token, `${token}-real`)
          symlinkSync(`${token}-real`, token)
          machine.world.give(token)
        },
      ],
      ['a token that others may read', /token has mode 644/, ({ token }) => chmodSync(token, 0o644)],
      ['a token of another user', /token belongs to another user/, ({ token }) => lchownSync(token, 65534, 65534)],
      ['a token with a second name', /has other names/, ({ token }) => linkSync(token, `${token}-too`)],
      ['a token of another length', /another length/, ({ token }) => writeFileSync(token, randomBytes(33))],
      [
        'a pipe in place of the token',
        /is no file/,
        ({ token }) => {
          rmSync(token)
          spawnSync('mkfifo', ['-m', '600', token])
          machine.world.give(token)
        },
      ],
      [
        'a file in place of the socket',
        /is no socket/,
        ({ socket }) => {
          rmSync(socket)
          writeFileSync(socket, '', { mode: 0o600 })
          machine.world.give(socket)
        },
      ],
      ['a socket of another user', /socket belongs to another user/, ({ socket }) => lchownSync(socket, 65534, 65534)],
      ['a socket that others may use', /socket has mode 777/, ({ socket }) => chmodSync(socket, 0o777)],
      ['a socket at which nobody listens', /ECONNREFUSED/, (meeting) => meeting.forget()],
    ]

    test.each(wrong)('%s', async (_, words, spoil) => {
      const meeting = await new Meeting(machine).make()
      const path = spoil(meeting) ?? meeting.path
      await expectRefusal(startHelper(machine, path), words)
      expect(meeting.peers).toEqual([])
      meeting.close()
    })

    test('a shell that does not know the secret', async () => {
      const meeting = await new Meeting(machine).make()
      const running = startHelper(machine, meeting.path)
      void meeting.shake(await meeting.peer(), randomBytes(32))
      await expectRefusal(running, /does not know the secret/)
      meeting.close()
    })

    test('a shell that sends back what it was told', async () => {
      const meeting = await new Meeting(machine).make()
      const running = startHelper(machine, meeting.path)
      const socket = await meeting.peer()
      socket.pipe(socket)
      await expectRefusal(running, /does not know the secret/)
      meeting.close()
    })

    test('a shell that floods it', async () => {
      const meeting = await new Meeting(machine).make()
      const running = startHelper(machine, meeting.path)
      ;(await meeting.peer()).write('x'.repeat(100_000))
      await expectRefusal(running, /does not know the secret/)
      meeting.close()
    })

    test('to act for nobody, or for somebody else', async () => {
      const meeting = await new Meeting(machine).make()
      await expectRefusal(startHelper(machine, meeting.path, {}), /neither PKEXEC_UID nor SUDO_UID/)
      await expectRefusal(startHelper(machine, meeting.path, { SUDO_UID: '65534' }), /belongs to another user/)
      await expectRefusal(startHelper(machine, meeting.path, { SUDO_UID: '0 ' }), /neither PKEXEC_UID nor SUDO_UID/)
      await expectRefusal(startHelper(machine, meeting.path, { SUDO_UID: '54321' }), /no account with the number 54321/)
      // pkexec's word counts more than what a user may have handed through it.
      const both = { PKEXEC_UID: '65534', SUDO_UID: String(machine.user.uid) }
      await expectRefusal(startHelper(machine, meeting.path, both), /belongs to another user/)
      meeting.close()
    })
  })

  describe('that serves', () => {
    test('answers no request it does not know, and none before the session is open', async () => {
      const { connection, channel, running } = await meetHelper(machine)
      await expect(connection.sendRequest('lab/clear', {})).rejects.toMatchObject({ code: errorCodes.notOpen })
      await connection.sendRequest('session/open', { protocol: protocolVersion })
      await expect(connection.sendRequest('program/run', { path: '/bin/sh' })).rejects.toMatchObject({
        code: errorCodes.unknownMethod,
      })
      await expect(connection.sendRequest('terminal/open', { program: '/bin/sh' })).rejects.toMatchObject({
        code: errorCodes.invalidParams,
      })
      channel.end()
      await running.ended
      expect(machine.dump()).toBe(before)
    })

    test('ends at a frame that is too large, or none at all', async () => {
      const oversize = await meetHelper(machine)
      await oversize.channel.send(`{"a":"${'x'.repeat(maxMessageBytes)}"}`).catch(() => {})
      await oversize.running.ended
      const broken = await meetHelper(machine)
      await broken.channel.send('no JSON')
      await broken.running.ended
      expect(machine.helpers()).toEqual([])
      expect(machine.dump()).toBe(before)
    })

    test('ends when its shell is silent: for five seconds at the door, for ten later on', async () => {
      const meeting = await new Meeting(machine).make()
      const mute = startHelper(machine, meeting.path)
      const silent = await meetHelper(machine, { beats: false })
      expect(await mute.ended).toMatchObject({ status: refusedStatus })
      const { status, ms } = await silent.running.ended
      expect(status).toBe(0)
      // Whole seconds are counted, from the moment that it has started.
      expect(ms).toBeGreaterThan(heartbeat.endAfterMs - 1500)
      meeting.close()
      expect(machine.helpers()).toEqual([])
      expect(machine.dump()).toBe(before)
    })

    test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends in order at %s', async (signal) => {
      const { connection, running } = await meetHelper(machine)
      await connection.sendRequest('session/open', { protocol: protocolVersion })
      const [helper] = machine.helpers()
      process.kill(helper?.pid ?? 0, signal)
      expect((await running.ended).status).toBe(0)
      await until('nothing is left', () => machine.helpers().length === 0)
    })
  })
})
