/** What names and addresses mean as targets: the same in checks and in traces. */
import { describe, expect, test } from 'vitest'
import { broadcastsOf, noStation } from '../../../electron/core/lab/no-station.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { firstAddress } from '../../../electron/core/lab/target.js'
import { aim } from '../../../electron/helper/trace/target.js'
import { emptyLive, emptyLiveNamespace } from '../../../electron/core/plan/empty.js'
import type { LiveState } from '../../../electron/core/live/state.js'

const lab = (b: string, checks = ''): string => `vethlab: 1
name: names
namespaces:
  a: { interfaces: { e0: { addresses: [10.1.0.2/24] } } }
  b: { interfaces: ${b} }
links: [[a:e0, b:e1]]
checks: [${checks}]
`

function meant(text: string) {
  const { labFile } = parseLabText(text, 'names')
  if (labFile === null) throw new Error('no lab')
  return normalise(labFile)
}

const messages = (text: string): string[] => parseLabText(text, 'names').problems.map(({ message }) => message)

const live: LiveState = (() => {
  const { revision, namespaces } = emptyLive()
  const a = emptyLiveNamespace('a', 2)
  const [lo] = a.links
  if (!lo) throw new Error('every namespace has lo')
  const address = { dev: 'e0', family: 'ipv4' as const, address: '10.1.0.2/24', scope: 'global', flags: [] }
  return {
    revision,
    namespaces: [
      ...namespaces,
      { ...a, links: [lo, { ...lo, index: 2, name: 'e0', kind: 'veth' }], addresses: [address] },
    ],
  }
})()

const said = (to: string): string => {
  const aimed = aim(to, 'a', live, null)
  return aimed.ok ? aimed.address : aimed.failure.message
}

test('a namespace without an address, and an interface that is not there', () => {
  expect(said('host')).toBe(
    '"host" is no address and nothing of the lab that has one. host has no address. Give it one, or aim at another namespace.',
  )
  expect(said('a:lo')).toMatch(/lo in a has no address\. Give it one, or name another interface\.$/)
  expect(said('a:eth9')).toMatch(/a has no interface "eth9"\. It has lo, e0\.$/)
})

describe('a name', () => {
  test.each([
    [
      'lo only where nothing else has one',
      '{ lo: { addresses: [203.0.113.7/32] }, e1: { addresses: [10.1.0.3/24] } }',
      '10.1.0.3',
    ],
    ['lo then', '{ lo: { addresses: [203.0.113.7/32] } }', '203.0.113.7'],
    ['the first, of whatever family', '{ e1: { addresses: ["fd00::3/64", 10.1.0.3/24] } }', 'fd00::3'],
    ['not one that only its own link knows', '{ e1: { addresses: ["fe80::3/64", 10.1.0.3/24] } }', '10.1.0.3'],
  ])('%s', (_, interfaces, address) => {
    const normal = meant(lab(interfaces, '{ from: a, ping: b }'))
    expect(normal.checks.map(({ target }) => target)).toEqual([address])
    expect(aim('b', 'a', emptyLive(), normal)).toEqual({ ok: true, address })
  })

  test('nobody can be reached at 127.0.0.1', () => {
    expect(firstAddress([{ dev: 'lo', address: '127.0.0.1/8' }])).toBeNull()
  })
})

describe('an address that is nobody’s', () => {
  test.each([
    [
      '10.1.0.255',
      '10.1.0.255 is the broadcast address of 10.1.0.0/24, the subnet of e0 in a. Name the address of one station.',
    ],
    ['255.255.255.255', '255.255.255.255 is the broadcast address of every subnet. Name the address of one station.'],
    ['224.0.0.1', '224.0.0.1 is the address of a multicast group. Name the address of one station.'],
    ['ff02::1', 'ff02::1 is the address of a multicast group. Name the address of one station.'],
    ['0.0.0.0', '0.0.0.0 stands for no address at all. Name the address of one station.'],
    ['fe80::1', 'fe80::1 is valid on one link only, and any link may have it. Say which one, as in fe80::1%e0.'],
    ['fe80::1%e9', 'a has no interface "e9"; the zone names one of the namespace that sends. It has lo, e0.'],
    ['10.1.0.3%e0', 'An IPv4 address has no zone. Leave out %e0.'],
  ])('%s', (to, sentence) => expect(said(to)).toBe(sentence))

  test.each(['10.1.0.2', '127.0.0.1', '::1', 'fe80::1%e0', '10.9.0.255'])('%s is somebody’s', (to) => {
    expect(said(to)).toBe(to)
  })

  test('a lab file that checks one is told so, and stays valid', () => {
    const checks = '{ from: a, ping: 10.1.0.255 }, { from: a, ping: "ff02::1" }, { from: a, ping: "fe80::9" }'
    const text = lab('{ e1: { addresses: [10.1.0.3/24] } }', checks)
    expect(messages(text).join('\n')).toMatch(/10\.1\.0\.255 is the broadcast[^]*multicast group[^]*one link only/)
    expect(parseLabText(text, 'names').problems.every(({ severity }) => severity === 'warning')).toBe(true)
  })

  test('/31 and /32 have no broadcast address', () => {
    expect(noStation('10.0.0.1', broadcastsOf([{ namespace: 'a', dev: 'e0', address: '10.0.0.0/31' }]))).toBeNull()
  })
})
