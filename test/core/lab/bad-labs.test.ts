import fc from 'fast-check'
import { expect, test } from 'vitest'
import { excerpt } from '../../../electron/core/lab/excerpt.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { badLabs } from './bad-labs.js'
import { exampleText } from './example.js'

/** Milliseconds any bad file may take. Of the clock or of the processor: others may be busy on this machine. */
const limitMs = 1000

test.each(badLabs.map((bad) => [bad.name, bad] as const))(
  '%s is refused at its place',
  (_, { content, code, line }) => {
    const [started, used] = [performance.now(), process.cpuUsage()]
    const { lab, problems } = parseLabText(content, 'bad.vethlab.yaml')
    const { user, system } = process.cpuUsage(used)
    const took = Math.min(performance.now() - started, (user + system) / 1000)
    expect(lab).toBeNull()
    expect(problems[0]).toMatchObject({ severity: 'error', code, line, file: 'bad.vethlab.yaml' })
    expect(took).toBeLessThan(limitMs)
    const text = typeof content === 'string' ? content : ''
    for (const problem of problems.slice(0, 20)) {
      expect(problem.message).toMatch(/^\S.*[.?]$/)
      expect(problem.hint ?? 'none.').toMatch(/^\S.*[.?]$/s)
      expect(excerpt(problem, text)).toContain(problem.message)
      // Messages are printed to terminals.
      expect(problem.message + (problem.hint ?? '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
    }
  },
)

test('the names of the bad files are unique, and there are enough of them', () => {
  expect(new Set(badLabs.map((bad) => bad.name)).size).toBe(badLabs.length)
  expect(badLabs.length).toBeGreaterThan(100)
})

test('one cause gives one problem', () => {
  const one = [
    'unknown key of an interface',
    'mistyped kind of check',
    'link to a namespace that is not there',
    'address out of range',
    'gateway outside',
    'yes for true',
    'link end without interface',
    'NAT of two kinds',
    'truncated in a flow map',
  ]
  for (const name of one) {
    const bad = badLabs.find((b) => b.name === name)
    expect([name, parseLabText(bad?.content ?? '', 'f').problems.length]).toEqual([name, 1])
  }
})

test('suggestions name what was meant', () => {
  const hint = (name: string): string | null =>
    parseLabText(badLabs.find((b) => b.name === name)?.content ?? '', 'f').problems[0]?.hint ?? null
  expect(hint('unknown key of an interface')).toBe('Did you mean "addresses"?')
  expect(hint('mistyped kind of check')).toBe('Did you mean "ping"?')
  expect(hint('link to a namespace that is not there')).toBe('Did you mean "router"?')
  expect(hint('mistyped default')).toBe('Did you mean "default"?')
  expect(hint('number as namespace')).toBe('Put it in quotes: "1".')
  expect(hint('masquerade without a source')).toBe('Write it as in 10.0.0.0/24.')
  expect(hint('route to a host in a network')).toBe('Write 10.5.0.0/24.')
  expect(hint('no version')).toBe('Add the line `vethlab: 1` at the top.')
})

test('independent problems are all reported, in the order of the text', () => {
  const text =
    'vethlab: 1\nname: x\nnamespaces:\n  a: { interfaces: { v: { addresses: [10.0.0.300/24] } } }\nlinks: [[a:v, c:w]]\nchecks: [{ from: d, ping: 10.0.0.1 }]\n'
  expect(parseLabText(text, 'f').problems.map((p) => [p.code, p.line])).toEqual([
    ['bad-address', 4],
    ['unknown-namespace', 5],
    ['unknown-namespace', 6],
  ])
})

test('unknown keys hide no error of meaning, and what a mistyped one stands for is missed nowhere', () => {
  const text = `vethlab: 1
name: x
namespaces:
  a: { interfaces: { v: { adresses: [10.0.0.1/24, 10.0.0.300/24] } }, colour: red }
  b: { interfaces: { w: { addresses: [10.0.0.2/24] } } }
lnks: [[a:v, b:w]]
checks: [{ from: d, ping: 10.0.0.2 }, { from: a, ping: 10.0.0.1 }]
`
  expect(parseLabText(text, 'f')).toMatchObject({ lab: null, labFile: null })
  expect(parseLabText(text, 'f').problems.map(({ code, line, column }) => [code, line, column])).toEqual([
    ['unknown-key', 4, 27],
    ['bad-address', 4, 51],
    ['unknown-key', 4, 71],
    ['unknown-key', 6, 1],
    ['unknown-namespace', 7, 18],
  ])
})

test('an excerpt shows the line, the place and the next step', () => {
  const text = 'vethlab: 1\nname: x\ntitle: { zh-CN: 通过, fr: x }\n'
  const [problem] = parseLabText(text, 'lab.yaml').problems
  expect(problem && excerpt(problem, text)).toBe(
    [
      'lab.yaml:3:21  error  Unknown key "fr" in title.',
      '  3 | title: { zh-CN: 通过, fr: x }',
      '                            ^',
      '  Known keys here: en, zh-CN.',
    ].join('\n'),
  )
})

const edits = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat(12),
    add: fc.oneof(
      fc.constantFrom(
        '',
        ':',
        '\n',
        '  ',
        '- ',
        '{',
        '}',
        '[',
        ']',
        '"',
        "'",
        '&a ',
        '*a',
        '|',
        '\t',
        '#',
        '!!x ',
        '\u0000',
        '\r',
        '---\n',
        ', ',
        '? ',
        '<<: ',
      ),
      fc.string({ maxLength: 6 }),
    ),
  }),
  { minLength: 1, maxLength: 5 },
)

test('a good file with random damage is a lab or has problems, and nothing is thrown', () => {
  fc.assert(
    fc.property(edits, fc.boolean(), (damage, asBytes) => {
      const text = damage.reduce((t, { at, remove, add }) => {
        const from = Math.floor(at * t.length)
        return t.slice(0, from) + add + t.slice(from + remove)
      }, exampleText)
      const { lab, problems } = parseLabText(asBytes ? new TextEncoder().encode(text) : text, 'f')
      expect(lab !== null || problems.some((p) => p.severity === 'error')).toBe(true)
      const lines = text.split('\n').length
      for (const p of problems) expect(p.line >= 1 && p.line <= lines && p.column >= 1).toBe(true)
    }),
    { numRuns: 300 },
  )
}, 30_000)

test('random bytes are refused, and nothing is thrown', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const { lab, problems } = parseLabText(bytes, 'f')
      expect(lab).toBeNull()
      expect(problems.length).toBeGreaterThan(0)
    }),
  )
})

test('a good file cut anywhere is a lab or has problems', () => {
  for (let end = 0; end < exampleText.length; end += 37) {
    const { lab, problems } = parseLabText(exampleText.slice(0, end), 'f')
    expect(lab !== null || problems.length > 0).toBe(true)
  }
}, 30_000)

test('a bracket that is not closed is called that, and no fault of the indentation', () => {
  const { problems } = parseLabText('vethlab: 1\nname: x\nnamespaces:\n  ns0: {\n  - x\n', 'f')
  expect(problems[0]?.message).toContain('not closed')
  expect(problems[0]?.hint).toContain('}')
  const list = parseLabText('vethlab: 1\nname: x\nlinks: [\n- x\nuplink: on\n', 'f').problems[0]
  expect(`${list?.message} ${list?.hint}`).not.toContain('column')
})
