/** Lab files on disk: what is read, never lost, and told of when it changes. */
import { spawn } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fingerprintOf } from '../../../electron/session/files/lab-text.js'
import { until } from '../support/until.js'
import { testBrowser, type TestBrowser } from './browser.js'
import { bundledSaver } from './bundle.js'
import { World } from '../support/world.js'
import { Window } from './window.js'

let server: TestBrowser
let window: Window
let work: string
const at = (name: string): string => join(work, name)

beforeEach(async () => {
  server = await testBrowser()
  window = await Window.open(server.browser.newAddress())
  work = join(server.directory, 'work')
  mkdirSync(work)
})

afterEach(() => server.close())

describe('reading', () => {
  test('gives the text as it is, with a fingerprint', async () => {
    const text = '\ufeffvethlab: 1\r\nname: 网络\n'
    writeFileSync(at('a.vethlab.yaml'), text)
    const read = await window.ask('file/read', { path: at('a.vethlab.yaml') })
    expect(read).toEqual({ ok: true, file: { path: at('a.vethlab.yaml'), text, fingerprint: fingerprintOf(text) } })
    expect(await window.ask('file/recent', {})).toMatchObject({ files: [{ path: at('a.vethlab.yaml'), name: 'a' }] })
  })

  test('refuses in one sentence what is no lab file', async () => {
    writeFileSync(at('big.yaml'), Buffer.alloc(4 * 1024 * 1024 + 1, 'x'))
    writeFileSync(at('latin.yaml'), Buffer.from([0x6e, 0xe9]))
    mkdirSync(at('directory.yaml'))
    symlinkSync('loop.yaml', at('loop.yaml'))
    symlinkSync('/dev/zero', at('zero.yaml'))
    const codes = {
      [at('missing.yaml')]: 'not-found',
      [at('big.yaml')]: 'too-large',
      [at('latin.yaml')]: 'not-text',
      [at('directory.yaml')]: 'not-a-file',
      [at('loop.yaml')]: 'not-found',
      [at('zero.yaml')]: 'not-a-file',
      '/etc/passwd': 'not-a-lab-file',
      'relative.yaml': 'bad-path',
      [at('nul\0.yaml')]: 'bad-path',
      [at(`${'x'.repeat(300)}.yaml`)]: 'bad-path',
    }
    for (const [path, code] of Object.entries(codes)) {
      const read = await window.ask('file/read', { path })
      expect(read).toMatchObject({ ok: false, failure: { code, where: path } })
      if (!read.ok) expect(read.failure.message).toMatch(/^[^\n]{10,600}\.$/)
    }
  })
})

describe('saving', () => {
  test('makes a new file, and keeps mode and link of one that is there', async () => {
    const path = at('new.vethlab.yaml')
    expect(await window.ask('file/write', { path, text: 'one\n', base: null })).toEqual({
      ok: true,
      fingerprint: fingerprintOf('one\n'),
    })
    expect(statSync(path).mode & 0o777).toBe(0o666 & ~process.umask())
    chmodSync(path, 0o640)
    symlinkSync('new.vethlab.yaml', at('link.yaml'))
    const saved = await window.ask('file/write', { path: at('link.yaml'), text: 'two\n', base: fingerprintOf('one\n') })
    expect(saved.ok).toBe(true)
    expect(readlinkSync(at('link.yaml'))).toBe('new.vethlab.yaml')
    expect(readFileSync(path, 'utf8')).toBe('two\n')
    expect(statSync(path).mode & 0o777).toBe(0o640)
    expect(readdirSync(work).sort()).toEqual(['link.yaml', 'new.vethlab.yaml'])
  })

  test('through a link to a file that is not there yet makes that file', async () => {
    symlinkSync('later/lab.yaml', at('link.yaml'))
    mkdirSync(at('later'))
    expect(await window.ask('file/write', { path: at('link.yaml'), text: 'x\n', base: null })).toMatchObject({
      ok: true,
    })
    expect(readFileSync(at('later/lab.yaml'), 'utf8')).toBe('x\n')
  })

  test('is refused where another program has changed, made or removed the file, and touches nothing', async () => {
    const path = at('a.yaml')
    writeFileSync(path, 'theirs\n')
    const base = fingerprintOf('what I read\n')
    for (const [text, expected] of [
      ['mine\n', base],
      ['mine\n', null],
    ] as const) {
      expect(await window.ask('file/write', { path, text, base: expected })).toMatchObject({
        ok: false,
        failure: { code: 'changed-on-disk', where: path },
      })
      expect(readFileSync(path, 'utf8')).toBe('theirs\n')
    }
    unlinkSync(path)
    expect(await window.ask('file/write', { path, text: 'mine\n', base })).toMatchObject({
      ok: false,
      failure: { code: 'removed-on-disk' },
    })
    expect(existsSync(path)).toBe(false)
    expect(readdirSync(work)).toEqual([])
  })

  test('over a write-protected file waits for a yes, root or not, and leaves it as protected as it was', async () => {
    const path = at('protected.yaml')
    writeFileSync(path, 'keep\n')
    chmodSync(path, 0o444)
    const { ino } = statSync(path)
    const base = fingerprintOf('keep\n')
    expect(await window.ask('file/write', { path, text: 'new\n', base })).toMatchObject({
      ok: false,
      failure: { code: 'write-protected', where: path },
    })
    expect([readFileSync(path, 'utf8'), statSync(path).ino]).toEqual(['keep\n', ino])
    expect(await window.ask('file/write', { path, text: 'new\n', base, agreed: true })).toMatchObject({ ok: true })
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['new\n', 0o444])
  })

  test("keeps the owner of a file of another user's that may be written to, and asks about one that may not", async (context) => {
    if (process.getuid?.() !== 0) context.skip('only root gives files away')
    const world = await World.ofUser()
    try {
      const open = world.file('home/theirs.yaml', 'theirs\n')
      const shut = world.file('home/shut.yaml', 'theirs\n')
      for (const path of [open, shut]) chownSync(path, 0, 0)
      chmodSync(open, 0o666)
      chmodSync(shut, 0o644)
      const save = async (path: string): Promise<string> =>
        (await world.run([process.execPath, await bundledSaver(), '--once', path])).stdout
      expect([await save(open), await save(shut)]).toEqual(['saved', 'of-another'])
      expect([statSync(open).uid, statSync(open).mode & 0o777, readFileSync(open, 'utf8')]).toEqual([
        0,
        0o666,
        'mine\n',
      ])
      expect([statSync(shut).uid, readFileSync(shut, 'utf8')]).toEqual([0, 'theirs\n'])
    } finally {
      world.dispose()
    }
  })

  test('of two windows that save at once, one is refused', async () => {
    const path = at('a.yaml')
    writeFileSync(path, 'base\n')
    const base = fingerprintOf('base\n')
    const answers = await Promise.all(['one\n', 'two\n'].map((text) => window.ask('file/write', { path, text, base })))
    expect(answers.map(({ ok }) => ok)).toEqual([true, false])
    expect(readFileSync(path, 'utf8')).toBe('one\n')
  })

  test('is refused in words where it cannot be, and the former file stays', async () => {
    mkdirSync(at('d.yaml'))
    const codes = {
      [at('nowhere/a.yaml')]: 'not-found',
      [at('d.yaml')]: 'not-a-file',
      [join(process.env['HOME'] ?? '/root', '.bashrc')]: 'not-a-lab-file',
      '/proc/a.yaml': 'not-found',
    }
    for (const [path, code] of Object.entries(codes))
      expect(await window.ask('file/write', { path, text: 'x', base: null })).toMatchObject({
        ok: false,
        failure: { code, where: path },
      })
    // A million characters of three bytes are less than the window's limit, and more than the file's.
    const text = '网'.repeat(2 * 1024 * 1024)
    expect(await window.ask('file/write', { path: at('big.yaml'), text, base: null })).toMatchObject({
      ok: false,
      failure: { code: 'too-large' },
    })
    expect(readdirSync(work)).toEqual(['d.yaml'])
  })

  test('leaves the old file or the new one, whole, when the program is killed at any moment', async () => {
    const path = at('killed.yaml')
    const letters = ['a', 'b', 'c', 'd']
    const whole = letters.map((letter) => letter.repeat(300_000))
    writeFileSync(path, whole[0] as string)
    for (let round = 0; round < 8; round++) {
      const child = spawn(process.execPath, [await bundledSaver(), path], { stdio: ['ignore', 'pipe', 'inherit'] })
      // Killed in the middle of its work: after some saves, at an odd moment.
      await new Promise<void>((resolve) => {
        let saves = 0
        child.stdout.on('data', (chunk: Buffer) => {
          saves += chunk.length
          if (saves > 3 + round) setTimeout(() => child.kill('SIGKILL'), (round * 7) % 5)
        })
        child.on('close', () => resolve())
      })
      const text = readFileSync(path, 'utf8')
      expect(whole.includes(text)).toBe(true)
    }
    // The next save clears away what the killed ones left.
    const base = fingerprintOf(readFileSync(path))
    expect(await window.ask('file/write', { path, text: 'done\n', base })).toMatchObject({ ok: true })
    expect(readdirSync(work)).toEqual(['killed.yaml'])
  })
})

describe('a watched file', () => {
  test('tells of every way it is changed by others, and not of our own saves', async () => {
    const path = at('a.yaml')
    writeFileSync(path, '1\n')
    const read = await window.ask('file/read', { path })
    if (!read.ok) throw new Error(read.failure.message)
    let told = 0
    window.on('file/changed', (params) => {
      expect(params).toEqual({ path })
      told += 1
    })
    expect(await window.ask('file/watch', { path })).toEqual({ ok: true })
    const saved = await window.ask('file/write', { path, text: '2\n', base: read.file.fingerprint })
    if (!saved.ok) throw new Error(saved.failure.message)
    appendFileSync(path, 'appended\n')
    await until('an append is told', () => told === 1)
    writeFileSync(at('.a.yaml.swp'), 'renamed\n')
    renameSync(at('.a.yaml.swp'), path)
    await until('a rename over it is told', () => told === 2)
    unlinkSync(path)
    await until('its removal is told', () => told === 3)
    writeFileSync(path, 'back\n')
    await until('its return is told', () => told === 4)
    // The same bytes again are no change; a neighbour is none either. The next change is the fifth.
    writeFileSync(path, 'back\n')
    writeFileSync(at('b.yaml'), 'x')
    await window.ask('file/watch', { path })
    appendFileSync(path, 'more\n')
    await until('the next is told', () => told === 5)
    await window.ask('file/watch', { path: null })
    appendFileSync(path, 'unheard\n')
    await window.ask('file/watch', { path: at('b.yaml') })
    expect(told).toBe(5)
  })

  test('that has changed since it was read is told of at once, and one that has not is no news', async () => {
    const path = at('between.yaml')
    writeFileSync(path, 'one')
    const read = await window.ask('file/read', { path })
    if (!read.ok) throw new Error(read.failure.message)
    let told = 0
    window.on('file/changed', () => (told += 1))
    const known = read.file.fingerprint
    await window.ask('file/watch', { path, known })
    expect(told).toBe(0)
    await window.ask('file/watch', { path: null })
    writeFileSync(path, 'two')
    await window.ask('file/watch', { path, known })
    await until('it is told', () => told === 1)
  })

  test('that does not exist in a directory that does is told of when it comes; elsewhere it is refused', async () => {
    let told = 0
    window.on('file/changed', () => (told += 1))
    expect(await window.ask('file/watch', { path: at('later.yaml') })).toEqual({ ok: true })
    writeFileSync(at('later.yaml'), 'x')
    await until('it is told', () => told === 1)
    expect(await window.ask('file/watch', { path: at('nowhere/a.yaml') })).toMatchObject({
      ok: false,
      failure: { code: 'not-found' },
    })
  })
})
