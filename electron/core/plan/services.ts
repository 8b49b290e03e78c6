import type { LabService } from '../lab/lab.js'
import { inTheWay, socketText } from '../lab/service.js'
import { formerLab, type Scope } from './scope.js'

const bySocket = (services: readonly LabService[] = []): ReadonlyMap<string, LabService> =>
  new Map(services.map((service) => [socketText(service), service]))

/** Responders of one namespace, compared by value. One that answers differently is stopped and started anew. */
export function planServices({ draft, former, index, lab }: Scope, namespace: string): void {
  const wanted = bySocket(lab.namespaces.get(namespace)?.services)
  const had = bySocket(formerLab(former)?.namespaces.get(namespace)?.services)
  const live = index.namespaces.get(namespace)?.live.services ?? []
  const ports = byPort([...wanted.values()])
  const standing = new Set<string>()
  for (const service of live) {
    const socket = socketText(service)
    const same = wanted.get(socket)
    if (same?.reply === service.reply) standing.add(socket)
    else if (
      ports.get(portOf(service))?.some((each) => inTheWay(each, service)) ||
      had.has(socket) ||
      former === 'everything'
    ) {
      draft.add('service-stop', { op: 'service-stop', namespace, service })
    }
  }
  for (const [socket, service] of wanted) {
    if (!standing.has(socket)) draft.add('service-start', { op: 'service-start', namespace, service })
  }
}

/** What is wanted, by protocol and port. */
function byPort(services: readonly LabService[]): ReadonlyMap<string, readonly LabService[]> {
  const found = new Map<string, LabService[]>()
  for (const service of services) {
    const there = found.get(portOf(service))
    if (there) there.push(service)
    else found.set(portOf(service), [service])
  }
  return found
}

const portOf = ({ listen, port }: LabService): string => `${listen} ${port}`

/** A namespace lives as long as a socket in it: responders end before it does, whoever asked for them. */
export function stopServices({ draft, index }: Scope, namespace: string): void {
  for (const service of index.namespaces.get(namespace)?.live.services ?? []) {
    draft.add('service-stop', { op: 'service-stop', namespace, service })
  }
}
