import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { healthyOf, injectionsOf } from '../../../electron/core/challenge/catalogue.js'
import { inject } from '../../../electron/core/challenge/inject.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { parseLabText, parseSource } from '../../../electron/core/lab/parse.js'
import { buildScene } from '../../../renderer/canvas/build-scene.js'
import { sceneAsWritten } from '../../../renderer/canvas/scene-as-written.js'
import type { Scene, SceneInterface, SceneNamespace } from '../../../renderer/canvas/scene.js'
import { open } from '../change/open.js'
import { lab, labB, labN, labR, labVxlan } from './fixtures/labs.js'
import { changed, changedLink, deployed, emptyLive } from './fixtures/live.js'

const namespace = (scene: Scene, name: string): SceneNamespace => {
  const found = scene.namespaces.find((each) => each.name === name)
  if (!found) throw new Error(`no ${name} in the scene`)
  return found
}
const item = (scene: Scene, id: string): SceneInterface => {
  const found = scene.namespaces.flatMap((each) => each.interfaces).find((each) => each.id === id)
  if (!found) throw new Error(`no ${id} in the scene`)
  return found
}

describe('a deployed lab', () => {
  const scene = buildScene({ lab: labN, live: deployed(labN), standing: labN })

  test('is live in every part', () => {
    expect(scene.namespaces.map((each) => each.presence)).toEqual(['live', 'live', 'live', 'live'])
    expect(scene.cables.map((cable) => [cable.presence, cable.carries])).toEqual([
      ['live', true],
      ['live', true],
      ['live', true],
    ])
    expect(scene.namespaces.flatMap((each) => each.interfaces).every((each) => each.state === 'up')).toBe(true)
  })

  test('shows lo only with addresses that somebody gave it', () => {
    expect(item(scene, 'internet:lo').addresses.map((each) => each.text)).toEqual(['203.0.113.10/24'])
    expect(item(scene, 'ns0:lo').addresses).toEqual([])
  })

  test('knows the far network, the router and the NAT rule', () => {
    expect(namespace(scene, 'internet').role).toBe('far')
    expect(namespace(scene, 'host')).toMatchObject({ banded: true, forwarding: true })
    expect(namespace(scene, 'host').nat).toEqual([
      { dev: 'eth0', target: 'MASQUERADE', detail: '192.168.1.0/24', presence: 'live' },
    ])
    expect(namespace(scene, 'ns0').routes).toEqual([{ text: 'default via 192.168.1.1', presence: 'live' }])
  })
})

describe('a lab in which something is hidden', () => {
  test('is drawn as it is written, whatever was broken in it', () => {
    const source = open(readFileSync('resources/labs/08-nat.vethlab.yaml', 'utf8'))
    const { lab: healthy, labFile } = parseSource(source, 'lab')
    if (!healthy || !labFile) throw new Error('no lab')
    const scene = sceneAsWritten({ lab: healthy, live: deployed(healthy) })
    expect(scene).toEqual(buildScene({ lab: healthy, live: deployed(healthy) }))
    let seen = 0
    // One place of each fault.
    const faults = new Map(injectionsOf(healthyOf(labFile, healthy)).map((each) => [each.fault, each]))
    for (const fault of faults.values()) {
      const made = inject(source, [fault])
      if (!made) continue
      const live = deployed(normalise(made.broken))
      if (!isDeepStrictEqual(buildScene({ lab: healthy, live }), scene)) seen += 1
      expect(sceneAsWritten({ lab: healthy, live }), fault.fault).toEqual(scene)
    }
    // Some of them would be seen in a picture of the kernel.
    expect(seen).toBeGreaterThan(4)
  })

  test('shows what is made beside it', () => {
    const live = deployed(labN)
    const more = { ...live, namespaces: [...live.namespaces, emptyLive('probe', 7)] }
    expect(namespace(sceneAsWritten({ lab: labN, live: more }), 'probe').presence).toBe('foreign')
  })
})

test('without a kernel everything is planned', () => {
  const scene = buildScene({ lab: labN, live: null })
  expect(new Set(scene.namespaces.map((each) => each.presence))).toEqual(new Set(['planned']))
  expect(new Set(scene.cables.map((each) => each.presence))).toEqual(new Set(['planned']))
  expect(item(scene, 'ns0:veth0').state).toBe('planned')
  // An address, a route, a rule: none of them looks like the kernel's.
  expect(item(scene, 'ns0:veth0').addresses.map((each) => each.presence)).toEqual(['planned'])
  expect(namespace(scene, 'ns0').routes.map((each) => each.presence)).toEqual(['planned'])
})

test('a route of another table names it, and is the kernel’s where it stands', () => {
  const tabled = {
    ...labN,
    namespaces: new Map(
      [...labN.namespaces].map(([name, each]) => [
        name,
        { ...each, routes: each.routes.map((route) => ({ ...route, table: name === 'ns0' ? 100 : route.table })) },
      ]),
    ),
  }
  const stated = [{ text: 'default via 192.168.1.1 table 100', presence: 'live' }]
  expect(namespace(buildScene({ lab: tabled, live: deployed(tabled), standing: tabled }), 'ns0').routes).toEqual(stated)
  const planned = [{ text: 'default via 192.168.1.1 table 100', presence: 'planned' }]
  expect(namespace(buildScene({ lab: tabled, live: null }), 'ns0').routes).toEqual(planned)
})

test('an interface that is only in the file has no address that looks real, though its namespace is there', () => {
  const live = changed(deployed(labB), 'ns0', (each) => ({
    ...each,
    links: each.links.filter((link) => link.name !== 'veth0'),
    addresses: each.addresses.filter((address) => address.dev !== 'veth0'),
  }))
  const scene = buildScene({ lab: labB, live, standing: labB })
  expect(item(scene, 'ns0:veth0')).toMatchObject({ presence: 'planned', addresses: [{ presence: 'planned' }] })
})

test('what the lab has and the kernel has not is planned, down to a single address', () => {
  const live = changed(deployed(labB), 'host', (each) => ({
    ...each,
    addresses: each.addresses.filter((address) => address.dev !== 'bridge0'),
  }))
  const scene = buildScene({ lab: labB, live, standing: labB })
  expect(item(scene, 'host:bridge0')).toMatchObject({
    presence: 'live',
    addresses: [{ text: '192.168.1.1/24', presence: 'planned' }],
  })
})

test('what the kernel has and the lab has not was made in a terminal', () => {
  const live = deployed(labN)
  const scene = buildScene({
    lab: labN,
    live: { revision: 2, namespaces: [...live.namespaces, emptyLive('mine', 7)] },
    standing: labN,
  })
  expect(namespace(scene, 'mine').presence).toBe('foreign')
})

test('what was deployed and then taken out of the lab is leaving, not foreign', () => {
  const without = { ...labN, namespaces: new Map([...labN.namespaces].filter(([name]) => name !== 'ns1')) }
  const scene = buildScene({ lab: without, live: deployed(labN), standing: labN })
  expect(namespace(scene, 'ns1').presence).toBe('leaving')
})

test('without a lab nothing is foreign', () => {
  const scene = buildScene({ lab: null, live: deployed(labN) })
  expect(new Set(scene.namespaces.map((each) => each.presence))).toEqual(new Set(['live']))
})

test('an interface that is down, and its peer without a carrier, say so, and their cable carries nothing', () => {
  const down = changedLink(deployed(labN), 'ns0', 'veth0', { up: false, carrier: false })
  const scene = buildScene({ lab: labN, live: changedLink(down, 'host', 'veth1', { carrier: false }), standing: labN })
  expect(item(scene, 'ns0:veth0').state).toBe('down')
  expect(item(scene, 'host:veth1').state).toBe('no-carrier')
  expect(scene.cables.filter((cable) => !cable.carries).map((cable) => cable.id)).toEqual(['host:veth1~ns0:veth0'])
})

test('a router is drawn as one whether it forwards or not', () => {
  const off = changed(deployed(labR), 'ns-router', (each) => ({ ...each, sysctls: { 'net.ipv4.ip_forward': '0' } }))
  expect(namespace(buildScene({ lab: labR, live: deployed(labR) }), 'ns-router')).toMatchObject({
    banded: true,
    forwarding: true,
  })
  expect(namespace(buildScene({ lab: labR, live: off }), 'ns-router')).toMatchObject({
    banded: true,
    forwarding: false,
  })
})

test('an idle host stays out of the picture, and is there when it is all there is', () => {
  expect(buildScene({ lab: labR, live: deployed(labR) }).namespaces.map((each) => each.name)).toEqual([
    'ns0',
    'ns1',
    'ns-router',
  ])
  const alone = lab('alone', {}, [])
  expect(buildScene({ lab: alone, live: deployed(alone) }).namespaces.map((each) => each.name)).toEqual(['host'])
})

test('the two ends of a VXLAN find each other by address and number', () => {
  const tunnels = buildScene({ lab: labVxlan, live: deployed(labVxlan) }).cables.filter(
    (cable) => cable.kind === 'tunnel',
  )
  expect(tunnels).toMatchObject([{ ends: ['r1:vx0', 'r2:vx0'], tunnelId: 42 }])
})

test('what shares the cable of another namespace is joined to it by a line of its own', () => {
  const { lab: wanted } = parseLabText(
    `vethlab: 1
name: shares
namespaces:
  r: { macvlans: { mv0: { link: e0, in: a }, mv1: { link: e0, mode: private } } }
  s: {}
  a: {}
links: [[r:e0, s:e0]]
`,
    'shares',
  )
  const { cables, namespaces } = buildScene({ lab: wanted, live: null })
  expect(cables.map(({ kind, ends }) => `${kind} ${ends.join(' ')}`)).toEqual(['veth r:e0 s:e0', 'share a:mv0 r:e0'])
  expect(namespaces.flatMap(({ interfaces }) => interfaces.flatMap(({ share }) => share ?? []))).toEqual([
    { mode: 'private', parent: { name: 'e0', namespace: null } },
    { mode: 'bridge', parent: { name: 'e0', namespace: 'r' } },
  ])
})

test('the uplink leads to the network outside', () => {
  const wanted = { ...labB, uplink: true }
  const scene = buildScene({
    lab: wanted,
    live: changedLink(deployed(wanted), 'host', 'eth0', { kind: 'tun' }),
    standing: wanted,
  })
  expect(scene.namespaces.at(-1)?.role).toBe('outside')
  expect(scene.cables.filter((cable) => cable.kind === 'uplink')).toHaveLength(1)
  expect(item(scene, 'host:eth0')).toMatchObject({ presence: 'live', uplink: true })
})

test('NAT of a text for iptables is the file’s, before it stands and after', () => {
  const host = labB.namespaces.get('host')
  if (!host) throw new Error('no host')
  const text =
    '*filter\n:FORWARD ACCEPT\nCOMMIT\n*nat\n-A POSTROUTING -s 192.168.1.0/24 -o eth0 -j MASQUERADE\nCOMMIT\n'
  const wanted = {
    ...labB,
    namespaces: new Map([...labB.namespaces, ['host', { ...host, nat: [], texts: { iptables: text } }]]),
  }
  const entry = { family: 'ipv4', table: 'nat', policy: null, packets: 0, bytes: 0, engine: 'nft' } as const
  const live = changed(deployed(labB), 'host', (each) => ({
    ...each,
    ruleset: {
      nft: [],
      iptables: [
        { ...entry, chain: 'POSTROUTING', rule: '-s 192.168.1.0/24 -o eth0 -j MASQUERADE' },
        {
          ...entry,
          chain: 'PREROUTING',
          rule: '-i eth0 -p tcp -m tcp --dport 80 -j DNAT --to-destination 192.168.1.2:80',
        },
      ],
    },
  }))
  const drawn = (scene: Scene) => namespace(scene, 'host').nat.map(({ target, presence }) => [target, presence])
  expect(drawn(buildScene({ lab: wanted, live: null }))).toEqual([['MASQUERADE', 'planned']])
  expect(drawn(buildScene({ lab: wanted, live, standing: wanted }))).toEqual([
    ['MASQUERADE', 'live'],
    ['DNAT', 'foreign'],
  ])
})

describe('NAT made by hand is read from either engine', () => {
  const rule = (text: string): Scene =>
    buildScene({
      lab: labB,
      live: changed(deployed(labB), 'host', (each) => ({
        ...each,
        ruleset: {
          nft: [],
          iptables: [
            {
              family: 'ipv4',
              table: 'nat',
              chain: 'PREROUTING',
              rule: text,
              policy: null,
              packets: 0,
              bytes: 0,
              engine: 'legacy',
            },
          ],
        },
      })),
    })
  test('iptables DNAT', () => {
    const scene = rule('-i eth0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 192.168.1.2:80')
    expect(namespace(scene, 'host').nat).toEqual([
      { dev: 'eth0', target: 'DNAT', detail: 'tcp 8080 → 192.168.1.2:80', presence: 'foreign' },
    ])
  })
  test('nft masquerade, as libnftables prints it', () => {
    const live = changed(deployed(labB), 'host', (each) => ({
      ...each,
      ruleset: {
        iptables: [],
        nft: [
          {
            rule: {
              family: 'ip',
              table: 'nat',
              chain: 'post',
              handle: 3,
              expr: [
                {
                  match: {
                    op: '==',
                    left: { payload: { protocol: 'ip', field: 'saddr' } },
                    right: { prefix: { addr: '192.168.1.0', len: 24 } },
                  },
                },
                { match: { op: '==', left: { meta: { key: 'oifname' } }, right: 'eth0' } },
                { masquerade: null },
              ],
            },
          },
        ],
      },
    }))
    expect(namespace(buildScene({ lab: labB, live }), 'host').nat).toEqual([
      { dev: 'eth0', target: 'MASQUERADE', detail: '192.168.1.0/24', presence: 'foreign' },
    ])
  })
})
