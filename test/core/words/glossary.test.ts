/** Words of the guides that are explained where they stand. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import type { Text } from '../../../electron/core/lab/schema.js'
import { parseMarkdown } from '../../../renderer/guide/markdown.js'
import { glossary as en } from '../../../renderer/i18n/en/glossary.js'
import { glossary as zh } from '../../../renderer/i18n/zh-CN/glossary.js'

const directory = fileURLToPath(new URL('../../../resources/labs/', import.meta.url))
const languages = ['en', 'zh-CN'] as const
/** A small page beside a terminal (characters). */
const longest = 300

const termsIn = (text: string): readonly string[] =>
  parseMarkdown(text)
    .flatMap((block) => (block.kind === 'code' ? [] : block.kind === 'list' ? block.items.flat() : block.content))
    .flatMap((part) => (part.kind === 'term' ? [part.term] : []))

const inLanguage = (text: Text, language: (typeof languages)[number]): string =>
  typeof text === 'string' ? text : (text[language] ?? '')

const labs = readdirSync(directory)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => {
    const { labFile } = parseLabText(readFileSync(directory + name), name)
    const texts = [...(labFile?.guide ?? []).map(({ text }) => text), labFile?.explanation].filter(
      (text) => text !== undefined,
    )
    return { name, texts }
  })
const marked = new Set(labs.flatMap(({ texts }) => texts.flatMap((text) => termsIn(inLanguage(text, 'en')))))
const words = Object.keys(en)
  .filter((key) => !key.endsWith('.what'))
  .map((key) => key.replace('term.', ''))

describe('the glossary', () => {
  test('has every word that a guide marks, and no other', () => {
    expect([...marked].toSorted()).toEqual(words.toSorted())
    expect(words.length).toBeGreaterThanOrEqual(60)
  })
  test('says where each comes from', () => {
    const [, table = ''] = readFileSync(`${directory}SOURCES.md`, 'utf8').split('## Words')
    // Below its head and the line under that.
    const sources = [...table.matchAll(/^\| ([a-z0-9-]+) \| (\S.*) \|$/gm)]
      .slice(2)
      .map(([, word, source]) => [word, source])
    expect(sources.map(([word]) => word).toSorted()).toEqual(words.toSorted())
  })
  test.each(words)('explains %s in both languages, briefly', (word) => {
    const what = `term.${word}.what` as keyof typeof en
    expect(what in en && what in zh).toBe(true)
    expect(en[what].length).toBeLessThanOrEqual(longest)
    expect(zh[what]).toMatch(/\p{Script=Han}.*。$/u)
  })
  test.each(labs)('is asked for the same words in each language of $name, and once', ({ texts }) => {
    const [one, other] = languages.map((language) =>
      texts.map((text) => termsIn(inLanguage(text, language)).toSorted()),
    )
    expect(other).toEqual(one)
    const all = one?.flat() ?? []
    expect(all).toEqual([...new Set(all)])
  })
})
