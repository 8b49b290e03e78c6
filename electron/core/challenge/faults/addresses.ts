/** Faults of addresses. */
import { containsAddress, formatPrefix, networkPrefix } from '../../lab/address.js'
import { freeAddress, isIpv4, writtenAddress, type WrittenAddress } from '../entries.js'
import type { Fault, Healthy, Place } from '../fault.js'
import type { Way, WayStep } from '../way.js'

interface Written extends WrittenAddress {
  readonly namespace: string
  readonly dev: string
}

function written({ file }: Healthy, { namespace }: WayStep, dev: string | null, like: string): readonly Written[] {
  if (dev === null || dev === 'lo') return []
  const address = writtenAddress(file, namespace, dev, like)
  return address ? [{ ...address, namespace, dev }] : []
}

const become = ({ namespace, dev, at, text }: Written, address: string, code: Place['code']): Place => ({
  code,
  namespace,
  interface: dev,
  changes: [{ op: 'address-set', namespace, dev, at, address }],
  repair: [{ op: 'address-set', namespace, dev, at, address: text }],
})

const first = ({ there }: Way): WayStep => there[0] as WayStep
const last = ({ there }: Way): WayStep => there.at(-1) as WayStep

/** A prefix that no longer holds the neighbour; null where none is long enough. */
function tooLong({ prefix }: WrittenAddress, neighbour: string): string | null {
  for (let length = prefix.length + 1; length <= 30; length++)
    if (!containsAddress(networkPrefix({ ...prefix, length }), neighbour)) return formatPrefix({ ...prefix, length })
  return null
}

export const addressFaults: readonly Fault[] = [
  {
    id: 'prefix-too-long',
    places: (healthy, way) => {
      // Between neighbours: whoever needs a gateway is refused its route at once.
      if (way.there.length !== 2 || !isIpv4(way.target)) return []
      return written(healthy, first(way), first(way).out, way.target).flatMap((each) => {
        const long = tooLong(each, way.target)
        return long === null ? [] : [become(each, long, 'wrong-prefix')]
      })
    },
  },
  {
    id: 'prefix-too-long-far',
    places: (healthy, way) => {
      if (way.there.length !== 2 || !isIpv4(way.target)) return []
      return written(healthy, last(way), last(way).in, way.target).flatMap((each) => {
        const long = each.prefix.text === way.target ? tooLong(each, way.source) : null
        return long === null ? [] : [become(each, long, 'wrong-prefix')]
      })
    },
  },
  {
    id: 'address-missing',
    places: (healthy, way) =>
      way.there.length !== 2
        ? []
        : written(healthy, first(way), first(way).out, way.target).map((each) => ({
            code: 'no-address' as const,
            namespace: each.namespace,
            interface: each.dev,
            changes: [{ op: 'address-delete' as const, namespace: each.namespace, dev: each.dev, address: each.text }],
            repair: [{ op: 'address-add' as const, namespace: each.namespace, dev: each.dev, address: each.text }],
          })),
  },
  {
    id: 'wrong-address',
    places: (healthy, way) =>
      written(healthy, last(way), last(way).in, way.target).flatMap((each) => {
        const free = each.prefix.text === way.target ? freeAddress(healthy, each.prefix) : null
        return free === null ? [] : [become(each, `${free}/${each.prefix.length}`, 'no-such-address')]
      }),
  },
  {
    id: 'duplicate-address',
    places: (healthy, way) => {
      // A third station of the same switch takes the address of the target.
      const { namespace, in: inside } = last(way)
      const [target] = written(healthy, last(way), inside, way.target)
      if (!target || target.prefix.text !== way.target || way.there.length !== 2) return []
      return [...healthy.lab.namespaces.values()].flatMap(({ name, interfaces }) => {
        if (name === namespace || name === first(way).namespace) return []
        return interfaces.flatMap(({ name: dev, kind }) => {
          if (kind !== 'veth') return []
          const [own] = written(healthy, { ...first(way), namespace: name }, dev, way.target)
          const isNear = own && containsAddress(networkPrefix(target.prefix), own.prefix.text)
          return isNear ? [become(own, target.text, 'duplicate-address')] : []
        })
      })
    },
  },
  {
    id: 'duplicate-subnet',
    places: (healthy, way) =>
      // A router finds the subnet of the target behind the wrong one of its interfaces.
      way.there.slice(1, -1).flatMap(({ namespace, in: inside, out, via }) => {
        if (inside === null || out === null || via !== null || !isIpv4(way.target)) return []
        const address = writtenAddress(healthy.file, namespace, out, way.target)
        const free = address && freeAddress(healthy, address.prefix)
        if (!free) return []
        // Longer than the right one, so that it wins.
        const [a, b, c] = way.target.split('.')
        const prefix = `${a}.${b}.${c}.${Number(way.target.split('.')[3]) ^ 1}/30`
        if (
          !containsAddress(
            networkPrefix({ ...address.prefix, text: prefix.split('/')[0] ?? '', length: 30 }),
            way.target,
          )
        )
          return []
        return [
          {
            code: 'duplicate-subnet' as const,
            namespace,
            interface: inside,
            changes: [
              { op: 'address-add' as const, namespace, dev: inside, address: `${free}/${address.prefix.length}` },
            ],
            repair: [
              { op: 'address-delete' as const, namespace, dev: inside, address: `${free}/${address.prefix.length}` },
            ],
          },
        ]
      }),
  },
]
