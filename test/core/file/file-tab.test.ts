/** The lab's text beside its picture: what stands where, and what can be typed there. */
import { describe, expect, test } from 'vitest'
import { parseSource } from '../../../electron/core/lab/parse.js'
import { pathAt, rangeOf } from '../../../electron/core/lab/text-range.js'
import { openSource } from '../../../electron/core/lab/source.js'
import { indentBelow } from '../../../renderer/file/cursor-place.js'
import { pathOf, targetAt } from '../../../renderer/file/objects.js'
import { suggest } from '../../../renderer/file/suggest.js'

const text = `vethlab: 1
name: two
namespaces:
  host: {}
  # the left one
  ns0:
    forwarding: true
    interfaces:
      veth0: { addresses: [10.0.0.1/24] } # its end
    routes:
    - { to: default, via: 10.0.0.2 }
  ns1:
    interfaces:
      veth1:
        addresses: [10.0.0.2/24]
links:
  - [ns0:veth0, ns1:veth1]
checks:
  - { name: there, from: ns0, ping: 10.0.0.2 }
`
const source = openSource(text)
if (!source) throw new Error('no source')
const { lab, labFile } = parseSource(source, 'two')
if (!lab || !labFile) throw new Error('no lab')
const at = (words: string): number => text.indexOf(words) + words.length

describe('an object and its lines', () => {
  const lines = (path: readonly (string | number)[]): string | null => {
    const range = rangeOf(source, path)
    return range && text.slice(range.from, range.to)
  }
  test('are the same from either side', () => {
    for (const target of [
      { kind: 'namespace', id: 'ns0' },
      { kind: 'interface', id: 'ns0:veth0' },
      { kind: 'interface', id: 'ns1:veth1' },
      { kind: 'cable', id: 'ns0:veth0~ns1:veth1' },
    ] as const) {
      const path = pathOf(labFile, target)
      const range = path && rangeOf(source, path)
      expect(range, target.id).not.toBeNull()
      expect(targetAt(labFile, lab, pathAt(source, range?.to ?? 0)), target.id).toEqual(target)
      expect(targetAt(labFile, lab, pathAt(source, range?.from ?? 0)), target.id).toEqual(target)
    }
  })
  test('begin at the key or the dash and end with the content, not with the comment behind it', () => {
    expect(lines(['namespaces', 'ns0', 'interfaces', 'veth0'])).toBe('veth0: { addresses: [10.0.0.1/24] }')
    expect(lines(['links', 0])).toBe('- [ns0:veth0, ns1:veth1]')
    expect(lines(['namespaces', 'ns0'])?.startsWith('ns0:\n')).toBe(true)
    expect(lines(['namespaces', 'ns0'])?.endsWith('via: 10.0.0.2 }')).toBe(true)
    expect(lines(['namespaces', 'ns9'])).toBeNull()
  })
  test('a comment behind an entry belongs to it, one above the next does not', () => {
    expect(pathAt(source, at('# its'))).toEqual(['namespaces', 'ns0', 'interfaces', 'veth0'])
    expect(pathAt(source, at('# the left'))).toEqual(['namespaces'])
  })
  test('what is drawn nowhere selects nothing', () => {
    expect(targetAt(labFile, lab, pathAt(source, at('name: tw')))).toBeNull()
    expect(targetAt(labFile, lab, pathAt(source, at('- { name: th')))).toBeNull()
  })
})

test('a new line begins in what the line above opens, else beside its entry', () => {
  const columns = ['  ns0:', '  ns0: # left', '  mtu: 1400', '  - name: x', '  - ', 'text: |', 'a: [b]'].map(
    indentBelow,
  )
  expect(columns).toEqual([4, 4, 2, 4, 4, 2, 0])
})

describe('what can be typed', () => {
  const offered = (typed: string): string[] =>
    (suggest(typed, typed.length, lab)?.list ?? []).map(({ label }) => label).sort()
  test('at the left edge: the keys of a lab that are not there yet', () => {
    const top = offered(`${text}g`)
    expect(top).toContain('goal')
    expect(top).not.toContain('namespaces')
  })
  test('in a namespace: its keys, but for those above and below', () => {
    const typed = text.replace('    forwarding: true\n', '    \n')
    const keys = (suggest(typed, typed.indexOf('    \n') + 4, lab)?.list ?? []).map(({ label }) => label)
    expect(keys).toContain('sysctls')
    expect(keys).toContain('forwarding')
    expect(keys).not.toContain('interfaces')
    expect(keys).not.toContain('routes')
  })
  test('behind a colon: words of the schema, or names of this lab', () => {
    expect(offered('namespaces:\n  a:\n    forwarding: ')).toEqual(['false', 'true'])
    expect(offered('checks:\n  - name: x\n    from: ')).toEqual(['host', 'ns0', 'ns1'])
    expect(offered('namespaces:\n  ns0:\n    routes:\n      - to: default\n        dev: ')).toContain('veth0')
    expect(offered('namespaces:\n  ns0:\n    routes:\n      - to: default\n        dev: ')).not.toContain('veth1')
  })
  test('between brackets: ends of cables, and keys that the entry has not yet', () => {
    expect(offered('links:\n  - [ns0:veth0, ')).toEqual(['ns1:veth1'])
    const keys = offered('namespaces:\n  ns0:\n    routes:\n    - { to: default, ')
    expect(keys).toContain('via')
    expect(keys).not.toContain('to')
    expect(offered('checks:\n  - { name: x, from: n')).toEqual(['host', 'ns0', 'ns1'])
  })
  test('the keys of an item, whether it begins with its dash or follows it', () => {
    expect(offered('checks:\n  - ')).toContain('ping')
    expect(offered('checks:\n  - name: x\n    ')).toContain('ping')
    expect(offered('checks:\n  - name: x\n    ')).not.toContain('name')
    expect(offered('checks:\n- name: x\n  ')).toContain('from')
  })
  test('nothing in a comment, in a quoted text, in a block of text and behind a value', () => {
    for (const typed of ['# na', 'name: "na', 'description: |\n  na', 'name: two ', 'links:\n  - [a:b, c:d]'])
      expect(offered(typed), typed).toEqual([])
  })
  test('whatever the text is, every place of it is looked at in peace', () => {
    for (let offset = 0; offset <= text.length; offset += 1) {
      const found = suggest(text, offset, lab)
      if (found) expect(found.from).toBeLessThanOrEqual(offset)
    }
  })
})
