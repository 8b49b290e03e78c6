import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ownCommandOf } from '../../../electron/core/words/own-command.js'
import { ownCommand } from '../../../electron/session/own-command.js'
import { en } from '../../../renderer/i18n/en.js'
import { zhCN } from '../../../renderer/i18n/zh-CN.js'
import { markedSentences } from './patterns.js'

const root = new URL('../../../', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  readonly files: readonly string[]
  readonly scripts: Readonly<Record<string, string>>
  readonly bin: Readonly<Record<string, string>>
}

test('a checkout is called by its package.json, and a package by its command', () => {
  const asked: string[] = []
  const inPackage = ownCommandOf((path) => {
    asked.push(path)
    return manifest.files.some((each) => `${path}/`.startsWith(`${each}/`))
  })
  expect(inPackage).toBe('vethlab')
  expect(Object.keys(manifest.bin)).toEqual(['vethlab'])
  expect(asked.map((path) => readFileSync(new URL(path, root), 'utf8').length > 0)).toEqual([true])
  expect(ownCommand).toBe('npm run -s cli --')
  expect(manifest.scripts['cli']).toBe('node dist/node/cli.js')
})

test('no text names a command of vethlab that is not everywhere', () => {
  const named = /\bvethlab (?:import|export|doctor|recover|serve|check|up|trace|validate|plan|state|ps|down|exec)\b/
  const texts = [en, zhCN].flatMap((catalogue) => Object.values(catalogue).map((each) => JSON.stringify(each)))
  const said = markedSentences().map(({ pattern }) => pattern)
  expect([...texts, ...said].filter((text) => named.test(text))).toEqual([])
})
