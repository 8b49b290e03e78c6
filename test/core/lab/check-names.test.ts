import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { openSource } from '../../../electron/core/lab/source.js'
import { createLabText } from '../../../electron/core/lab/print.js'

const folder = new URL('../../../resources/labs/', import.meta.url)
const starters = readdirSync(folder).filter((name) => name.endsWith('.vethlab.yaml'))
const head = 'vethlab: 1\nname: x\nchecks: [{ from: host, ping: 127.0.0.1'

describe('the name of a check', () => {
  test.each([
    ['one text', ', name: lo answers', 'lo answers', 'lo answers'],
    [
      'a text per language',
      ', name: { en: lo answers, zh-CN: lo 有应答 }',
      'lo answers',
      { en: 'lo answers', 'zh-CN': 'lo 有应答' },
    ],
    ['Chinese alone', ', name: { zh-CN: lo 有应答 }', 'lo 有应答', { 'zh-CN': 'lo 有应答' }],
    ['no language at all', ', name: {}', 'host ping 127.0.0.1', {}],
    ['none', '', 'host ping 127.0.0.1', 'host ping 127.0.0.1'],
  ])('%s', (_, said, name, title) => {
    expect(parseLabText(`${head}${said} }]\n`, 'x').lab?.checks).toMatchObject([{ name, title }])
  })

  test('is printed as it was read', () => {
    const text = `${head}, name: { en: lo answers, zh-CN: lo 有应答 } }]\n`
    const labFile = parseLabText(text, 'x').labFile
    if (!labFile) throw new Error('no lab')
    expect(openSource(createLabText(labFile))?.value).toEqual(labFile)
  })
})

test.each(starters)('%s says the names of its checks in Chinese too', (name) => {
  const { lab } = parseLabText(readFileSync(new URL(name, folder), 'utf8'), name)
  if (!lab) throw new Error('no lab')
  const all = [
    ...lab.checks.map(({ title }) => title),
    ...lab.guide.flatMap(({ done }) => (done?.checks ?? []).map((check) => check.name ?? '')),
  ]
  for (const title of all)
    expect(title).toMatchObject({
      en: expect.stringMatching(/^[\x20-\x7e]+$/) as unknown,
      'zh-CN': expect.stringMatching(/\p{Script=Han}/u) as unknown,
    })
})
