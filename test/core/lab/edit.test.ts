import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { editSource } from '../../../electron/core/lab/edit.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { createLabText } from '../../../electron/core/lab/print.js'
import { withValue } from '../../../electron/core/lab/path-edit.js'
import type { PathEdit } from '../../../electron/core/lab/path-edit.js'
import type { LabPath } from '../../../electron/core/lab/problem.js'
import { openSource } from '../../../electron/core/lab/source.js'
import type { LabSource } from '../../../electron/core/lab/source.js'
import { labFiles, pathsOf } from './arbitrary.js'
import { decorate } from './decorate.js'
import { exampleText } from './example.js'

function open(text: string): LabSource {
  const source = openSource(text)
  if (!source) throw new Error(`not YAML: ${text}`)
  return source
}

const edit = (source: LabSource, ...edits: readonly PathEdit[]): LabSource => {
  const edited = editSource(source, edits)
  if (!edited) throw new Error('no lab file can say it')
  return edited
}
const setIn = (source: LabSource, path: LabPath, value: unknown) => edit(source, { kind: 'set', path, value })
const deleteIn = (source: LabSource, path: LabPath) => edit(source, { kind: 'delete', path })
const insertIn = (source: LabSource, path: LabPath, value: unknown) => edit(source, { kind: 'insert', path, value })
const renameIn = (source: LabSource, path: LabPath, name: string) => edit(source, { kind: 'rename', path, name })

/** Lines that only one of the texts has, or has more often. */
function changes(a: string, b: string): { readonly removed: string[]; readonly added: string[] } {
  const less = (from: string, what: string): string[] =>
    what.split('\n').reduce((lines, line) => {
      const at = lines.indexOf(line)
      return at < 0 ? lines : lines.toSpliced(at, 1)
    }, from.split('\n'))
  return { removed: less(a, b), added: less(b, a) }
}

describe('an edit changes the lines it is about and no other', () => {
  const example = open(exampleText)
  test.each<[string, (source: LabSource) => LabSource, string[], string[]]>([
    [
      'a value',
      (s) => setIn(s, ['namespaces', 'ns0', 'interfaces', 'veth0', 'mtu'], 1400),
      ['      veth0: { addresses: [192.168.1.2/24], mac: 02:00:00:00:00:02, mtu: 1500, up: true }'],
      ['      veth0: { addresses: [192.168.1.2/24], mac: 02:00:00:00:00:02, mtu: 1400, up: true }'],
    ],
    [
      'a value with a comment behind it',
      (s) => setIn(s, ['namespaces', 'host', 'forwarding'], false),
      ['    forwarding: true                  # net.ipv4.ip_forward and net.ipv6.conf.all.forwarding'],
      ['    forwarding: false                  # net.ipv4.ip_forward and net.ipv6.conf.all.forwarding'],
    ],
    [
      'a new namespace',
      (s) => setIn(s, ['namespaces', 'ns2'], { interfaces: { v: { addresses: ['10.0.0.1/24'] } } }),
      [],
      ['  ns2:', '    interfaces:', '      v: { addresses: [10.0.0.1/24] }'],
    ],
    [
      'a new key in a block',
      (s) => setIn(s, ['namespaces', 'host', 'bridges', 'bridge0', 'mtu'], 1400),
      [],
      ['        mtu: 1400'],
    ],
    [
      'a new key in a flow map',
      (s) => setIn(s, ['layout', 'host'], { x: 1, y: 2 }),
      ['layout: { ns0: { x: 0, y: 320 }, ns1: { x: 240, y: 320 } }          # drawing only; never changes the kernel'],
      [
        'layout: { ns0: { x: 0, y: 320 }, ns1: { x: 240, y: 320 }, host: { x: 1, y: 2 } }          # drawing only; never changes the kernel',
      ],
    ],
    ['a new link', (s) => insertIn(s, ['links', 3], ['host:a', 'ns0:b']), [], ['  - [host:a, ns0:b]']],
    ['a link before the others', (s) => insertIn(s, ['links', 0], ['host:a', 'ns0:b']), [], ['  - [host:a, ns0:b]']],
    [
      'an entry in an empty list',
      (s) => insertIn(s, ['tunnels', 0], { type: 'vxlan', id: 1 }),
      [
        'tunnels: []                           # { type: vxlan, id: 42, namespace: r1, name: vx0, local: 10.0.0.1, remote: 10.0.0.2, port: 4789 }',
      ],
      [
        'tunnels:                           # { type: vxlan, id: 42, namespace: r1, name: vx0, local: 10.0.0.1, remote: 10.0.0.2, port: 4789 }',
        '  - { type: vxlan, id: 1 }',
      ],
    ],
    [
      'an address more',
      (s) => insertIn(s, ['namespaces', 'host', 'bridges', 'bridge0', 'addresses', 1], 'fd00::1/64'),
      ['        addresses: [192.168.1.1/24]'],
      ['        addresses: [192.168.1.1/24, "fd00::1/64"]'],
    ],
    ['a key less', (s) => deleteIn(s, ['namespaces', 'host', 'bridges', 'bridge0', 'stp']), ['        stp: false'], []],
    ['a link less', (s) => deleteIn(s, ['links', 1]), ['  - [ns1:veth2, host:veth3]'], []],
    [
      'a port less',
      (s) => deleteIn(s, ['namespaces', 'host', 'bridges', 'bridge0', 'ports', 0]),
      ['        ports: [veth1, veth3]'],
      ['        ports: [veth3]'],
    ],
    [
      'the last port less',
      (s) => deleteIn(s, ['namespaces', 'host', 'bridges', 'bridge0', 'ports', 1]),
      ['        ports: [veth1, veth3]'],
      ['        ports: [veth1]'],
    ],
    [
      'the only entry less',
      (s) => deleteIn(s, ['namespaces', 'host', 'firewall', 0]),
      [
        '    firewall:',
        '      - { chain: forward, source: 192.168.1.3, action: drop }      # chain: input|forward|output, action: accept|drop|reject',
      ],
      ['    firewall: []      # chain: input|forward|output, action: accept|drop|reject'],
    ],
    ['another name', (s) => renameIn(s, ['namespaces', 'internet'], 'outside'), ['  internet:'], ['  outside:']],
  ])('%s', (_, change, removed, added) => {
    const edited = change(example)
    expect(changes(exampleText, edited.text)).toEqual({ removed, added })
  })

  test('a whole namespace less leaves its neighbours', () => {
    const { text } = deleteIn(example, ['namespaces', 'ns1'])
    expect(text).toBe(exampleText.replace(/ {2}ns1:\n(?: {4}.*\n)+/, ''))
  })
  test('what is set to what it is, or removed though absent, leaves the text as it is', () => {
    expect(setIn(example, ['uplink'], 'off')).toBe(example)
    expect(deleteIn(example, ['nothing', 'here'])).toBe(example)
    expect(renameIn(example, ['namespaces', 'ns0'], 'ns1')).toBe(example)
  })
  test('missing maps on the way are made', () => {
    const source = setIn(open('vethlab: 1\nname: x # name\n'), ['namespaces', 'a', 'interfaces', 'v', 'mtu'], 1400)
    expect(source.text).toBe('vethlab: 1\nname: x # name\nnamespaces:\n  a:\n    interfaces: { v: { mtu: 1400 } }\n')
  })
  test('a key with nothing behind it gets its value', () => {
    const source = setIn(
      open('vethlab: 1\nname: x\nnamespaces:\n  a: # first\n  b:\n'),
      ['namespaces', 'a', 'forwarding'],
      true,
    )
    expect(source.value).toMatchObject({ namespaces: { a: { forwarding: true }, b: null } })
    expect(source.text).toContain('# first')
  })
  test('Windows line ends stay', () => {
    const { text } = setIn(open(exampleText.replaceAll('\n', '\r\n')), ['namespaces', 'new'], { forwarding: true })
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  })
  test('a shared value is changed only where it was meant', () => {
    const source = setIn(
      open('vethlab: 1\nname: x\nnamespaces:\n  a: &a { forwarding: true } # one\n  b: *a # two\n'),
      ['namespaces', 'b', 'forwarding'],
      false,
    )
    expect(source.value).toMatchObject({ namespaces: { a: { forwarding: true }, b: { forwarding: false } } })
    const first = setIn(
      open('vethlab: 1\nname: x\nnamespaces:\n  a: &a { forwarding: true } # one\n  b: *a # two\n'),
      ['namespaces', 'a', 'forwarding'],
      false,
    )
    expect(first.value).toMatchObject({ namespaces: { a: { forwarding: false }, b: { forwarding: true } } })
    for (const { text } of [source, first]) expect(text).toMatch(/# one\n.*# two\n/)
  })
  test('what no file can say is not said', () => {
    const path = ['namespaces', '__proto__']
    expect(editSource(example, [{ kind: 'set', path, value: { forwarding: true } }])).toBe(null)
  })
})

test('a batch is what its edits are one after the other, and touches no other line', () => {
  const { text } = edit(
    open(exampleText),
    { kind: 'rename', path: ['namespaces', 'internet'], name: 'outside' },
    { kind: 'set', path: ['links', 2, 1], value: 'outside:wan0' },
    { kind: 'delete', path: ['links', 0] },
    { kind: 'insert', path: ['links', 9], value: ['ns0:x', 'ns1:y'] },
    { kind: 'insert', path: ['links', 9], value: ['ns0:z', 'ns1:z'] },
    { kind: 'set', path: ['namespaces', 'ns2', 'forwarding'], value: true },
    { kind: 'set', path: ['namespaces', 'ns2', 'forwarding'], value: false },
    { kind: 'set', path: ['uplink'], value: 'on' },
    { kind: 'delete', path: ['tunnels'] },
  )
  expect(changes(exampleText, text)).toEqual({
    removed: [
      '  internet:',
      '  - [ns0:veth0, host:veth1]',
      '  - [host:eth0, internet:wan0]',
      expect.stringMatching(/^tunnels: /),
      expect.stringMatching(/^uplink: off /),
    ],
    added: [
      '  outside:',
      '  ns2:',
      '    forwarding: false',
      '  - [host:eth0, outside:wan0]',
      '  - [ns0:x, ns1:y]',
      '  - [ns0:z, ns1:z]',
      expect.stringMatching(/^uplink: on /),
    ],
  })
})

describe('a comment goes with the entry below it', () => {
  const rules = (...lines: string[]): string =>
    ['vethlab: 1', 'name: x', 'namespaces:', '  a:', '    routes:', ...lines.map((line) => `      ${line}`), ''].join(
      '\n',
    )
  const routes = ['namespaces', 'a', 'routes']
  const before = rules(
    '# all of them',
    '- { to: 10.0.1.0/24 } # one',
    '# two',
    '- { to: 10.0.2.0/24 }',
    '# three',
    '- to: 10.0.3.0/24',
  )
  test('when it goes', () => {
    expect(deleteIn(open(before), [...routes, 1]).text).toBe(
      rules('# all of them', '- { to: 10.0.1.0/24 } # one', '# three', '- to: 10.0.3.0/24'),
    )
  })
  test('but above the first it may speak of all', () => {
    expect(deleteIn(open(before), [...routes, 0]).text).toBe(
      rules('# all of them', '# two', '- { to: 10.0.2.0/24 }', '# three', '- to: 10.0.3.0/24'),
    )
  })
  test('and what is said behind a key stays there when its value comes, is another, and goes', () => {
    const empty = 'vethlab: 1\nname: x\nnamespaces:\n  a: {} # alone\n  b: {}\n'
    const grown = setIn(open(empty), ['namespaces', 'a', 'routes'], [{ to: '10.0.1.0/24' }])
    expect(grown.text).toContain('  a: # alone\n    routes:\n')
    const other = edit(
      grown,
      { kind: 'delete', path: ['namespaces', 'a', 'routes'] },
      { kind: 'set', path: ['namespaces', 'a', 'forwarding'], value: true },
    )
    expect(other.text).toContain('  a: # alone\n    forwarding: true\n')
    expect(deleteIn(other, ['namespaces', 'a', 'forwarding']).text).toBe(empty)
  })
  test('when another comes before', () => {
    const value = { to: '10.0.9.0/24' }
    expect(insertIn(open(before), [...routes, 2], value).text).toBe(
      before.replace('      # three', '      - { to: 10.0.9.0/24 }\n      # three'),
    )
    expect(insertIn(open(before), [...routes, 0], value).text).toBe(
      before.replace('      # all', '      - { to: 10.0.9.0/24 }\n      # all'),
    )
  })
})

test('a printed lab reads back as the same lab, and prints again as the same bytes', () => {
  fc.assert(
    fc.property(labFiles, (labFile) => {
      const text = createLabText(labFile)
      const parsed = parseLabText(text, 'f')
      expect(parsed.labFile).toEqual(labFile)
      expect(createLabText(parsed.labFile ?? labFile)).toBe(text)
    }),
    { numRuns: 150 },
  )
}, 60_000)

test('a new file has the style of the lab files', () => {
  const { labFile } = parseLabText(exampleText, 'f')
  if (!labFile) throw new Error('no lab')
  const text = createLabText(labFile)
  for (const line of [
    '      - { dnat: { protocol: tcp, port: 8080 }, in: eth0, to: 192.168.1.2:80 }',
    '      veth2: { addresses: [192.168.1.3/24, "fd00:1::3/64"] }',
    '  - [ns0:veth0, host:veth1]',
    'layout: { ns0: { x: 0, y: 320 }, ns1: { x: 240, y: 320 } }',
  ]) {
    expect(text.split('\n')).toContain(line)
  }
})

const change = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('set', 'delete', 'insert', 'add'),
  value: fc.oneof(
    fc.boolean(),
    fc.integer(),
    fc.constantFrom('text', 'a: b', '', 'one\ntwo\n'),
    fc.constant({ forwarding: true }),
    fc.constant(['a', 'b']),
    fc.constant({ x: { y: [{ z: 1 }] } }),
  ),
})

test('edits of files with comments say what was asked for and lose no comment of another line', () => {
  fc.assert(
    fc.property(
      labFiles,
      fc.array(fc.nat(6), { minLength: 1, maxLength: 7 }),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      (labFile, marks, wanted) => {
        const { text, comments } = decorate(createLabText(labFile), marks)
        let source = open(text)
        expect(source.value).toEqual(labFile)
        for (const { at, kind, value } of wanted) {
          const paths = pathsOf(source.value)
          const path = paths[at % paths.length] ?? ['name']
          const before = source
          if (kind === 'set') {
            source = setIn(source, path, value)
            expect(source.value).toEqual(withValue(before.value, path, value))
          } else if (kind === 'delete') {
            source = deleteIn(source, path)
            expect(source.value).toEqual(withValue(before.value, path, undefined))
          } else if (kind === 'add') {
            source = setIn(source, ['namespaces', 'added', 'x'], value)
            expect(source.value).toEqual(withValue(before.value, ['namespaces', 'added', 'x'], value))
            for (const comment of comments) if (before.text.includes(comment)) expect(source.text).toContain(comment)
          } else {
            source = insertIn(source, ['links', 0], ['a:b', 'c:d'])
            for (const comment of comments) if (before.text.includes(comment)) expect(source.text).toContain(comment)
          }
          expect(open(source.text).value).toEqual(source.value)
        }
      },
    ),
    { numRuns: 150 },
  )
}, 60_000)

test('changing a plain value in a block keeps every other byte', () => {
  fc.assert(
    fc.property(labFiles, fc.array(fc.nat(6), { minLength: 1, maxLength: 7 }), (labFile, marks) => {
      const { text } = decorate(createLabText({ ...labFile, name: 'before-edit' }), marks)
      expect(setIn(open(text), ['name'], 'after').text).toBe(text.replace('name: before-edit', 'name: after'))
    }),
    { numRuns: 100 },
  )
}, 30_000)
