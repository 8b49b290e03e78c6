/** The page on security promises a test for every request; a request that is added without one is found here. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { requests } from '../../../electron/core/rpc.js'
import { shellRequests } from '../../../electron/core/rpc-shell.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const text = readFileSync(`${root}docs/security.md`, 'utf8')

/** Of what a window asks of its shell, that which reaches beyond files of the user's and the helper's life. */
const ofShell = Object.keys(shellRequests).filter((name) => name.startsWith('look/'))

test('docs/security.md lists every request of the helper, each with tests that exist', () => {
  const rows = [...text.matchAll(/^\| `([a-z]+\/[a-z]+)` *\|[^|]*\|([^|]*)\|$/gm)]
  expect(rows.map(([, name]) => name).sort()).toEqual([...Object.keys(requests), ...ofShell].sort())
  for (const [, name, tests = ''] of rows) {
    const files = [...tests.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file)
    expect(files, name).not.toEqual([])
    for (const file of files) expect(existsSync(`${root}${file}`), file).toBe(true)
  }
})

test('docs/security.md names no test that is not there', () => {
  for (const [, file = ''] of text.matchAll(/`(test\/[^`]+\.ts)`/g))
    expect(existsSync(`${root}${file}`), file).toBe(true)
})
