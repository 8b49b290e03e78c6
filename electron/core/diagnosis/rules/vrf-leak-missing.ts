import { containsAddress } from '../../lab/address.js'
import { mainTable, tableEntry } from '../../lab/table.js'
import type { LiveRoute } from '../../live/state.js'
import type { StepRoute } from '../../plan/step.js'
import { departureOf, type Departure } from '../death.js'
import { missingRoutes, routeAdd } from '../lab-says.js'
import { isIpv6, prefixLength, type Network } from '../network.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { say, type Message } from '../words.js'
import { askWay, noRouteCounted, noWay, refuses, routeOf } from './routing.js'

/** Where a packet is looked up: in the table of a VRF, or outside of any in main. */
interface Domain {
  readonly vrf: string | null
  readonly table: number
}

const outside: Domain = { vrf: null, table: mainTable }

const vrfsOf = (network: Network, namespace: string): readonly Domain[] =>
  (network.namespace(namespace)?.links ?? []).flatMap(({ name, table }) =>
    table === undefined ? [] : [{ vrf: name, table }],
  )

/** Only the first domain is asked: VRFs are there to keep others apart, and no route leads from one to the other. */
export const vrfLeakMissing: Rule = {
  code: 'vrf-leak-missing',
  suspect(scene) {
    const departure = departureOf(scene.death)
    if (!departure) return null
    const { network } = scene
    const { namespace, dst, iif } = departure
    const vrfs = vrfsOf(network, namespace)
    const vrf = departure.vrf ?? network.link(namespace, iif)?.vrf ?? null
    const from = vrf === null ? outside : vrfs.find((each) => each.vrf === vrf)
    if (!from) return null
    const found = [outside, ...vrfs]
      .filter(({ table }) => table !== from.table)
      .map((domain) => ({ domain, route: wayIn(network, namespace, domain.table, dst) }))
      .filter(({ route }) => route !== undefined)
      .sort((a, b) => prefixLength(b.route?.to ?? '') - prefixLength(a.route?.to ?? ''))[0]
    const there = found?.route
    if (!found || !there) return null
    const get = askWay(departure)
    const tables = [from, found.domain].map(
      ({ table }) => ({ namespace, ask: 'routes', ipv6: isIpv6(dst), table }) as const,
    )
    const membership = iif === null ? [] : [{ namespace, ask: 'link', dev: iif, details: true } as const]
    return {
      ask: [get, ...membership, ...tables],
      ruledOut: say('not-vrf-leak', { namespace, target: dst }),
      judge(answers): Finding | null {
        if (!noWay(answers.of(get))) return null
        return {
          namespace,
          interface: iif ?? vrf,
          message: sentence(departure, from, found.domain, there),
          evidence: [...answers.evidence(get, ...membership, ...tables), ...noRouteCounted(scene, namespace)],
          repair: {
            namespace,
            steps: leaks(scene, departure, from, found.domain, there).map((route) => routeAdd(namespace, route)),
          },
        }
      },
    }
  },
}

function sentence({ namespace, dst }: Departure, from: Domain, there: Domain, { to }: LiveRoute): Message {
  const both = { namespace, target: dst, prefix: to, other: tableEntry(there.table) }
  return from.vrf === null
    ? say('vrf-leak-into', { ...both, vrf: there.vrf ?? '' })
    : say('vrf-leak-out', { ...both, vrf: from.vrf, table: from.table })
}

/** The most specific way of a table that leads somewhere. */
function wayIn(network: Network, namespace: string, table: number, address: string): LiveRoute | undefined {
  const [best] = (network.namespace(namespace)?.routes ?? [])
    .filter((route) => route.table === table && containsAddress(route.to, address))
    .sort((a, b) => prefixLength(b.to) - prefixLength(a.to) || a.metric - b.metric)
  return best && best.type === 'unicast' && best.dev !== null && !refuses(best) ? best : undefined
}

/** There and back: what the lab says of it first. */
function leaks(
  scene: Scene,
  { namespace, src, dst }: Departure,
  from: Domain,
  there: Domain,
  route: LiveRoute,
): readonly StepRoute[] {
  const { network } = scene
  const wanted = missingRoutes(scene, namespace).find(
    ({ to, table = mainTable }) => table === from.table && containsAddress(to, dst),
  )
  const into = (way: LiveRoute, { table }: Domain): StepRoute => ({
    ...routeOf(way),
    metric: null,
    source: null,
    table,
  })
  const back = src === null ? undefined : wayIn(network, namespace, from.table, src)
  const hasBack = src !== null && wayIn(network, namespace, there.table, src) !== undefined
  return [wanted ?? into(route, from), ...(back && !hasBack ? [into(back, there)] : [])]
}
