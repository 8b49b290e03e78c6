import { describe, expect, test } from 'vitest'
import { changeSource } from '../../../electron/core/change/change.js'
import { connect, masquerade, neighbour, newObject, waysOut } from '../../../electron/core/change/gestures.js'
import { nothingBeside, type Gestured, type Place } from '../../../electron/core/change/building.js'
import type { ObjectKind } from '../../../electron/core/change/gestures.js'
import { parseSource } from '../../../electron/core/lab/parse.js'
import type { LabSource } from '../../../electron/core/lab/source.js'
import { fileOf, open } from './open.js'

const empty = 'vethlab: 1\nname: new-lab\nnamespaces:\n  host: {}\n'

function carryOut(source: LabSource, gestured: Gestured): LabSource {
  if (!gestured.ok) throw new Error(gestured.problems.map(({ message }) => message).join('\n'))
  const changed = changeSource(source, gestured.changes)
  if (!changed.ok) throw new Error(changed.problems.map(({ message }) => message).join('\n'))
  return changed.source
}
const add = (source: LabSource, kind: ObjectKind, home?: string): LabSource =>
  carryOut(source, {
    ok: true,
    ...newObject(fileOf(source), kind, { at: { x: 10, y: 20 }, ...(home !== undefined && { home }) }),
  })
const cable = (source: LabSource, from: Place, to: Place): LabSource => carryOut(source, connect(source, from, to))
const at = (namespace: string, bridge?: string): Place => ({ namespace, ...(bridge !== undefined && { bridge }) })

describe('new objects', () => {
  test('have the first free name, a place, and what makes them what they are', () => {
    let source = open(empty)
    for (const kind of ['namespace', 'namespace', 'router', 'internet', 'bridge'] as const) source = add(source, kind)
    const { namespaces, layout } = fileOf(source)
    expect(namespaces).toEqual({
      host: { bridges: { br0: {} } },
      ns0: {},
      ns1: {},
      r0: { forwarding: true },
      internet: { forwarding: true, interfaces: { lo: { addresses: ['203.0.113.10/24'] } } },
    })
    expect(layout?.['ns1']).toEqual({ x: 10, y: 20 })
    expect(parseSource(source, '').problems.filter(({ severity }) => severity === 'error')).toEqual([])
  })
})

describe('a bridge', () => {
  test('in a router has an address, so that the router routes for what hangs on it; elsewhere it is a switch', () => {
    const source = add(add(add(add(open(empty), 'router'), 'namespace'), 'bridge', 'r0'), 'bridge', 'ns0')
    const { namespaces } = fileOf(source)
    expect(namespaces?.['r0']?.bridges).toEqual({ br0: { addresses: ['10.0.1.1/24'] } })
    expect(namespaces?.['ns0']?.bridges).toEqual({ br0: {} })
    const station = fileOf(cable(source, at('ns0'), at('r0', 'br0'))).namespaces?.['ns0']
    expect(station?.interfaces).toEqual({ eth0: { addresses: ['10.0.1.2/24'] } })
    expect(station?.routes).toEqual([{ to: 'default', via: '10.0.1.1' }])
  })
})

describe('ways out', () => {
  test('are the interfaces beside which there is a subnet, first that of the default route', () => {
    let source = add(add(add(open(empty), 'router'), 'namespace'), 'internet')
    expect(waysOut(fileOf(source), null)).toEqual([])
    source = cable(source, at('ns0'), at('r0'))
    expect(waysOut(fileOf(source), 'r0')).toEqual([])
    source = cable(source, at('r0'), at('internet'))
    const [toStation, toFar] = [
      { namespace: 'r0', interface: 'eth0' },
      { namespace: 'r0', interface: 'eth1' },
    ]
    expect(waysOut(fileOf(source), null)).toEqual([toFar, toStation])
    expect(waysOut(fileOf(source), 'internet')).toEqual([])
  })
})

describe('a cable', () => {
  test('between two stations opens a subnet', () => {
    const source = cable(add(add(open(empty), 'namespace'), 'namespace'), at('ns0'), at('ns1'))
    const { namespaces, links } = fileOf(source)
    expect(links).toEqual([['ns0:eth0', 'ns1:eth0']])
    expect(namespaces?.['ns0']).toEqual({ interfaces: { eth0: { addresses: ['10.0.1.1/24'] } } })
    expect(namespaces?.['ns1']).toEqual({ interfaces: { eth0: { addresses: ['10.0.1.2/24'] } } })
  })
  test('gives the router the first address, and the station a way through it', () => {
    const source = cable(add(add(open(empty), 'namespace'), 'router'), at('ns0'), at('r0'))
    const { namespaces } = fileOf(source)
    expect(namespaces?.['r0']?.interfaces).toEqual({ eth0: { addresses: ['10.0.1.1/24'] } })
    expect(namespaces?.['ns0']).toEqual({
      interfaces: { eth0: { addresses: ['10.0.1.2/24'] } },
      routes: [{ to: 'default', via: '10.0.1.1' }],
    })
  })
  test('into a bridge has no address there, and the next of the segment at the other end', () => {
    const source = open(`vethlab: 1
name: n
namespaces:
  host:
    forwarding: true
    bridges:
      bridge0: { addresses: [192.168.1.1/24], ports: [veth1] } # the switch
  ns0:
    interfaces:
      veth0: { addresses: [192.168.1.2/24] }
  ns1: {}
links:
  - [ns0:veth0, host:veth1]
`)
    const done = cable(source, at('ns1'), at('host', 'bridge0'))
    const { namespaces, links } = fileOf(done)
    expect(links?.[1]).toEqual(['ns1:veth2', 'host:veth3'])
    expect(namespaces?.['host']?.bridges?.['bridge0']?.ports).toEqual(['veth1', 'veth3'])
    expect(namespaces?.['ns1']).toEqual({
      interfaces: { veth2: { addresses: ['192.168.1.3/24'] } },
      routes: [{ to: 'default', via: '192.168.1.1' }],
    })
    expect(done.text).toContain('# the switch')
  })
  test('between two routers makes neither rely on the other; a far network is relied on, and relies on nobody', () => {
    let source = add(add(add(open(empty), 'router'), 'router'), 'internet')
    source = cable(cable(source, at('r0'), at('r1')), at('internet'), at('r0'))
    const { namespaces } = fileOf(source)
    expect(namespaces?.['r1']?.routes).toBeUndefined()
    expect(namespaces?.['internet']?.routes).toBeUndefined()
    expect(namespaces?.['r0']?.routes).toEqual([{ to: 'default', via: '10.0.2.2' }])
  })
  test('leads whoever is there already through the router that comes', () => {
    let source = add(add(add(add(open(empty), 'namespace'), 'namespace'), 'bridge'), 'router')
    for (const station of ['ns0', 'ns1']) source = cable(source, at(station), at('host', 'br0'))
    expect(fileOf(source).namespaces?.['ns0']?.routes).toBeUndefined()
    source = cable(source, at('host', 'br0'), at('r0'))
    const { namespaces } = fileOf(source)
    for (const station of ['ns0', 'ns1'])
      expect(namespaces?.[station]?.routes).toEqual([{ to: 'default', via: '10.0.1.3' }])
    expect(namespaces?.['r0']?.routes).toBeUndefined()
  })
  test('to itself is refused, in one sentence', () => {
    const source = add(open(empty), 'namespace')
    const refused = connect(source, at('ns0'), at('ns0'))
    expect(refused).toMatchObject({ ok: false, problems: [{ code: 'cable-to-itself' }] })
  })
  test('takes no subnet that is there beside the lab', () => {
    const source = add(add(open(empty), 'namespace'), 'namespace')
    const gestured = connect(source, at('ns0'), at('ns1'), { ...nothingBeside, subnets: ['10.0.0.0/21'] })
    expect(fileOf(carryOut(source, gestured)).namespaces?.['ns0']?.interfaces).toEqual({
      eth0: { addresses: ['10.0.8.1/24'] },
    })
  })
  test('takes no name that was given by hand', () => {
    const source = add(add(open(empty), 'namespace'), 'namespace')
    const beside = { namespaces: ['ns2'], interfaces: [{ namespace: 'ns1', interface: 'eth0' }], subnets: [] }
    expect(fileOf(carryOut(source, connect(source, at('ns0'), at('ns1'), beside))).links).toEqual([
      ['ns0:eth0', 'ns1:eth1'],
    ])
    expect(newObject(fileOf(source), 'namespace', { beside }).made).toEqual({ namespace: 'ns3' })
    expect(newObject(fileOf(source), 'bridge', { home: 'ns1', beside }).made).toEqual({
      namespace: 'ns1',
      bridge: 'br0',
    })
  })
  test('says why each address is what it is', () => {
    const source = add(add(open(empty), 'namespace'), 'router')
    const gestured = connect(source, at('ns0'), at('r0'))
    if (!gestured.ok) throw new Error('refused')
    expect(gestured.reasons.map(({ value }) => value)).toEqual(['10.0.1.1/24', '10.0.1.2/24', '10.0.1.1'])
  })
})

test('a neighbour is made and cabled in one step', () => {
  const source = add(open(empty), 'router')
  const once = carryOut(source, neighbour(source, at('r0'), 'namespace'))
  const twice = carryOut(once, neighbour(once, at('r0'), 'namespace'))
  const { namespaces, links } = fileOf(twice)
  expect(links).toEqual([
    ['r0:eth0', 'ns0:eth0'],
    ['r0:eth1', 'ns1:eth0'],
  ])
  expect(namespaces?.['ns1']).toEqual({
    interfaces: { eth0: { addresses: ['10.0.2.2/24'] } },
    routes: [{ to: 'default', via: '10.0.2.1' }],
  })
})

test('a cable into a subnet takes the place of the route to it', () => {
  const source = open(`vethlab: 1
name: two
namespaces:
  host: { bridges: { br0: { ports: [p0] } } }
  r0:
    forwarding: true
    interfaces: { eth0: { addresses: [10.0.1.1/24] } }
    routes: [{ to: 10.9.0.0/24, via: 10.0.1.2 }, { to: 10.0.2.0/24, via: 10.0.1.2 }]
  r1: { forwarding: true, interfaces: { eth0: { addresses: [10.0.1.2/24] }, eth1: { addresses: [10.0.2.1/24] } } }
links: [[r0:eth0, r1:eth0], [host:p0, r1:eth1]]
`)
  const { interfaces, routes } = fileOf(cable(source, at('r0'), at('host', 'br0'))).namespaces?.['r0'] ?? {}
  expect(interfaces?.['eth1']?.addresses).toEqual(['10.0.2.2/24'])
  expect(routes).toEqual([{ to: '10.9.0.0/24', via: '10.0.1.2' }])
})

describe('NAT', () => {
  const system = (): LabSource => {
    let source = add(add(add(open(empty), 'namespace'), 'router'), 'internet')
    source = cable(source, at('ns0'), at('r0'))
    return cable(source, at('r0'), at('internet'))
  }
  test('hides the subnets behind an interface', () => {
    const source = system()
    const done = carryOut(source, masquerade(source, { namespace: 'r0', interface: 'eth1' }))
    expect(fileOf(done).namespaces?.['r0']?.nat).toEqual([{ masquerade: '10.0.1.0/24', out: 'eth1' }])
    expect(masquerade(done, { namespace: 'r0', interface: 'eth1' })).toMatchObject({
      ok: false,
      problems: [{ code: 'has-nat' }],
    })
  })
  test('is refused where nothing is behind', () => {
    const source = system()
    expect(masquerade(source, { namespace: 'ns0', interface: 'eth0' })).toMatchObject({
      ok: false,
      problems: [{ code: 'nothing-behind' }],
    })
  })
})
