/** Faults of routes, rules of policy routing, and what the kernel forwards. */
import type { DiagnosisCode } from '../../diagnosis/diagnosis.js'
import type { RouteEntry } from '../../lab/schema.js'
import { alone, entryOf, freeAddress, isIpv4, routeEntry, writtenAddress } from '../entries.js'
import type { Fault, Healthy, Place } from '../fault.js'
import type { Way, WayStep } from '../way.js'

const first = ({ there }: Way): WayStep => there[0] as WayStep
const routers = ({ there }: Way): readonly WayStep[] => there.slice(1, -1)

/** One route of the file becomes another. */
function replaced({ file }: Healthy, step: WayStep, entry: RouteEntry, code: DiagnosisCode): readonly Place[] {
  const old = routeEntry(file, step)
  const { namespace, route: at } = step
  return old === null || at === null
    ? []
    : [
        {
          code,
          namespace,
          changes: [{ op: 'route-set', namespace, at, entry }],
          repair: [{ op: 'route-set', namespace, at, entry: old }],
        },
      ]
}

function removed({ file }: Healthy, step: WayStep, code: DiagnosisCode): readonly Place[] {
  const old = routeEntry(file, step)
  const { namespace, route: at } = step
  return old === null || at === null
    ? []
    : [
        {
          code,
          namespace,
          changes: [{ op: 'route-delete', namespace, at }],
          repair: [{ op: 'route-add', namespace, at, entry: old }],
        },
      ]
}

/** A route more, at the end of the list. */
function added({ file }: Healthy, namespace: string, entry: RouteEntry, code: DiagnosisCode): Place {
  const at = entryOf(file, namespace).routes?.length ?? 0
  return {
    code,
    namespace,
    changes: [{ op: 'route-add', namespace, entry }],
    repair: [{ op: 'route-delete', namespace, at }],
  }
}

/** An address in the subnet of the gateway that nobody has. */
function nobody(healthy: Healthy, { namespace, out }: WayStep, target: string): string | null {
  const address = out === null ? null : writtenAddress(healthy.file, namespace, out, target)
  return address && freeAddress(healthy, address.prefix)
}

const refusing = (type: 'blackhole' | 'unreachable' | 'prohibit'): Fault => ({
  id: `${type}-route`,
  places: (healthy, way) =>
    way.there
      .slice(0, -1)
      .map((step) => added(healthy, step.namespace, { to: alone(step.target), type }, 'route-blocked')),
})

export const routeFaults: readonly Fault[] = [
  {
    id: 'route-missing',
    places: (healthy, way) => removed(healthy, first(way), 'no-route'),
  },
  {
    id: 'return-route-missing',
    places: (healthy, way) => (way.back[0] ? removed(healthy, way.back[0], 'no-return-route') : []),
  },
  {
    id: 'wrong-gateway',
    places: (healthy, way) => {
      const step = first(way)
      const old = routeEntry(healthy.file, step)
      const via = nobody(healthy, step, way.target)
      return old && via !== null ? replaced(healthy, step, { ...old, via }, 'gateway-unreachable') : []
    },
  },
  {
    id: 'wrong-return-gateway',
    places: (healthy, way) => {
      const [step] = way.back
      const old = step ? routeEntry(healthy.file, step) : null
      const via = step ? nobody(healthy, step, way.source) : null
      return step && old && via !== null ? replaced(healthy, step, { ...old, via }, 'gateway-unreachable') : []
    },
  },
  {
    id: 'own-gateway',
    places: (healthy, way) => {
      const step = first(way)
      const old = routeEntry(healthy.file, step)
      const own = step.out === null ? null : writtenAddress(healthy.file, step.namespace, step.out, way.target)
      return old && own ? replaced(healthy, step, { ...old, via: own.prefix.text }, 'own-gateway') : []
    },
  },
  {
    id: 'specific-wrong-route',
    places: (healthy, way) => {
      const step = first(way)
      const via = nobody(healthy, step, way.target)
      return via === null || way.there.length < 3
        ? []
        : [added(healthy, step.namespace, { to: alone(step.target), via }, 'gateway-unreachable')]
    },
  },
  refusing('blackhole'),
  refusing('unreachable'),
  refusing('prohibit'),
  {
    id: 'loop',
    places: (healthy, way) =>
      // A router sends it back to the router before.
      routers(way).flatMap((step, at) => {
        const before = way.there[at]
        if (!before || at === 0 || step.in === null || before.out === null) return []
        const back = writtenAddress(healthy.file, before.namespace, before.out, way.target)
        return back ? [added(healthy, step.namespace, { to: alone(step.target), via: back.prefix.text }, 'loop')] : []
      }),
  },
  {
    id: 'refusing-rule',
    places: ({ file }, way) => {
      const { namespace, target } = first(way)
      if (way.there.length < 2) return []
      const at = entryOf(file, namespace).rules?.length ?? 0
      return [
        {
          code: 'no-route',
          namespace,
          changes: [{ op: 'rule-add', namespace, entry: { to: alone(target), action: 'unreachable', priority: 900 } }],
          repair: [{ op: 'rule-delete', namespace, at }],
        },
      ]
    },
  },
  {
    id: 'forwarding-off',
    places: ({ file }, way) =>
      routers(way).map(({ namespace }) => ({
        code: 'forwarding-off' as const,
        namespace,
        changes: [{ op: 'forwarding-set' as const, namespace, forwarding: false }],
        repair: [{ op: 'forwarding-set' as const, namespace, forwarding: entryOf(file, namespace).forwarding ?? null }],
      })),
  },
  {
    id: 'ttl-too-small',
    places: (_, way) => {
      const { namespace } = first(way)
      const key = 'net.ipv4.ip_default_ttl'
      return way.there.length < 3 || !isIpv4(way.target)
        ? []
        : [
            {
              code: 'ttl-exceeded',
              namespace,
              changes: [{ op: 'sysctl-set', namespace, key, value: 1 }],
              repair: [{ op: 'sysctl-set', namespace, key, value: null }],
            },
          ]
    },
  },
]
