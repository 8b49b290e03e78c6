import { describe, expect, test } from 'vitest'
import { sentences } from '../../../electron/core/diagnosis/words.js'
import { failure } from '../../../electron/core/failure.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { inEnglish, oneOf, said } from '../../../electron/core/words/said.js'
import { en } from '../../../renderer/i18n/en.js'
import { chinese } from '../../../renderer/i18n/said.js'
import { zhCN } from '../../../renderer/i18n/zh-CN.js'
import { saidInChinese } from '../../../renderer/i18n/zh-CN/said.js'
import { badLabs } from '../lab/bad-labs.js'
import { markedSentences } from './patterns.js'

const names = (text: string): readonly string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].toSorted()
const han = /\p{Script=Han}/u
const marked = new Set(markedSentences().map(({ pattern }) => pattern))

describe('a sentence that is said', () => {
  const one = said`Port ${'"a"'} of ${2}: ${said`a list`}, and \`code\` with {0}.`
  test('is its own English', () => {
    expect(inEnglish(one)).toBe('Port "a" of 2: a list, and `code` with "a".')
    expect(inEnglish(said`{1} stays, ${'{0}'} too`)).toBe('{1} stays, {0} too')
    expect(inEnglish(oneOf(['a', 'b', 'c']))).toBe('a, b or c')
    expect(inEnglish(oneOf(['a']))).toBe('a')
  })
  test('goes with the failure beside its English', () => {
    const made = failure('x', said`There is no namespace ${'ns9'}.`, 'ns9')
    expect(made).toEqual({
      code: 'x',
      message: 'There is no namespace ns9.',
      said: { key: 'There is no namespace {0}.', params: { '0': 'ns9' } },
      where: 'ns9',
      output: null,
    })
    expect(made.said && chinese(made.said)).toBe('没有命名空间 ns9。')
    expect(failure('x', 'words of another program')).not.toHaveProperty('said')
  })
})

describe('in Chinese', () => {
  test('there is every sentence that the program says', () => {
    expect(marked.size).toBeGreaterThan(250)
    expect([...marked].filter((pattern) => !(pattern in saidInChinese))).toEqual([])
  })
  test('there is none that it no longer says', () => {
    expect(Object.keys(saidInChinese).filter((pattern) => !marked.has(pattern))).toEqual([])
  })
  test.each(Object.entries(saidInChinese))('%s', (pattern, translated) => {
    expect(names(translated)).toEqual(names(pattern))
    if (/[a-z]{2}/i.test(pattern.replace(/\{\w+\}/g, '')) && pattern !== 'true or false')
      expect(translated).toMatch(han)
    // Between quotes stands what is to be written, colons included.
    expect(translated.replace(/“[^”]*”|`[^`]*`/g, '')).not.toMatch(/\p{Script=Han}[,;:?!.]|！/u)
    expect(/[.]$/.test(pattern), 'ends as the English does').toBe(/。$/.test(translated))
  })
  test('a diagnosis has every cause, and no name that it is not given', () => {
    for (const [key, sentence] of Object.entries(sentences)) {
      const translated = zhCN[`cause.${key}` as keyof typeof zhCN]
      const known = names(sentence)
      expect(typeof translated === 'string' && names(translated).filter((name) => !known.includes(name)), key).toEqual(
        [],
      )
    }
  })
  test('every message of the window has the same names', () => {
    const forms = (message: string | { readonly other: string }): string =>
      typeof message === 'string' ? message : message.other
    for (const [key, message] of Object.entries(en).filter(([key]) => !key.startsWith('cause.')))
      expect([key, names(forms(zhCN[key as keyof typeof zhCN]))]).toEqual([key, names(forms(message))])
  })
})

test.each(badLabs.map(({ name, content }) => [name, content] as const))(
  'what is wrong with “%s” is said in Chinese',
  (_, content) => {
    const { problems } = parseLabText(content, 'bad.vethlab.yaml')
    for (const problem of problems.slice(0, 20)) {
      const { message, hint } = problem.said
      expect(inEnglish(message)).toBe(problem.message)
      expect(hint && inEnglish(hint)).toBe(problem.hint)
      expect(chinese(message)).toMatch(han)
      if (hint) expect(chinese(hint)).toMatch(han)
    }
  },
)
