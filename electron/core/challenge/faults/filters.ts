/** Faults of packet filters, NAT and services. */
import type { DiagnosisCode } from '../../diagnosis/diagnosis.js'
import { containsAddress } from '../../lab/address.js'
import { isResponder } from '../../lab/dnsmasq.js'
import type { FirewallEntry, NatEntry } from '../../lab/schema.js'
import { alone, entryOf } from '../entries.js'
import type { Fault, Healthy, Place } from '../fault.js'
import type { Way, WayStep } from '../way.js'

const first = ({ there }: Way): WayStep => there[0] as WayStep
const last = ({ there }: Way): WayStep => there.at(-1) as WayStep
const routers = ({ there }: Way): readonly WayStep[] => there.slice(1, -1)

/** In front of all the others, so that none lets it pass. */
function filtered(namespace: string, entry: FirewallEntry, code: DiagnosisCode): Place {
  return {
    code,
    namespace,
    changes: [{ op: 'firewall-add', namespace, entry, at: 0 }],
    repair: [{ op: 'firewall-delete', namespace, at: 0 }],
  }
}

const stopping = (
  id: string,
  chain: FirewallEntry['chain'],
  action: 'drop' | 'reject',
  steps: (way: Way) => readonly WayStep[],
): Fault => ({
  id,
  places: (_, way) =>
    steps(way).map(({ namespace, target }) =>
      filtered(
        namespace,
        { chain, destination: alone(target), action },
        action === 'drop' ? 'firewall-drop' : 'firewall-reject',
      ),
    ),
})

/** The entry that hides the sender of this way, with its place. */
function hiding(
  healthy: Healthy,
  way: Way,
): { readonly step: WayStep; readonly at: number; readonly entry: NatEntry }[] {
  return routers(way).flatMap((step) =>
    (entryOf(healthy.file, step.namespace).nat ?? []).flatMap((entry, at) =>
      ('masquerade' in entry || 'snat' in entry) && entry.out === step.out ? [{ step, at, entry }] : [],
    ),
  )
}

/** The entry that publishes the port of this way. */
function publishing(
  healthy: Healthy,
  way: Way,
): { readonly step: WayStep; readonly at: number; readonly entry: NatEntry & { dnat: unknown } }[] {
  const { check } = way
  return routers(way).flatMap((step) =>
    (entryOf(healthy.file, step.namespace).nat ?? []).flatMap((entry, at) =>
      'dnat' in entry && 'port' in check && entry.dnat.port === check.port ? [{ step, at, entry }] : [],
    ),
  )
}

const natSet = (step: WayStep, at: number, entry: NatEntry, old: NatEntry, code: DiagnosisCode): Place => ({
  code,
  namespace: step.namespace,
  changes: [{ op: 'nat-set', namespace: step.namespace, at, entry }],
  repair: [{ op: 'nat-set', namespace: step.namespace, at, entry: old }],
})

export const filterFaults: readonly Fault[] = [
  stopping('forward-drop', 'forward', 'drop', routers),
  stopping('forward-reject', 'forward', 'reject', routers),
  stopping('input-drop', 'input', 'drop', (way) => [last(way)]),
  stopping('input-reject', 'input', 'reject', (way) => [last(way)]),
  stopping('output-drop', 'output', 'drop', (way) => [first(way)]),
  {
    id: 'answer-dropped',
    places: (_, way) =>
      routers(way).map(({ namespace }) =>
        filtered(namespace, { chain: 'forward', source: alone(way.target), action: 'drop' }, 'firewall-drop'),
      ),
  },
  {
    id: 'nat-wrong-interface',
    places: (healthy, way) =>
      hiding(healthy, way).flatMap(({ step, at, entry }) =>
        step.in === null
          ? []
          : [natSet(step, at, { ...entry, out: step.in } as NatEntry, entry, 'nat-wrong-interface')],
      ),
  },
  {
    id: 'nat-missing',
    places: (healthy, way) =>
      hiding(healthy, way).map(({ step: { namespace }, at, entry }) => ({
        code: 'nat-missing' as const,
        namespace,
        changes: [{ op: 'nat-delete' as const, namespace, at }],
        repair: [{ op: 'nat-add' as const, namespace, at, entry }],
      })),
  },
  {
    id: 'nat-other-source',
    places: (healthy, way) =>
      hiding(healthy, way).flatMap(({ step, at, entry }) => {
        const other = containsAddress('198.18.0.0/15', way.target) ? '192.0.2.0/24' : '198.18.0.0/24'
        const changed: NatEntry | null =
          'masquerade' in entry ? { ...entry, masquerade: other } : 'snat' in entry ? { ...entry, snat: other } : null
        return changed ? [natSet(step, at, changed, entry, 'nat-missing')] : []
      }),
  },
  {
    id: 'published-to-wrong-port',
    places: (healthy, way) =>
      publishing(healthy, way).map(({ step, at, entry }) =>
        natSet(step, at, { ...entry, to: `${way.target}:81` } as NatEntry, entry, 'port-closed'),
      ),
  },
  {
    id: 'not-published',
    places: (healthy, way) =>
      publishing(healthy, way).map(({ step: { namespace }, at, entry }) => ({
        code: 'port-closed' as const,
        namespace,
        changes: [{ op: 'nat-delete' as const, namespace, at }],
        repair: [{ op: 'nat-add' as const, namespace, at, entry }],
      })),
  },
  {
    id: 'service-missing',
    places: (healthy, way) => {
      const { namespace } = last(way)
      const services = entryOf(healthy.file, namespace).services ?? []
      if (way.check.kind !== 'tcp') return []
      return services.flatMap((entry, at) =>
        isResponder(entry) && entry.listen === 'tcp'
          ? [
              {
                code: 'port-closed' as const,
                namespace,
                changes: [{ op: 'service-delete' as const, namespace, at }],
                repair: [{ op: 'service-add' as const, namespace, at, entry }],
              },
            ]
          : [],
      )
    },
  },
]
