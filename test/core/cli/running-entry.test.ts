/** Entries of running labs in a directory that containers share: each numbers its processes by itself. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claim, listAll, listRunning, release, type RunningLab } from '../../../electron/session/running/entry.js'
import { ownNumbering } from '../../../electron/session/running/process-identity.js'

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
  expect(listAll(directory)).toEqual({ here: [], elsewhere: [] })
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
