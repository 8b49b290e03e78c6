/** Faults of cables, bridges and interfaces. */
import { entryOf, isIpv4, linkEntry } from '../entries.js'
import type { Fault, Healthy, Place } from '../fault.js'
import type { Way, WayStep } from '../way.js'

const isBridge = ({ file }: Healthy, namespace: string, name: string): boolean =>
  Object.hasOwn(entryOf(file, namespace).bridges ?? {}, name)

const down = ({ file }: Healthy, namespace: string, name: string, code: Place['code']): Place => ({
  code,
  namespace,
  interface: name,
  changes: [{ op: 'link-up', namespace, name, up: false }],
  repair: [{ op: 'link-up', namespace, name, up: linkEntry(file, namespace, name).up ?? null }],
})

const first = ({ there }: Way): WayStep => there[0] as WayStep
const last = ({ there }: Way): WayStep => there.at(-1) as WayStep

/** Ports of bridges whose cable leads to an end of the way. */
function portsTo(
  { file, lab }: Healthy,
  step: WayStep,
  side: 'in' | 'out',
): { namespace: string; bridge: string; port: string }[] {
  const near = step[side]
  const link = lab.links.find(({ ends }) =>
    ends.some((end) => end.namespace === step.namespace && end.interface === near),
  )
  const far = link?.ends.find((end) => end.namespace !== step.namespace || end.interface !== near)
  if (!far) return []
  return Object.entries(entryOf(file, far.namespace).bridges ?? {}).flatMap(([bridge, entry]) =>
    entry?.ports?.includes(far.interface) ? [{ namespace: far.namespace, bridge, port: far.interface }] : [],
  )
}

export const linkFaults: readonly Fault[] = [
  {
    id: 'own-interface-down',
    places: (healthy, way) => {
      const { namespace, out } = first(way)
      return out === null || isBridge(healthy, namespace, out) ? [] : [down(healthy, namespace, out, 'interface-down')]
    },
  },
  {
    id: 'other-end-down',
    places: (healthy, way) => {
      const { namespace, in: inside } = last(way)
      return inside === null || inside === 'lo' || isBridge(healthy, namespace, inside)
        ? []
        : [
            down(
              healthy,
              namespace,
              inside,
              portsTo(healthy, last(way), 'in').length > 0 ? 'interface-down' : 'peer-down',
            ),
          ]
    },
  },
  {
    id: 'bridge-down',
    places: (healthy, way) =>
      way.there.flatMap(({ namespace, in: inside }) =>
        inside !== null && isBridge(healthy, namespace, inside)
          ? [down(healthy, namespace, inside, 'interface-down')]
          : [],
      ),
  },
  {
    id: 'not-in-the-bridge',
    places: (healthy, way) =>
      [...portsTo(healthy, first(way), 'out'), ...portsTo(healthy, last(way), 'in')].map(
        ({ namespace, bridge, port }) => {
          const ports = entryOf(healthy.file, namespace).bridges?.[bridge]?.ports ?? []
          // A port comes back at the end of the list: those behind it are plugged in again after it.
          const behind = ports.slice(ports.indexOf(port) + 1)
          return {
            code: 'not-a-bridge-port' as const,
            namespace,
            interface: port,
            changes: [{ op: 'link-master' as const, namespace, name: port, master: null }],
            repair: [
              ...behind.map((name) => ({ op: 'link-master' as const, namespace, name, master: null })),
              ...[port, ...behind].map((name) => ({ op: 'link-master' as const, namespace, name, master: bridge })),
            ],
          }
        },
      ),
  },
  {
    id: 'same-mac',
    places: (healthy, way) => {
      const [a, b] = [first(way), last(way)]
      // Two stations of one switch.
      if (way.there.length !== 2 || a.out === null || b.in === null || portsTo(healthy, a, 'out').length === 0)
        return []
      if (isBridge(healthy, a.namespace, a.out) || isBridge(healthy, b.namespace, b.in)) return []
      const [own, other] = [
        linkEntry(healthy.file, a.namespace, a.out).mac,
        linkEntry(healthy.file, b.namespace, b.in).mac,
      ]
      // Without a word in the file the kernel keeps what it had: only what is written can be put back.
      if (own === undefined || other === undefined) return []
      return [
        {
          code: 'duplicate-mac',
          namespace: a.namespace,
          interface: a.out,
          changes: [{ op: 'link-mac', namespace: a.namespace, name: a.out, mac: other }],
          repair: [{ op: 'link-mac', namespace: a.namespace, name: a.out, mac: own }],
        },
      ]
    },
  },
  {
    id: 'arp-off',
    places: (_, way) => {
      const { namespace, in: inside } = last(way)
      if (inside === null || !isIpv4(way.target)) return []
      const key = `net.ipv4.conf.${inside}.arp_ignore`
      return [
        {
          code: 'arp-off',
          namespace,
          interface: inside,
          changes: [{ op: 'sysctl-set', namespace, key, value: 8 }],
          repair: [{ op: 'sysctl-set', namespace, key, value: null }],
        },
      ]
    },
  },
  {
    id: 'lo-down',
    places: (healthy, way) => (way.there.length === 1 ? [down(healthy, first(way).namespace, 'lo', 'local-down')] : []),
  },
  {
    id: 'tunnel-id',
    places: ({ file }, way) =>
      way.there.length < 2
        ? []
        : (file.tunnels ?? [])
            .filter((each) => each.type === 'vxlan')
            .map(({ namespace, name, ...tunnel }) => ({
              code: 'tunnel-mismatch' as const,
              namespace,
              interface: name,
              changes: [
                { op: 'tunnel-set' as const, namespace, name, tunnel: { ...tunnel, id: (tunnel.id + 1) & 0xffffff } },
              ],
              repair: [{ op: 'tunnel-set' as const, namespace, name, tunnel }],
            })),
  },
  {
    id: 'address-on-port',
    places: (healthy, way) =>
      way.there.flatMap(({ namespace, in: inside }) => {
        if (inside === null || !isBridge(healthy, namespace, inside)) return []
        const bridge = entryOf(healthy.file, namespace).bridges?.[inside]
        const address = bridge?.addresses?.[0]
        const [port] = bridge?.ports ?? []
        if (address === undefined || port === undefined || bridge?.addresses?.length !== 1) return []
        return [
          {
            code: 'address-on-port' as const,
            namespace,
            interface: port,
            changes: [
              { op: 'address-delete' as const, namespace, dev: inside, address },
              { op: 'address-add' as const, namespace, dev: port, address },
            ],
            repair: [
              { op: 'address-delete' as const, namespace, dev: port, address },
              { op: 'address-add' as const, namespace, dev: inside, address },
            ],
          },
        ]
      }),
  },
  {
    id: 'ipv6-off',
    places: (_, way) => {
      const { namespace, in: inside } = last(way)
      if (inside === null || isIpv4(way.target)) return []
      const key = `net.ipv6.conf.${inside}.disable_ipv6`
      return [
        {
          code: 'ipv6-off',
          namespace,
          interface: inside,
          changes: [{ op: 'sysctl-set', namespace, key, value: 1 }],
          repair: [{ op: 'sysctl-set', namespace, key, value: null }],
        },
      ]
    },
  },
]
