import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { changeSource } from '../../../electron/core/change/change.js'
import { copyParts } from '../../../electron/core/change/parts.js'
import { pasteParts } from '../../../electron/core/change/paste.js'
import { replug } from '../../../electron/core/change/replug.js'
import type { Gestured } from '../../../electron/core/change/building.js'
import { endsOf } from '../../../electron/core/lab/ends.js'
import { parseLabText, parseSource } from '../../../electron/core/lab/parse.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import type { LabSource } from '../../../electron/core/lab/source.js'
import { fileOf, open } from './open.js'

function carryOut(source: LabSource, gestured: Gestured): LabSource {
  if (!gestured.ok) throw new Error(gestured.problems.map(({ message }) => message).join('\n'))
  const changed = changeSource(source, gestured.changes)
  if (!changed.ok) throw new Error(changed.problems.map(({ message }) => message).join('\n'))
  return changed.source
}

const read = (text: string): LabFile => {
  const { labFile, problems } = parseLabText(text, '')
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
  if (!labFile) throw new Error('no lab')
  return labFile
}

const lan = `vethlab: 1
name: lan
namespaces:
  r0:
    forwarding: true
    bridges: { br0: { ports: [eth0, eth1], addresses: [10.0.1.1/24] } }
    interfaces: { eth2: { addresses: [10.0.2.1/24] } }
    nat: [{ masquerade: 10.0.1.0/24, out: eth2 }]
    firewall: [{ chain: forward, action: drop, source: 10.0.1.3 }]
  ns0:
    interfaces: { eth0: { addresses: [10.0.1.2/24], mac: 02:00:00:00:00:07 } }
    routes: [{ to: default, via: 10.0.1.1 }]
  ns1:
    interfaces: { eth0: { addresses: [10.0.1.3/24] } }
    routes: [{ to: default, via: 10.0.1.1 }]
  far: { interfaces: { eth0: { addresses: [10.0.2.2/24] } } }
links:
  - [r0:eth0, ns0:eth0]
  - { ends: [r0:eth1, ns1:eth0], mtu: 1400 }
  - [r0:eth2, far:eth0]
layout: { ns0: { x: 40, y: 60 } }
`

describe('parts of a lab', () => {
  test('keep their inner cables and nothing that names what is not among them', () => {
    const parts = copyParts(open(lan), ['r0', 'ns0', 'nobody'])
    expect(parts?.leftOut).toEqual(['r0:eth1 – ns1:eth0', 'r0:eth2 – far:eth0'])
    const file = read(parts?.text ?? '')
    expect(Object.keys(file.namespaces ?? {})).toEqual(['r0', 'ns0'])
    expect(file.links).toEqual([['r0:eth0', 'ns0:eth0']])
    expect(file.namespaces?.['r0']?.bridges).toEqual({ br0: { ports: ['eth0'], addresses: ['10.0.1.1/24'] } })
    expect(file.namespaces?.['r0']?.nat ?? []).toEqual([])
    expect(file.namespaces?.['ns0']?.routes).toEqual([{ to: 'default', via: '10.0.1.1' }])
    expect(file.layout).toEqual({ ns0: { x: 40, y: 60 } })
    expect(copyParts(open(lan), ['nobody'])).toBeNull()
  })

  test('come without the host, and with it', () => {
    const bridged = open(`vethlab: 1
name: bridged
namespaces:
  host: { bridges: { br0: { ports: [eth0, eth1], addresses: [10.0.1.1/24] } } }
  a: { interfaces: { eth0: { addresses: [10.0.1.2/24] } }, routes: [{ to: default, via: 10.0.1.1 }] }
  b: { interfaces: { eth0: { addresses: [10.0.1.3/24] } } }
links: [[host:eth0, a:eth0], [host:eth1, b:eth0]]
layout: { host: { x: 0, y: 0 }, a: { x: 1, y: 2 } }
`)
    const alone = read(copyParts(bridged, ['a'])?.text ?? '')
    expect(alone.namespaces).toEqual({ a: {} })
    expect([alone.links, alone.layout]).toEqual([undefined, { a: { x: 1, y: 2 } }])
    const both = read(copyParts(bridged, ['host', 'a'])?.text ?? '')
    expect(both.links).toEqual([['host:eth0', 'a:eth0']])
  })

  test('into their own lab have other names, subnets and MACs, and stay what they were to each other', () => {
    const source = open(lan)
    const parts = read(copyParts(source, ['r0', 'ns0', 'ns1', 'far'])?.text ?? '')
    const { gestured, names } = pasteParts(source, parts, { x: 200, y: 0 })
    expect(names).toEqual(['r1', 'ns2', 'ns3', 'far0'])
    const { namespaces, links, layout } = fileOf(carryOut(source, gestured))
    expect(namespaces?.['r1']).toEqual({
      forwarding: true,
      bridges: { br0: { ports: ['eth0', 'eth1'], addresses: ['10.0.3.1/24'] } },
      interfaces: { eth2: { addresses: ['10.0.4.1/24'] } },
      nat: [{ masquerade: '10.0.3.0/24', out: 'eth2' }],
      firewall: [{ chain: 'forward', action: 'drop', source: '10.0.3.3' }],
    })
    expect(namespaces?.['ns2']).toEqual({
      interfaces: { eth0: { addresses: ['10.0.3.2/24'] } },
      routes: [{ to: 'default', via: '10.0.3.1' }],
    })
    expect(links?.slice(3)).toEqual([
      ['r1:eth0', 'ns2:eth0'],
      { ends: ['r1:eth1', 'ns3:eth0'], mtu: 1400 },
      ['r1:eth2', 'far0:eth0'],
    ])
    expect(layout).toEqual({ ns0: { x: 40, y: 60 }, ns2: { x: 240, y: 60 } })
    if (gestured.ok) expect(gestured.reasons.map(({ value }) => value)).toContain('10.0.3.0/24')
  })

  test('keep names and subnets that are free where they go', () => {
    const parts = read(copyParts(open(lan), ['r0', 'ns0'])?.text ?? '')
    const there = open('vethlab: 1\nname: other\nnamespaces: { ns0: {} }\n')
    const { gestured, names } = pasteParts(there, parts, { x: 0, y: 0 })
    expect(names).toEqual(['r0', 'ns1'])
    const { namespaces } = fileOf(carryOut(there, gestured))
    expect(namespaces?.['ns1']?.interfaces).toEqual({ eth0: { addresses: ['10.0.1.2/24'] } })
  })

  const folder = join(import.meta.dirname, '../../../resources/labs')
  const starters = readdirSync(folder).filter((name) => name.endsWith('.vethlab.yaml'))
  test.each(starters)('all of %s, twice into itself: no new error, no address twice, every cable there', (name) => {
    let source = open(readFileSync(join(folder, name), 'utf8'))
    const before = fileOf(source)
    const all = Object.keys(before.namespaces ?? {})
    const parts = copyParts(source, all)
    if (!parts) throw new Error('nothing was copied')
    for (let round = 0; round < 2; round++)
      source = carryOut(source, pasteParts(source, read(parts.text), { x: 400, y: 0 }).gestured)
    const after = fileOf(source)
    expect(Object.keys(after.namespaces ?? {})).toHaveLength(3 * all.length)
    expect(after.links ?? []).toHaveLength(3 * (before.links ?? []).length)
    const ends = (after.links ?? []).flatMap((link) => endsOf(link))
    expect(new Set(ends).size).toBe(ends.length)
    const errors = (each: LabSource): number =>
      parseSource(each, '').problems.filter(({ severity }) => severity === 'error').length
    expect(errors(source)).toBe(0)
  })
})

describe('the end of a cable', () => {
  test('goes to another namespace with its addresses', () => {
    const source = open(lan.replace('  far: {', '  spare: {}\n  far: {'))
    const file = fileOf(
      carryOut(source, replug(source, { namespace: 'far', interface: 'eth0' }, { namespace: 'spare' })),
    )
    expect(file.links?.[2]).toEqual(['r0:eth2', 'spare:eth0'])
    expect(file.namespaces?.['spare']).toEqual({ interfaces: { eth0: { addresses: ['10.0.2.2/24'] } } })
    expect(file.namespaces?.['far']?.interfaces ?? {}).toEqual({})
  })

  test('out of a bridge gets an address of where it comes, and into one has none', () => {
    const source = open(lan)
    const [port, bridge] = [
      { namespace: 'r0', interface: 'eth1' },
      { namespace: 'r0', bridge: 'br0' },
    ]
    const out = carryOut(source, replug(source, port, { namespace: 'far' }))
    const { namespaces, links } = fileOf(out)
    expect(links?.[1]).toEqual({ ends: ['far:eth1', 'ns1:eth0'], mtu: 1400 })
    expect(namespaces?.['r0']?.bridges?.['br0']?.ports).toEqual(['eth0'])
    expect(namespaces?.['far']?.interfaces?.['eth1']?.addresses).toEqual(['10.0.1.4/24'])
    const back = fileOf(carryOut(out, replug(out, { namespace: 'far', interface: 'eth1' }, bridge)))
    expect(back.namespaces?.['r0']?.bridges?.['br0']?.ports).toEqual(['eth0', 'eth1'])
    expect(back.namespaces?.['r0']?.interfaces?.['eth1']?.addresses ?? []).toEqual([])
  })

  test('stays where it is when it is plugged in there again', () => {
    const source = open(lan)
    const refused = replug(source, { namespace: 'r0', interface: 'eth1' }, { namespace: 'r0', bridge: 'br0' })
    expect(refused).toMatchObject({ ok: false, problems: [{ code: 'plugged-there' }] })
  })
})
