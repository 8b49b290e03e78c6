/** What a shell remembers and offers: unsaved work, recent files, guides, starter labs, directories to browse. */
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { browse } from '../../../electron/session/files/browse.js'
import { UnsavedWork } from '../../../electron/session/files/unsaved.js'
import { resourceFile } from '../../../electron/session/programs.js'
import { ShellFiles } from '../../../electron/session/shell-files.js'
import { testBrowser, type TestBrowser } from './browser.js'
import { bundledSaver } from './bundle.js'
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

describe('browsing', () => {
  test('shows directories and labs in the order people expect, and nothing hidden', async () => {
    for (const name of ['lab10.vethlab.yaml', 'lab9.vethlab.yaml', 'other.yml', 'text.txt', '.hidden.yaml'])
      writeFileSync(at(name), '')
    for (const name of ['beta', 'Alpha', '.git']) mkdirSync(at(name))
    symlinkSync('beta', at('to-beta'))
    symlinkSync('nowhere', at('dangling.yaml'))
    symlinkSync('text.txt', at('text.yaml'))
    const answer = await window.ask('file/browse', { directory: `${work}/` })
    expect(answer).toMatchObject({ ok: true, directory: work, parent: server.directory })
    if (!answer.ok) return
    expect(answer.entries.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'directory Alpha',
      'directory beta',
      'directory to-beta',
      'lab lab9.vethlab.yaml',
      'lab lab10.vethlab.yaml',
      'lab other.yml',
      'lab text.yaml',
    ])
  })

  test('begins at home, and where a lab was opened last; the next session and the one after it know', async () => {
    const state = at('state-of-dialogs')
    const labs = at('labs-of-mine')
    const begins = async (files: ShellFiles): Promise<unknown> => {
      const answer = await files.answers['file/browse']({ directory: null })
      return answer.ok && answer.directory
    }
    const first = new ShellFiles(() => {}, state)
    expect(await begins(first)).toBe(homedir())
    expect(await first.startFolder.get()).toBe(homedir())
    mkdirSync(labs)
    writeFileSync(join(labs, 'mine.vethlab.yaml'), 'vethlab: 1\nname: mine\n')
    expect(await first.read(join(labs, 'mine.vethlab.yaml'))).toMatchObject({ ok: true })
    expect(await begins(first)).toBe(labs)
    // Chosen in a dialog, and no lab: a script that is imported, say.
    first.startFolder.used(at('script.sh'))
    expect(await first.startFolder.get()).toBe(work)
    expect(await begins(new ShellFiles(() => {}, state))).toBe(labs)
    // Nobody keeps files where the labs of the program lie.
    expect(await first.read(resourceFile('labs/08-nat.vethlab.yaml'))).toMatchObject({ ok: true })
    expect(await first.startFolder.get()).toBe(work)
    expect(await begins(new ShellFiles(() => {}, state))).toBe(labs)
    rmSync(labs, { recursive: true })
    expect(await begins(new ShellFiles(() => {}, state))).toBe(homedir())
  })

  test('ends at /, and says where it cannot go', async () => {
    expect(await browse('/')).toMatchObject({ ok: true, directory: '/', parent: null })
    expect(await browse(at('nowhere'))).toMatchObject({ ok: false, failure: { code: 'not-found' } })
    writeFileSync(at('file.yaml'), '')
    expect(await browse(at('file.yaml'))).toMatchObject({ ok: false, failure: { code: 'not-found' } })
    expect(await browse('relative')).toMatchObject({ ok: false, failure: { code: 'bad-path' } })
  })

  test('has no dialog of its own', async () => {
    expect(await window.ask('file/choose', { purpose: 'open', suggested: '' })).toMatchObject({
      ok: false,
      failure: { code: 'no-dialog' },
    })
  })
})

describe('unsaved work', () => {
  test('is found again after the window and its shell are gone, and forgotten when it is saved', async () => {
    await window.ask('file/keep', { id: 'one', path: at('a.yaml'), text: 'draft 1\n' })
    await window.ask('file/keep', { id: 'one', path: at('a.yaml'), text: 'draft 2\n' })
    await window.ask('file/keep', { id: 'two', path: null, text: 'untitled\n' })
    await window.ask('file/keep', { id: 'three', path: null, text: 'gone\n' })
    expect(await window.ask('file/keep', { id: 'three', path: null, text: null })).toEqual({ ok: true })
    const { recovered } = await window.ask('file/recover', {})
    expect(recovered.map(({ id, path, text }) => ({ id, path, text }))).toEqual([
      { id: 'two', path: null, text: 'untitled\n' },
      { id: 'one', path: at('a.yaml'), text: 'draft 2\n' },
    ])
    const again = await Window.open(server.browser.newAddress())
    expect(again.shell.recovered).toEqual(recovered)
    expect(statSync(server.state).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(join(server.state, 'unsaved')))
      expect(statSync(join(server.state, 'unsaved', name)).mode & 0o777).toBe(0o600)
  })

  test('of another shell that still runs is left to it; of one that was killed it is taken over', async () => {
    const state = at('state')
    const saver = await bundledSaver()
    const child = spawn(process.execPath, [saver, '--keep', state], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    const here = new UnsavedWork(state)
    expect(await here.recover()).toEqual([])
    const ended = new Promise((resolve) => child.on('close', resolve))
    child.kill('SIGKILL')
    await ended
    expect(await here.recover()).toMatchObject([{ id: 'theirs', path: null, text: 'work\n' }])
  })

  test('leaves no draft of a writer that was killed, and those of others alone', async () => {
    await window.ask('file/keep', { id: 'good', path: null, text: 'x' })
    const ended = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
    await new Promise((resolve) => ended.on('close', resolve))
    const draft = (pid: number | undefined): string => `.vethlab-0123456789ab-${pid}-01234567`
    for (const name of [draft(ended.pid), draft(process.pid), '.vethlab-mine'])
      writeFileSync(join(server.state, 'unsaved', name), '')
    await window.ask('file/recover', {})
    expect(readdirSync(join(server.state, 'unsaved')).sort()).toEqual(
      ['.vethlab-mine', draft(process.pid), 'good.json'].sort(),
    )
  })

  test('that is damaged or strange is passed over', async () => {
    await window.ask('file/keep', { id: 'good', path: null, text: 'x' })
    writeFileSync(join(server.state, 'unsaved/bad.json'), '{"text":')
    writeFileSync(join(server.state, 'unsaved/Strange name.json'), '{}')
    expect((await window.ask('file/recover', {})).recovered.map(({ id }) => id)).toEqual(['good'])
  })
})

test('starter labs come in the order of the ladder, broken twins beside them', async () => {
  const { labs } = await window.ask('file/starters', {})
  expect(labs.map(({ rung }) => rung)).toEqual(labs.map(({ rung }) => rung).sort((a, b) => a - b))
  expect(labs.find(({ id }) => id === '08-nat')).toMatchObject({
    rung: 8,
    broken: false,
    text: expect.stringContaining('vethlab: 1') as string,
  })
  expect(labs.find(({ id }) => id === '08-nat.broken')).toMatchObject({ rung: 8, broken: true })
  const files = readdirSync(join(import.meta.dirname, '../../../resources/labs')).filter((name) =>
    name.endsWith('.vethlab.yaml'),
  )
  expect(labs.length).toBe(files.length)
})

test('progress of guides and recent files are kept, the latest first', async () => {
  expect(await window.ask('guide/read', {})).toEqual({ progress: [] })
  await Promise.all([
    window.ask('guide/write', { lab: 'nat', step: 1, answers: [] }),
    window.ask('guide/write', { lab: 'bridge', step: 2, answers: [1, 0] }),
  ])
  expect(await window.ask('guide/write', { lab: 'nat', step: 3, answers: [2] })).toEqual({ ok: true })
  expect(await window.ask('guide/read', {})).toEqual({
    progress: [
      { lab: 'nat', step: 3, answers: [2] },
      { lab: 'bridge', step: 2, answers: [1, 0] },
    ],
  })
  for (let count = 0; count < 25; count++) {
    writeFileSync(at(`${count}.yaml`), '')
    await window.ask('file/read', { path: at(`${count}.yaml`) })
  }
  unlinkSync(at('23.yaml'))
  const { files } = await window.ask('file/recent', {})
  expect(files.map(({ name }) => name).slice(0, 3)).toEqual(['24', '22', '21'])
  expect(files.length).toBe(19)
  writeFileSync(join(server.state, 'guides.json'), 'damaged')
  expect(await window.ask('guide/read', {})).toEqual({ progress: [] })
})

test('a file given at the start is in the first answer; one that cannot be opened says why', async () => {
  writeFileSync(at('start.yaml'), 'vethlab: 1\nname: s\n')
  for (const [file, expected] of [
    [at('start.yaml'), { file: { path: at('start.yaml') }, fileFailure: null }],
    [at('missing.yaml'), { file: null, fileFailure: { code: 'not-found' } }],
  ] as const) {
    const other = await testBrowser(file)
    const opened = await Window.open(other.browser.newAddress())
    expect(opened.shell).toMatchObject(expected)
    await other.close()
  }
})
