/** What the lab wants of a namespace and the live state lacks: the surest source of a fix. */
import { containsAddress } from '../lab/address.js'
import type { Lab, LabInterface, LabRoute } from '../lab/lab.js'
import { mainTable } from '../lab/table.js'
import { canonicalAddress } from '../packet/address.js'
import type { Step, StepRoute } from '../plan/step.js'
import { bare, isIpv6 } from './network.js'
import type { Scene } from './scene.js'

export const labInterface = (lab: Lab | null, namespace: string, name: string | null): LabInterface | undefined =>
  lab?.namespaces.get(namespace)?.interfaces.find((each) => each.name === name)

/** The lab has the cable pulled out at this end. */
export const isUnplugged = (lab: Lab | null, namespace: string, name: string): boolean =>
  lab?.links.some(({ unplugged }) => unplugged?.namespace === namespace && unplugged.interface === name) ?? false

/** Who should have the address. */
export function labOwner(
  lab: Lab | null,
  address: string,
): { readonly namespace: string; readonly interface: LabInterface; readonly address: string } | null {
  for (const namespace of lab?.namespaces.values() ?? [])
    for (const each of namespace.interfaces)
      for (const own of each.addresses)
        if (canonicalAddress(own) === canonicalAddress(address))
          return { namespace: namespace.name, interface: each, address: own }
  return null
}

/** What the lab wants in the table that `Network.routes` looks at: main. */
export const labRoutes = (lab: Lab | null, namespace: string): readonly LabRoute[] =>
  (lab?.namespaces.get(namespace)?.routes ?? []).filter(({ table }) => table === mainTable).flatMap(waysOf)

/** A route for each next hop, as the live state has them. */
const waysOf = (route: LabRoute): LabRoute[] =>
  route.nexthops.length === 0 ? [route] : route.nexthops.map(({ via, dev }) => ({ ...route, via, dev, nexthops: [] }))

const routeOf = (route: LabRoute): StepRoute => ({ ...route })

export const routeAdd = (namespace: string, route: StepRoute): Step => ({ op: 'route-add', namespace, route })

/** Unicast routes of the lab that are not there. */
export function missingRoutes(scene: Scene, namespace: string): StepRoute[] {
  const live = scene.network.namespace(namespace)?.routes ?? []
  return (scene.lab?.namespaces.get(namespace)?.routes ?? [])
    .filter(
      (wanted) =>
        wanted.type === 'unicast' &&
        !waysOf(wanted).every((way) =>
          live.some(
            ({ to, via, type, table }) => to === way.to && via === way.via && type === 'unicast' && table === way.table,
          ),
        ),
    )
    .map(routeOf)
}

/** Missing routes that will hold once the interface is up with its addresses. */
export function routesOver(scene: Scene, namespace: string, dev: string, addresses: readonly string[]): Step[] {
  return missingRoutes(scene, namespace)
    .filter(({ via, dev: over }) =>
      via === null ? over === dev : addresses.some((address) => containsAddress(address, via)),
    )
    .map((route) => routeAdd(namespace, route))
}

export const addressAdd = (namespace: string, dev: string, address: string): Step => ({
  op: 'address-add',
  namespace,
  dev,
  address,
  family: isIpv6(bare(address)) ? 'ipv6' : 'ipv4',
})
export const addressDelete = (namespace: string, dev: string, address: string): Step =>
  ({
    ...addressAdd(namespace, dev, address),
    op: 'address-delete',
  }) as Step
