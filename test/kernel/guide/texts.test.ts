/** What the guides say: in both languages, short, with commands that a shell takes and questions that have an answer. */
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { CheckEntry, GuideStep, Text } from '../../../electron/core/lab/schema.js'
import { englishText } from '../../../electron/core/lab/text.js'
import { parseMarkdown, type Inline } from '../../../renderer/guide/markdown.js'
import { loadStarter, starterLabs } from '../engine/sandbox.js'
import { guidedLabs, inLanguage } from './guided.js'
import { sayings } from './sayings.js'

/** A step is read beside a terminal: longer texts are not (characters). */
const longestText = 400
const languages = ['en', 'zh-CN'] as const
/** Up to here a step may type a whole part of the network; behind it has many short steps instead. */
const longSteps = new Set(['bridge-gateway', 'router', 'nat-to-the-internet'])
const starters = starterLabs.map((name) => ({ name, rung: Number.parseInt(name), file: loadStarter(name).file }))
const han = /\p{Script=Han}/u
/** Kernel words such as `ttl=63` or an address are the same in every language. */
const isKernelWord = (text: string): boolean => /^[\w.:/=-]+$/.test(text)

const textsOf = ({ title, text, ask }: GuideStep): readonly Text[] => [
  title,
  ...(text === undefined ? [] : [text]),
  ...(ask
    ? [ask.question, ...ask.options, ...(ask.explain === undefined ? [] : [ask.explain]), ...(ask.reasons ?? [])]
    : []),
]

const inlines = (text: string): readonly Inline[] =>
  parseMarkdown(text).flatMap((block) => {
    if (block.kind === 'paragraph') return block.content
    return block.kind === 'list' ? block.items.flat() : []
  })
const codes = (text: string): readonly string[] =>
  inlines(text)
    .filter(({ kind }) => kind === 'code')
    .map((part) => part.text)

test('every text that is told at the end of a lab is there in both languages', () => {
  for (const name of starterLabs) {
    const { explanation } = loadStarter(name).file
    if (explanation === undefined) continue
    for (const language of languages) expect(inLanguage(explanation, language), name).not.toBe('')
    expect(inLanguage(explanation, 'en'), name).not.toMatch(han)
    expect(inLanguage(explanation, 'zh-CN'), name).toMatch(han)
  }
})

test('every rung of the ladder has a guide, and from the third on at least two labs to repair', () => {
  const twins = starters.filter(({ file }) => file.goal)
  const labs = starters.filter(({ file }) => !file.goal)
  // What plugs in the learner's own network builds nothing step by step.
  const rungs = labs.filter(({ file }) => file.uplink !== 'on')
  expect(guidedLabs.map(({ name }) => name)).toEqual(rungs.map(({ name }) => name))
  for (const { name, rung } of rungs.filter((each) => each.rung > 2))
    expect(twins.filter((twin) => twin.rung === rung).length, name).toBeGreaterThanOrEqual(2)
})

describe.each(guidedLabs.map(({ file, lab, steps }) => ({ name: file.name, lab, steps })))(
  'the guide of $name',
  ({ name, lab, steps }) => {
    const expected = Object.entries(sayings[name] ?? {})

    test('has few long or some more short steps, each with a title of its own, and asks two or three questions', () => {
      expect(steps.length).toBeGreaterThanOrEqual(6)
      expect(steps.length).toBeLessThanOrEqual(longSteps.has(name) ? 9 : 14)
      if (!longSteps.has(name))
        for (const { commands } of steps) expect(commands?.length ?? 0, commands?.[0]).toBeLessThanOrEqual(3)
      for (const language of languages)
        expect(new Set(steps.map(({ title }) => inLanguage(title, language))).size).toBe(steps.length)
      expect([2, 3]).toContain(steps.filter(({ ask }) => ask).length)
    })

    test.each(steps.map((step, index) => ({ number: index + 1, step })))(
      'says step $number in both languages',
      ({ step }) => {
        expect(step.text, 'every step explains itself').toBeDefined()
        for (const text of textsOf(step)) {
          if (typeof text === 'string') {
            expect(text).toSatisfy(isKernelWord, 'one text for both languages')
            continue
          }
          const [english, chinese] = [inLanguage(text, 'en'), inLanguage(text, 'zh-CN')]
          expect(english).not.toBe('')
          expect(english).not.toMatch(han)
          expect(chinese).toMatch(han)
          for (const each of [english, chinese]) {
            expect(each.length, each).toBeLessThanOrEqual(longestText)
            expect(each.replace(/`[^`]*`/g, '')).not.toMatch(/[!！]/)
          }
          expect(chinese, 'half-width punctuation behind a Chinese character').not.toMatch(/\p{Script=Han}[,;:?.]/u)
          expect(codes(chinese).toSorted(), 'the same code in both').toEqual(codes(english).toSorted())
        }
      },
    )

    test('is written in the Markdown that the panel shows, and plainly where it shows none', () => {
      for (const { text, title, ask } of steps)
        for (const language of languages) {
          for (const part of inlines(inLanguage(text, language)))
            if (part.kind === 'text') expect(part.text).not.toMatch(/[`*_]/)
          const plain = [title, ...(ask ? [ask.question, ...ask.options, ask.explain] : [])]
          for (const each of plain) expect(inLanguage(each, language)).not.toMatch(/[`*]|\n/)
        }
    })

    test('has commands that a shell takes, one line each, with pings that end', () => {
      for (const command of steps.flatMap(({ commands }) => commands ?? [])) {
        expect(spawnSync('bash', ['--norc', '-n', '-c', command], { encoding: 'utf8' })).toMatchObject({
          status: 0,
          stderr: '',
        })
        expect(command).toMatch(/^(ip|bridge|ping|sysctl|iptables|nft|for|mkdir|echo|printf) \S.*\S$/)
        if (/(?:^| )ping /.test(command))
          expect(command).toMatch(/ping (-t \d+ )?-c [1-3] -W [1-5] (-M do -s \d+ )?[\da-f.:]+$/)
      }
    })

    test('has questions with different options, one of which is the answer, and says why', () => {
      for (const { ask } of steps) {
        if (!ask) continue
        expect(ask.options[ask.answer]).toBeDefined()
        expect(ask.explain).toBeDefined()
        expect(ask.reasons?.length, 'a reason for each wrong option').toBe(ask.options.length - 1)
        for (const language of languages)
          expect(new Set(ask.options.map((option) => inLanguage(option, language))).size).toBe(ask.options.length)
      }
    })

    test('tells, in both languages, what a command says that is meant to fail', () => {
      for (const [where, { words, fails }] of expected) {
        const [number = 0, nth = 0] = where.split('.').map(Number)
        const step = steps[number - 1]
        expect(step?.commands?.[nth - 1], `command ${where}`).toBeDefined()
        if (!step || !fails) continue
        const answer = step.ask?.options[step.ask.answer]
        for (const language of languages)
          expect(`${inLanguage(step.text, language)} ${inLanguage(answer, language)}`, where).toContain(words)
      }
    })

    test('claims no outcome that no command of the step has', () => {
      for (const [index, step] of steps.entries()) {
        const said = expected.filter(([where]) => where.startsWith(`${index + 1}.`)).map(([, { words }]) => words)
        const claims = codes(inLanguage(step.text, 'en')).filter((code) =>
          /^(ttl=\d+|\d+% packet loss|[\w ]+ unreachable)$/i.test(code),
        )
        for (const claim of claims) expect(said, `step ${index + 1}`).toContain(claim)
      }
    })

    test('calls a check of its own by a name of its own, and a check of the lab by its name', () => {
      const known = new Map<string, CheckEntry>()
      for (const check of steps.flatMap(({ done }) => done?.checks ?? [])) {
        if (check.name === undefined) throw new Error('a check without a name')
        const title = englishText(check.name)
        expect(known.get(title) ?? check).toEqual(check)
        known.set(title, check)
        const ofLab = lab.checks.find((each) => each.name === title)
        if (!ofLab || ofLab.kind === 'dns' || 'dns' in check) continue
        const { expect: outcome, ttl, from, snat } = check
        expect({ from, outcome, ttl: ttl ?? null, snat: snat ?? null }, title).toEqual({
          from: ofLab.from,
          outcome: ofLab.expect,
          ttl: ofLab.ttl,
          snat: ofLab.snat,
        })
      }
      expect(known.size).toBeGreaterThan(0)
    })
  },
)
