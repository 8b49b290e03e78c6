/** What the canvas is shown with: a lab, the kernel's state, and what else the window would say. */
import type { Lab } from '../../../../electron/core/lab/lab.js'
import type { LiveState } from '../../../../electron/core/live/state.js'
import type { Mode, Reach, Target } from '../../../../renderer/canvas/selection.js'
import { labB, labN, labR, labTwoBridges, labVxlan, line, mesh, star } from '../../../core/canvas/fixtures/labs.js'
import { changed, changedLink, deployed, emptyLive } from '../../../core/canvas/fixtures/live.js'

export interface Picture {
  lab: Lab | null
  live: LiveState | null
  standing?: Lab | null
  selected?: Target
  reach?: Reach
  mode?: Mode
}

const whole = (lab: Lab): Picture => ({ lab, live: deployed(lab), standing: lab })

/** N with the default route of ns0 gone: nothing but ns0 itself is reached. */
function failed(): Picture {
  const lab = labN
  const live = changed(deployed(lab), 'ns0', (each) => ({ ...each, routes: [] }))
  const drained = new Set(['host', 'ns1', 'internet'])
  for (const [name, namespace] of lab.namespaces)
    if (name !== 'ns0') for (const each of namespace.interfaces) drained.add(`${name}:${each.name}`)
  for (const link of lab.links)
    drained.add(
      link.ends
        .map((end) => `${end.namespace}:${end.interface}`)
        .sort()
        .join('~'),
    )
  return { lab, live, standing: lab, reach: { drained, failed: new Map([['ns0', 'no route matches']]) } }
}

/** N, and a namespace that a user made and plugged in by hand. */
function foreign(): Picture {
  const live = deployed(labN)
  const host = live.namespaces[0] as LiveState['namespaces'][number]
  const link = (host.links.find((each) => each.name === 'veth1') ?? host.links[0]) as (typeof host.links)[number]
  const inside = { ...link, index: 2, name: 'veth9', master: null, peer: { namespace: 'host', index: 40 } }
  const outer = { ...link, index: 40, name: 'veth9-br', peer: { namespace: 'mine', index: 2 } }
  const mine = { ...emptyLive('mine', 4026539999), links: [...emptyLive('mine', 1).links, inside] }
  return {
    lab: labN,
    standing: labN,
    live: {
      revision: 2,
      namespaces: [
        { ...host, links: [...host.links, outer] },
        ...live.namespaces.slice(1),
        {
          ...mine,
          addresses: [
            ...mine.addresses,
            { dev: 'veth9', family: 'ipv4', address: '192.168.1.9/24', scope: 'global', flags: [] },
          ],
        },
      ],
    },
  }
}

/** N with a namespace more in the lab than in the kernel. */
function planned(): Picture {
  const ns1 = labN.namespaces.get('ns1')
  const host = labN.namespaces.get('host')
  if (!ns1 || !host) throw new Error('labN has no ns1 or no host')
  const ns2 = {
    ...ns1,
    name: 'ns2',
    interfaces: ns1.interfaces.map((each) =>
      each.kind === 'veth'
        ? { ...each, name: 'veth4', addresses: ['192.168.1.4/24'], peer: { namespace: 'host', interface: 'veth5' } }
        : each,
    ),
  }
  const port = host.interfaces.find((each) => each.name === 'veth3')
  if (port?.kind !== 'veth') throw new Error('labN has no veth3')
  const wanted: Lab = {
    ...labN,
    namespaces: new Map([
      ...labN.namespaces,
      [
        'host',
        {
          ...host,
          interfaces: [...host.interfaces, { ...port, name: 'veth5', peer: { namespace: 'ns2', interface: 'veth4' } }],
        },
      ],
      ['ns2', ns2],
    ]),
    links: [
      ...labN.links,
      {
        ends: [
          { namespace: 'ns2', interface: 'veth4' },
          { namespace: 'host', interface: 'veth5' },
        ],
        mtu: null,
        impair: [null, null],
        unplugged: null,
      },
    ],
  }
  return { lab: wanted, live: deployed(labN), standing: labN, mode: 'edit' }
}

function bridgeWithoutAddress(): Picture {
  const live = changed(deployed(labB), 'host', (each) => ({
    ...each,
    addresses: each.addresses.filter((address) => address.dev !== 'bridge0'),
  }))
  return { lab: labB, live, standing: labB }
}

const mixed = (): Lab => star(299)

export const pictures: Record<string, () => Picture> = {
  nat: () => ({ ...whole(labN), selected: { kind: 'namespace', id: 'ns0' } }),
  gateway: () => whole(labB),
  gatewayBare: bridgeWithoutAddress,
  router: () => whole(labR),
  routerOff: () => ({
    lab: labR,
    standing: labR,
    live: changed(deployed(labR), 'ns-router', (each) => ({ ...each, sysctls: { 'net.ipv4.ip_forward': '0' } })),
  }),
  plannedOnly: () => ({ lab: labN, live: null, mode: 'edit' }),
  planned,
  failed,
  down: () => ({
    lab: labN,
    standing: labN,
    live: changedLink(changedLink(deployed(labN), 'ns0', 'veth0', { up: false, carrier: false }), 'host', 'veth1', {
      carrier: false,
    }),
  }),
  foreign,
  uplink: () => {
    const lab = { ...labB, uplink: true }
    return { lab, live: changedLink(deployed(lab), 'host', 'eth0', { kind: 'tun' }), standing: lab }
  },
  vxlan: () => whole(labVxlan),
  twoBridges: () => whole(labTwoBridges),
  mesh: () => whole(mesh(8)),
  ring: () => whole(line(6, true)),
  star100: () => whole(star(100)),
  line20: () => whole(line(20)),
  many: () => whole(mixed()),
  empty: () => ({ lab: null, live: null }),
}
