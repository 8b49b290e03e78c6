/** Entries of running labs in a directory that containers share: each numbers its processes by itself. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  claim,
  listAll,
  listRunning,
  markEnding,
  publish,
  release,
  type RunningLab,
} from '../../../electron/session/running/entry.js'
import { identify, ownNumbering } from '../../../electron/session/running/process-identity.js'

let directory: string
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'vethlab-running-'))))
afterEach(() => rmSync(directory, { recursive: true }))

const inDirectory = (name: string): string => join(directory, name)

/** An entry as another keeper has written it, of which no process here has the number, with its socket. */
function write(name: string, numbered: RunningLab['numbered']): void {
  const keeper = { pid: 4194303, startTicks: 1 }
  const entry = { name, keeper, ...(numbered && { numbered }), anchor: null, started: 0, file: '-' }
  writeFileSync(inDirectory(`${name}.json`), JSON.stringify(entry))
  writeFileSync(inDirectory(`${name}.${keeper.pid}.sock`), '')
}

test('a lab of another container is left as it is, and its name is taken', () => {
  write('far', { ...ownNumbering(), namespaces: 'pid:[1] time:[1]' })
  const before = readFileSync(inDirectory('far.json'), 'utf8')
  const { here, elsewhere } = listAll(directory)
  expect([here, elsewhere.map(({ name }) => name)]).toEqual([[], ['far']])
  expect(claim(directory, 'far', '-')).toMatchObject({
    failure: {
      code: 'running-elsewhere',
      message: `A lab named far was started in another container or PID namespace, from which alone it can be seen and stopped. Where it has ended there, take its name away with: rm '${inDirectory('far.json')}'`,
    },
  })
  expect(readFileSync(inDirectory('far.json'), 'utf8')).toBe(before)
  expect(existsSync(inDirectory('far.4194303.sock'))).toBe(true)
})

test.each([
  ['of before the machine was started', { ...ownNumbering(), boot: 'another' }],
  ['of a keeper that has ended', ownNumbering()],
  ['of an earlier version, whose keeper has ended', undefined],
])('one %s is cleared away', (_, numbered) => {
  write('old', numbered)
  expect(listAll(directory)).toEqual({ here: [], elsewhere: [], damaged: [] })
  for (const name of ['old.json', 'old.4194303.sock']) expect(existsSync(inDirectory(name))).toBe(false)
})

test('one of our own is running', () => {
  const claimed = claim(directory, 'own', '-')
  if (!claimed.ok) throw new Error(claimed.failure.message)
  expect(listRunning(directory)).toEqual([claimed.entry])
  expect(claim(directory, 'own', '-')).toMatchObject({ failure: { code: 'already-running' } })
  release(directory, claimed.entry)
  expect(listRunning(directory)).toEqual([])
})

test('who wants a name that is taken hears at which point its lab is', () => {
  const claimed = claim(directory, 'own', '-')
  if (!claimed.ok) throw new Error(claimed.failure.message)
  const refused = (): string => {
    const again = claim(directory, 'own', '-')
    return again.ok ? 'taken' : again.failure.message
  }
  expect(refused()).toContain(`is coming up already, in process ${process.pid}. Wait for it, or stop it with: `)
  publish(directory, claimed.entry, claimed.entry.keeper)
  expect(refused()).toContain('is running already. Stop it with: ')
  markEnding(directory, claimed.entry)
  expect(refused()).toBe(`A lab named own is just being taken down, by process ${process.pid}. Try again in a moment.`)
  release(directory, claimed.entry)
})

test.each([
  ['cut off', '{"name":"own","keep', 'it is no whole JSON'],
  ['of other types', '{"name":"own","keeper":"7"}', 'it is not what this version of vethlab writes'],
  [
    'of another lab',
    JSON.stringify({ name: 'other', keeper: identify(process.pid), anchor: null, started: 0, file: '-' }),
    'it is not what this version of vethlab writes',
  ],
  ['empty', '', 'it is no whole JSON'],
  ['a directory', null, 'it is a directory'],
])('a record that is %s is told of, and stays', (_, text, why) => {
  const path = inDirectory('own.json')
  if (text === null) mkdirSync(path)
  else writeFileSync(path, text)
  expect(listAll(directory)).toEqual({ here: [], elsewhere: [], damaged: [{ name: 'own', path, why, keepers: [] }] })
  const claimed = claim(directory, 'own', '-')
  expect(claimed).toMatchObject({ ok: false, failure: { code: 'damaged-record', where: path } })
  if (!claimed.ok)
    expect(claimed.failure.message).toContain(
      `The record of the lab own, ${path}, is damaged: ${why}. Take it away with: `,
    )
  expect(existsSync(path)).toBe(true)
})
