import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catalogue, healthyOf, injectionsOf } from '../../../electron/core/challenge/catalogue.js'
import { rename, type Variant } from '../../../electron/core/challenge/vary.js'
import { movedAddress } from '../../../electron/core/challenge/vary-addresses.js'
import { containsAddress, networkPrefix, parseAddress, parsePrefix } from '../../../electron/core/lab/address.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { inEnglish } from '../../../electron/core/words/said.js'
import { saidInChinese } from '../../../renderer/i18n/zh-CN/said.js'
import { addressesOf, first, holdsFor, labs } from './any-seed.js'
import { chainLab, mixedLab } from './labs.js'

describe('a variant', () => {
  // 100 seeds in all, a part of them on each lab; `npm run fuzz:class` has a thousand, and asks the kernel.
  const each = 100 / labs.length
  test.each(labs.map((file, at) => [file.name, file, at] as const))(
    'of %s, by any seed: the same again, another network than the lab, mended by its repair',
    (_, file, at) => {
      for (let seed = at * each; seed < (at + 1) * each; seed++) holdsFor(file, seed)
    },
  )

  test('two seeds differ in names, subnets, hardware addresses and faults', () => {
    const texts = Array.from({ length: 50 }, (_, seed) => first(labs[3] as LabFile, seed, 1))
    const different = (of: (variant: Variant) => string): number => new Set(texts.map(of)).size
    expect(different(({ text }) => text)).toBe(50)
    expect(different(({ healthy }) => Object.keys(healthy.namespaces ?? {}).join())).toBe(50)
    expect(different(({ healthy }) => addressesOf(healthy).join())).toBeGreaterThan(45)
    expect(different(({ text }) => text.match(/02:0c:[\da-f:]+/)?.[0] ?? '')).toBe(50)
    expect(different(({ injections }) => injections[0]?.fault ?? '')).toBeGreaterThan(12)
  })

  test('is refused where nothing could be proved', () => {
    const [lab] = labs as [LabFile]
    const sentences = [rename({ ...lab, checks: [] }, 1), rename({ ...lab, broken: true }, 1)].map((each) =>
      each.ok ? null : each.said,
    )
    expect(sentences.map((each) => each && inEnglish(each))).toEqual([
      'The lab bridge has no checks, so nothing would show what is broken. Add checks to it.',
      'The lab bridge is broken itself. Give the working lab that it was made of.',
    ])
    for (const each of sentences) expect(saidInChinese[each?.key ?? '']).toBeDefined()
  })
})

describe('moved addresses', () => {
  const octet = fc.integer({ min: 0, max: 255 })
  const address = fc
    .tuple(fc.constantFrom('10', '172.16', '172.31', '192.168'), octet, octet, octet)
    .map(([range, ...rest]) => [range, ...rest].join('.').split('.').slice(0, 4).join('.'))

  test('share as long a prefix as before, stay in their range, and are never what they were', () => {
    fc.assert(
      fc.property(address, address, fc.integer({ min: 20, max: 32 }), fc.nat(), (a, b, length, seed) => {
        const [c, d] = [movedAddress(a, seed), movedAddress(b, seed)]
        expect(c).not.toBe(a)
        const common = (x: string, y: string): number => {
          const bits = (text: string): string =>
            (parseAddress(text)?.bytes ?? []).map((byte) => byte.toString(2).padStart(8, '0')).join('')
          const [p, q] = [bits(x), bits(y)]
          return [...p].findIndex((bit, at) => bit !== q[at])
        }
        expect(common(c, d)).toBe(common(a, b))
        const network = networkPrefix(parsePrefix(`${a}/${length}`) as never)
        const moved = movedAddress(`${network.text}/${length}`, seed)
        expect(containsAddress(moved, c)).toBe(true)
        for (const range of ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'])
          expect(containsAddress(range, c)).toBe(containsAddress(range, a))
      }),
    )
  })

  test('what is no private address stays', () => {
    for (const text of ['0.0.0.0/0', '127.0.0.1', '8.8.8.8', 'fe80::1', '::/0', 'default', 'ns0'])
      expect(movedAddress(text, 7)).toBe(text)
    expect(movedAddress('203.0.113.10', 0)).toBe('192.0.2.10')
  })
})

describe('the catalogue', () => {
  const possible = [...labs, ...[chainLab, mixedLab].map((text) => parseLabText(text, '').labFile as LabFile)].map(
    (file) => {
      const made = rename(file, 1)
      if (!made.ok) throw new Error(inEnglish(made.said))
      return new Set(injectionsOf(healthyOf(made.renamed.file, made.renamed.lab)).map(({ fault }) => fault))
    },
  )

  test('has at least 25 faults, each under a name of its own', () => {
    expect(catalogue.length).toBeGreaterThanOrEqual(25)
    expect(new Set(catalogue.map(({ id }) => id)).size).toBe(catalogue.length)
  })

  test.each(catalogue.map(({ id }) => id))('%s can be put somewhere', (id) => {
    expect(possible.filter((faults) => faults.has(id)).length).toBeGreaterThanOrEqual(1)
  })
})
