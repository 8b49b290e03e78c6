/** The end of a cable goes to another namespace or bridge; the other end stays. */
import { quote } from '../lab/describe.js'
import { formatEndpoint } from '../lab/endpoint.js'
import { error, toProblem } from '../lab/finding.js'
import type { Endpoint } from '../lab/lab.js'
import type { LabSource } from '../lab/source.js'
import { own } from '../own.js'
import { said } from '../words/said.js'
import { Building, nothingBeside, type Beside, type Gestured, type Place } from './building.js'
import { hasInterface } from './follow.js'
import { suggestAddresses, suggestGateways } from './suggest-addresses.js'

/**
 * The interface keeps its name where that is free. Into a namespace its addresses go along, or it gets the next free one
 * of its new segment; a port of a bridge has none.
 */
export function replug(source: LabSource, end: Endpoint, to: Place, beside: Beside = nothingBeside): Gestured {
  const building = new Building(source)
  const isThere = ({ namespace, interface: name }: Endpoint): boolean =>
    hasInterface(building.file, { namespace, interface: name }) ||
    beside.interfaces.some((each) => each.namespace === namespace && each.interface === name)
  const kept: Endpoint = { namespace: to.namespace, interface: end.interface }
  const moved = end.namespace === to.namespace || !isThere(kept) ? kept : building.nextPort(to, beside.interfaces)
  if (end.namespace === to.namespace && building.bridgeOf(end) === to.bridge)
    return { ok: false, problems: [toProblem(isThereAlready(end))] }
  const { namespace, interface: dev } = moved
  if (building.bridgeOf(end) !== undefined)
    building.take({ op: 'link-master', namespace: end.namespace, name: end.interface, master: null })
  building.take({ op: 'veth-move', end, to: moved })
  const addresses = own(building.file.namespaces, namespace)?.interfaces?.[dev]?.addresses ?? []
  if (to.bridge !== undefined) {
    for (const address of addresses) building.take({ op: 'address-delete', namespace, dev, address })
    building.take({ op: 'link-master', namespace, name: dev, master: to.bridge })
  } else if (addresses.length === 0) {
    for (const { value, reason } of suggestAddresses(building.file, moved, beside.subnets))
      building.take({ op: 'address-add', namespace, dev, address: value }, value, reason)
    for (const { namespace: whose, interface: port } of building.reliant([moved]))
      for (const { value, reason } of suggestGateways(building.file, { namespace: whose, interface: port }))
        building.take({ op: 'route-add', namespace: whose, entry: value }, value.via ?? '', reason)
  }
  return building.done(to)
}

const isThereAlready = (end: Endpoint) =>
  error(
    'plugged-there',
    ['namespaces', end.namespace],
    said`${quote(formatEndpoint(end))} is plugged in there already.`,
    said`Choose another end.`,
  )
