import { describe, expect, test } from 'vitest'
import { changeSource } from '../../../electron/core/change/change.js'
import { fillRoutes } from '../../../electron/core/change/fill-routes.js'
import type { LabChange } from '../../../electron/core/change/lab-change.js'
import { suggestAddresses, suggestGateways } from '../../../electron/core/change/suggest-addresses.js'
import { suggestBridge, suggestInterface, suggestNamespace } from '../../../electron/core/change/suggest-names.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { createLabText } from '../../../electron/core/lab/print.js'
import { fileOf, open } from './open.js'

type Namespaces = NonNullable<LabFile['namespaces']>
const lab = (namespaces: Namespaces, ...links: [string, string][]): LabFile => ({
  vethlab: 1,
  name: 'x',
  namespaces,
  links,
})
const on = (...addresses: string[]) => ({ addresses })
const values = (found: readonly { readonly value: unknown }[]) => found.map(({ value }) => value)

describe('names', () => {
  test('are the first that are free', () => {
    const file = lab({ ns0: {}, ns2: {}, r0: {}, host: { bridges: { br0: {} } } })
    expect(suggestNamespace(file, 'namespace').value).toBe('ns1')
    expect(suggestNamespace(file, 'router').value).toBe('r1')
    expect(suggestNamespace(file, 'internet').value).toBe('internet')
    expect(suggestNamespace(lab({ internet: {} }), 'internet').value).toBe('internet0')
    expect(suggestBridge(file, 'host').value).toBe('br1')
    expect(suggestBridge(file, 'ns0').value).toBe('br0')
    expect(suggestInterface(file, 'ns0').value).toBe('eth0')
  })
  test('follow the way of the lab', () => {
    const counted = lab({ ns0: {}, ns1: {} }, ['ns0:veth0', 'host:veth1'], ['ns1:veth2', 'host:veth4'])
    expect(suggestInterface(counted, 'ns0').value).toBe('veth3')
    const each = lab({ ns0: {}, ns1: {} }, ['ns0:eth0', 'host:eth0'], ['ns1:eth0', 'host:eth1'])
    expect(suggestInterface(each, 'ns1').value).toBe('eth1')
    expect(suggestInterface(each, 'ns9').value).toBe('eth0')
  })
})

describe('addresses', () => {
  const bridged: LabFile = lab(
    {
      host: { bridges: { br0: { ports: ['p0', 'p1'], ...on('192.168.7.1/24') } } },
      a: { interfaces: { eth0: on('192.168.7.2/24') } },
      b: {},
    },
    ['a:eth0', 'host:p0'],
    ['b:eth0', 'host:p1'],
  )
  test('are the next of the segment, through bridges', () => {
    expect(values(suggestAddresses(bridged, { namespace: 'b', interface: 'eth0' }, []))).toEqual(['192.168.7.3/24'])
  })
  test('are none for a port, and none where one is', () => {
    expect(suggestAddresses(bridged, { namespace: 'host', interface: 'p1' }, [])).toEqual([])
    expect(suggestAddresses(bridged, { namespace: 'a', interface: 'eth0' }, [])).toEqual([])
  })
  test('of a new segment are of the first subnet that overlaps nothing', () => {
    const file = lab(
      { a: { interfaces: { e: on('10.0.1.7/24') }, routes: [{ to: '10.0.2.0/23', dev: 'e' }] }, b: {}, c: {} },
      ['b:eth0', 'c:eth0'],
    )
    const end = { namespace: 'b', interface: 'eth0' }
    expect(values(suggestAddresses(file, end, []))).toEqual(['10.0.4.1/24'])
    expect(values(suggestAddresses(file, end, ['10.0.4.0/22']))).toEqual(['10.0.8.1/24'])
    const six = lab({ a: { interfaces: { e: on('fd00:1::1/64') } }, b: {}, c: {} }, ['b:eth0', 'c:eth0'])
    expect(values(suggestAddresses(six, end, []))).toEqual(['10.0.2.1/24', 'fd00:2::1/64'])
  })
  test('of a full subnet are none', () => {
    const full = lab(
      {
        a: { interfaces: { e: on('10.0.0.0/31') } },
        b: { interfaces: { e: on('10.0.0.1/31') } },
        c: {},
        host: { bridges: { br0: { ports: ['a', 'b', 'c'] } } },
      },
      ['a:e', 'host:a'],
      ['b:e', 'host:b'],
      ['c:e', 'host:c'],
    )
    expect(suggestAddresses(full, { namespace: 'c', interface: 'e' }, [])).toEqual([])
  })
  test('lead to the router of the segment, once', () => {
    const file = lab(
      { a: { interfaces: { e: on('10.0.1.2/24') } }, r: { forwarding: true, interfaces: { e: on('10.0.1.1/24') } } },
      ['a:e', 'r:e'],
    )
    const end = { namespace: 'a', interface: 'e' }
    expect(values(suggestGateways(file, end))).toEqual([{ to: 'default', via: '10.0.1.1' }])
    expect(suggestGateways(file, { namespace: 'r', interface: 'e' })).toEqual([])
    const has = lab(
      { ...file.namespaces, a: { interfaces: { e: on('10.0.1.2/24') }, routes: [{ to: 'default', via: '10.0.1.9' }] } },
      ['a:e', 'r:e'],
    )
    expect(suggestGateways(has, end)).toEqual([])
  })
})

describe('routes that are filled in', () => {
  /** Two hosts, and a line of three routers between them. */
  const line = lab(
    {
      a: { interfaces: { e: on('10.0.1.2/24') } },
      r1: { interfaces: { w: on('10.0.1.1/24'), e: on('10.0.12.1/24') } },
      r2: { interfaces: { w: on('10.0.12.2/24'), e: on('10.0.23.2/24'), lo: on('203.0.113.1/32') } },
      r3: { forwarding: true, interfaces: { w: on('10.0.23.3/24'), e: on('10.0.3.1/24') } },
      b: { interfaces: { e: on('10.0.3.2/24') } },
    },
    ['a:e', 'r1:w'],
    ['r1:e', 'r2:w'],
    ['r2:e', 'r3:w'],
    ['r3:e', 'b:e'],
  )
  const filled = values(fillRoutes(line)) as LabChange[]
  test('lead everywhere by the shortest way, and routers forward', () => {
    expect(
      filled.filter(({ op }) => op === 'forwarding-set').map((each) => 'namespace' in each && each.namespace),
    ).toEqual(['r1', 'r2'])
    const routes = filled.flatMap((each) =>
      each.op === 'route-add' ? [`${each.namespace} ${each.entry.to} ${each.entry.via}`] : [],
    )
    expect(routes.toSorted()).toEqual(
      [
        'a default 10.0.1.1',
        'b default 10.0.3.1',
        'r1 10.0.23.0/24 10.0.12.2',
        'r1 10.0.3.0/24 10.0.12.2',
        'r1 203.0.113.1 10.0.12.2',
        'r2 10.0.1.0/24 10.0.12.1',
        'r2 10.0.3.0/24 10.0.23.3',
        'r3 10.0.1.0/24 10.0.23.2',
        'r3 10.0.12.0/24 10.0.23.2',
        'r3 203.0.113.1 10.0.23.2',
      ].toSorted(),
    )
  })
  test('set one right that leads elsewhere, and leave one that leads nowhere', () => {
    const astray = structuredClone(line) as { namespaces: Record<string, object> }
    astray.namespaces['r1'] = {
      ...astray.namespaces['r1'],
      routes: [
        { to: '10.0.3.0/24', via: '10.0.1.2' },
        { to: '10.0.23.0/24', type: 'blackhole' },
      ],
    }
    const file = astray as typeof line
    const mended = (values(fillRoutes(file)) as LabChange[]).filter(
      (each) => 'namespace' in each && each.namespace === 'r1',
    )
    expect(mended).toContainEqual({
      op: 'route-set',
      namespace: 'r1',
      at: 0,
      entry: { to: '10.0.3.0/24', via: '10.0.12.2' },
    })
    expect(JSON.stringify(mended)).not.toContain('10.0.23.0/24')
    expect(changeSource(open(createLabText(file)), values(fillRoutes(file)) as LabChange[]).ok).toBe(true)
  })
  test('are one change of the lab, after which there are none', () => {
    const changed = changeSource(open(createLabText(line)), filled)
    if (!changed.ok) throw new Error(changed.problems[0]?.message)
    expect(fillRoutes(fileOf(changed.source))).toEqual([])
  })
})
