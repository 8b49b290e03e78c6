/** What a shell hands to root, and what it believes of root's: command lines of plain characters, notes of root alone. */
import {
  chmodSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { elevatedCommand } from '../../../electron/session/elevated/command.js'
import { readLeft } from '../../../electron/session/elevated/left.js'
import { makeMeeting } from '../../../electron/session/elevated/meeting.js'
import { isRoot } from '../support/user.js'

const meeting = '/run/user/1000/vethlab-0123456789abcdef'

describe('the command for root', () => {
  test('is constant but for its paths, and the same with sudo in front', () => {
    const built = elevatedCommand(meeting, {}, '/usr/bin/node', '/opt/vethlab/helper.js')
    if (!built.ok) throw new Error(built.failure.message)
    const text = `/usr/bin/env UV_THREADPOOL_SIZE=8 /usr/bin/node /opt/vethlab/helper.js elevated --connect ${meeting}`
    expect(built.command).toEqual({ text, wrapper: null, withSudo: `sudo ${text}` })
  })

  test.each([
    '/opt/veth lab/node',
    '/opt/$(id)/node',
    '/opt/`id`/node',
    '/opt/a"b/node',
    '/opt/a;b',
    '/opt/é/node',
    'node',
    '',
  ])('is not made with the path %j', (path) => {
    for (const [program, helper, directory] of [
      [path, '/opt/helper.js', meeting],
      ['/usr/bin/node', path, meeting],
      ['/usr/bin/node', '/opt/helper.js', path],
    ] as const) {
      const built = elevatedCommand(directory, {}, program, helper)
      expect(built).toMatchObject({ ok: false, failure: { code: 'odd-path', where: path } })
    }
  })

  test('is not made for an AppImage, which root cannot read', () => {
    const built = elevatedCommand(meeting, { APPIMAGE: '/home/a/Vethlab.AppImage' })
    expect(built.ok ? '' : built.failure.message).toMatch(/deb or rpm package, or a checkout/)
  })
})

describe('in a directory of its own', () => {
  let directory: string
  beforeEach(() => (directory = mkdtempSync('/tmp/vethlab-start-')))
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  test('a shell waits behind a directory that only its user can enter, and leaves nothing', () => {
    const made = makeMeeting({ XDG_RUNTIME_DIR: directory })
    if (!made.ok) throw new Error(made.failure.message)
    const { path, secret } = made.meeting
    expect(path).toMatch(new RegExp(`^${directory}/vethlab-[0-9a-f]{16}$`))
    expect(statSync(path).mode & 0o7777).toBe(0o700)
    expect(statSync(join(path, 'token')).mode & 0o7777).toBe(0o600)
    expect(secret).toHaveLength(32)
    made.meeting.remove()
    expect(readdirSync(directory)).toEqual([])
  })

  test('a runtime directory with a blank in its name is refused in words', () => {
    const odd = join(directory, 'a b')
    mkdirSync(odd, { mode: 0o700 })
    expect(makeMeeting({ XDG_RUNTIME_DIR: odd })).toMatchObject({ ok: false, failure: { code: 'odd-path' } })
    expect(readdirSync(odd)).toEqual([])
  })

  describe.skipIf(!isRoot)('a note of what was left (needs root, to write what root would)', () => {
    const note = { lab: 'a-lab', since: 1_700_000_000_000, kept: true }
    let file: string
    beforeEach(() => {
      chmodSync(directory, 0o755)
      file = join(directory, 'left.json')
      writeFileSync(file, `${JSON.stringify(note)}\n`, { mode: 0o644 })
    })

    test('is believed where root alone can have written it', () => {
      expect(readLeft(file)).toEqual(note)
    })

    test.each<readonly [string, () => void]>([
      ['is not there', () => rmSync(file)],
      ['belongs to a user', () => lchownSync(file, 65534, 65534)],
      ['may be written by others', () => chmodSync(file, 0o666)],
      ['is in a directory of a user', () => lchownSync(directory, 65534, 65534)],
      ['is in a directory that others may write', () => chmodSync(directory, 0o777)],
      [
        'is a link',
        () => {
          rmSync(file)
          writeFileSync(`${file}.real`, JSON.stringify(note))
          symlinkSync(`${file}.real`, file)
        },
      ],
      ['is no JSON', () => writeFileSync(file, '{')],
      ['says something else', () => writeFileSync(file, JSON.stringify({ ...note, lab: '' }))],
      ['is too long', () => writeFileSync(file, JSON.stringify({ ...note, more: 'x'.repeat(5000) }))],
    ])('is none where it %s', (_, spoil) => {
      spoil()
      expect(readLeft(file)).toBeNull()
    })
  })
})
