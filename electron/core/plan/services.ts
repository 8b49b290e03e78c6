import type { LabService } from '../lab/lab.js'
import { formerLab, type Scope } from './scope.js'

const socketOf = ({ listen, port }: LabService): string => `${listen}/${port}`

/** Responders of one namespace, compared by value. One that answers differently is stopped and started anew. */
export function planServices({ draft, former, index, lab }: Scope, namespace: string): void {
  const wanted = new Map((lab.namespaces.get(namespace)?.services ?? []).map((service) => [socketOf(service), service]))
  const had = new Set((formerLab(former)?.namespaces.get(namespace)?.services ?? []).map(socketOf))
  const live = index.namespaces.get(namespace)?.live.services ?? []
  const standing = new Set<string>()
  for (const { listen, port, reply } of live) {
    const service = { listen, port, reply }
    const socket = socketOf(service)
    const same = wanted.get(socket)
    if (same?.reply === reply) standing.add(socket)
    else if (same || had.has(socket) || former === 'everything') {
      draft.add('service-stop', { op: 'service-stop', namespace, service })
    }
  }
  for (const [socket, service] of wanted) {
    if (!standing.has(socket)) draft.add('service-start', { op: 'service-start', namespace, service })
  }
}

/** A namespace lives as long as a socket in it: responders end before it does, whoever asked for them. */
export function stopServices({ draft, index }: Scope, namespace: string): void {
  for (const { listen, port, reply } of index.namespaces.get(namespace)?.live.services ?? []) {
    draft.add('service-stop', { op: 'service-stop', namespace, service: { listen, port, reply } })
  }
}
