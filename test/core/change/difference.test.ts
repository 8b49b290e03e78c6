import { describe, expect, test } from 'vitest'
import { normalise } from '../../../electron/core/lab/normalise.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import type { LiveNamespace, LiveRoute, LiveState } from '../../../electron/core/live/state.js'
import { emptyLiveNamespace } from '../../../electron/core/plan/empty.js'
import { changeSource } from '../../../electron/core/change/change.js'
import { differences } from '../../../electron/core/change/difference.js'
import type { Difference } from '../../../electron/core/change/difference.js'
import { keepChanges } from '../../../electron/core/change/keep.js'
import { createLabText } from '../../../electron/core/lab/print.js'
import { openSource } from '../../../electron/core/lab/source.js'
import { hasParts } from '../../../electron/core/guide/missing-parts.js'

const file: LabFile = {
  vethlab: 1,
  name: 'pair',
  namespaces: {
    ns0: { interfaces: { veth0: { addresses: ['10.0.0.1/24'] } } },
    ns1: { interfaces: { veth1: { addresses: ['10.0.0.2/24'] } }, routes: [{ to: 'default', via: '10.0.0.1' }] },
  },
  links: [['ns0:veth0', 'ns1:veth1']],
}

const lo = { ...(emptyLiveNamespace('x', 1).links[0] as LiveNamespace['links'][number]), up: true, carrier: true }

function veth(name: string, peer: string): LiveNamespace['links'][number] {
  const plain = { ...lo, index: 2, name, kind: 'veth', mtu: 1500, operstate: 'up', mac: '02:00:00:00:00:01' }
  return { ...plain, peer: { namespace: peer, index: 2 } }
}

function namespace(name: string, parts: Partial<LiveNamespace>): LiveNamespace {
  const sysctls = { 'net.ipv4.ip_forward': '0', 'net.ipv6.conf.all.disable_ipv6': '1' }
  return { ...emptyLiveNamespace(name, name.length), links: [lo], sysctls, ...parts }
}

const address = (dev: string, text: string) =>
  ({ dev, family: 'ipv4', address: text, scope: 'global', flags: ['permanent'] }) as const
const route = (to: string, via: string | null, dev: string): LiveRoute => ({
  ...{
    family: 'ipv4',
    to,
    via,
    dev,
    src: null,
    metric: 0,
    type: 'unicast',
    scope: 'global',
    table: 254,
    mtu: null,
    weight: null,
    flags: [],
  },
  protocol: via === null ? 'kernel' : 'boot',
})

/** What the kernel has after the file was deployed. */
function deployed(change: (namespaces: Map<string, LiveNamespace>) => void = () => {}): LiveState {
  const namespaces = new Map(
    [
      namespace('host', {}),
      namespace('ns0', {
        links: [lo, veth('veth0', 'ns1')],
        addresses: [address('veth0', '10.0.0.1/24')],
        routes: [route('10.0.0.0/24', null, 'veth0')],
      }),
      namespace('ns1', {
        links: [lo, veth('veth1', 'ns0')],
        addresses: [address('veth1', '10.0.0.2/24')],
        routes: [route('0.0.0.0/0', '10.0.0.1', 'veth1'), route('10.0.0.0/24', null, 'veth1')],
      }),
    ].map((each) => [each.name, each]),
  )
  change(namespaces)
  return { revision: 1, namespaces: [...namespaces.values()] }
}

function alter(name: string, parts: (before: LiveNamespace) => Partial<LiveNamespace>) {
  return (namespaces: Map<string, LiveNamespace>) => {
    const before = namespaces.get(name) as LiveNamespace
    namespaces.set(name, { ...before, ...parts(before) })
  }
}

const lab = normalise(file)
const found = (live: LiveState, open = file) => differences(normalise(open), lab, live)

function keep(labFile: LabFile, difference: Difference, live: LiveState): LabFile {
  const source = openSource(createLabText(labFile))
  if (!source) throw new Error('no lab')
  const changed = changeSource(source, keepChanges(labFile, difference, live), 'meaning')
  if (!changed.ok) throw new Error(changed.problems[0]?.message)
  return changed.source.value as LabFile
}

describe('differences between what was deployed and what is there', () => {
  test('there are none after a deploy', () => {
    expect(found(deployed())).toEqual([])
  })

  const cases: readonly [string, (namespaces: Map<string, LiveNamespace>) => void, string, string][] = [
    [
      'an added address',
      alter('ns0', ({ addresses }) => ({ addresses: [...addresses, address('veth0', '10.9.0.1/24')] })),
      'extra',
      'addr 10.9.0.1/24 dev veth0',
    ],
    [
      'a removed route',
      alter('ns1', ({ routes }) => ({ routes: routes.slice(1) })),
      'missing',
      'route default via 10.0.0.1',
    ],
    ['a namespace', (all) => void all.set('extra', namespace('extra', {})), 'extra', 'netns extra'],
    [
      'an interface that is switched off',
      alter('ns1', () => ({ links: [lo, { ...veth('veth1', 'ns0'), up: false }] })),
      'changed',
      'link veth1 down',
    ],
  ]
  test.each(cases)('%s is one object', (_name, change, kind, what) => {
    const all = found(deployed(change))
    expect(all.map((each) => [each.kind, each.what])).toEqual([[kind, what]])
  })

  test.each(cases)('%s is gone from the list once it is kept', (_name, change) => {
    const live = deployed(change)
    const [difference] = found(live)
    if (!difference) throw new Error('no difference')
    const kept = keep(file, difference, live)
    expect(kept).not.toEqual(file)
    expect(found(live, kept)).toEqual([])
    // The file given is not the one that is changed.
    expect(found(live)).toHaveLength(1)
  })

  test('keeping one object leaves the others', () => {
    const live = deployed((all) => {
      alter('ns0', ({ addresses }) => ({ addresses: [...addresses, address('veth0', '10.9.0.1/24')] }))(all)
      alter('ns1', ({ routes }) => ({ routes: routes.slice(1) }))(all)
    })
    const [first, second] = found(live)
    if (!first || !second) throw new Error('not two differences')
    expect(found(live, keep(file, first, live)).map(({ id }) => id)).toEqual([second.id])
  })
})

describe('what a step of a guide asks for', () => {
  test.each([
    [{ namespaces: ['ns0', 'ns1'] }, true],
    [{ namespaces: ['ns0', 'ns7'] }, false],
    [{ links: [['ns0:veth0', 'ns1:veth1'] as [string, string]] }, true],
    [{ links: [['ns0:veth0', 'ns1:veth9'] as [string, string]] }, false],
    [{ namespaces: { ns1: { routes: [{ to: 'default', via: '10.0.0.1' }] } } }, true],
    [{ namespaces: { ns0: { routes: [{ to: 'default', via: '10.0.0.1' }] } } }, false],
    [{ namespaces: { ns0: { interfaces: { veth0: { addresses: ['10.0.0.1/24'], up: true } } } } }, true],
    [{ namespaces: { ns0: { interfaces: { veth0: { addresses: ['10.0.0.1/16'] } } } } }, false],
    [{ namespaces: { ns0: { forwarding: false } } }, true],
    [{ namespaces: { ns0: { forwarding: true } } }, false],
    [{ namespaces: { ns0: { nat: [{ masquerade: '10.0.0.0/24', out: 'veth0' }] } } }, false],
  ])('%j: %s', (wanted, there) => {
    expect(hasParts(wanted, deployed())).toBe(there)
  })
})
