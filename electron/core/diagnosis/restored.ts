/** Whether a change was taken back whole, and what brings back what the kernel took along: routes and addresses. */
import type { LiveNamespace, LiveState } from '../live/state.js'
import type { Step } from '../plan/step.js'
import { routeOf } from './rules/routing.js'

/** What a change may not leave behind; what the kernel learns, counts and finds out by itself is left out, and services, which are our own. */
function essence({ links, addresses, routes, rules, ruleset, sysctls }: LiveNamespace): Record<string, string[]> {
  const sorted = (values: readonly unknown[]): string[] => values.map((value) => JSON.stringify(value)).sort()
  return {
    links: sorted(
      links.map(({ name, kind, mac, mtu, up, master, bridge, vxlan, impair }) => {
        return { name, kind, mac, mtu, up, master, bridge, vxlan, impair }
      }),
    ),
    // Link-local addresses come by themselves, and so do the routes of addresses.
    addresses: sorted(addresses.filter(({ scope }) => scope !== 'link').map(({ dev, address }) => ({ dev, address }))),
    routes: sorted(
      routes
        .filter(({ protocol }) => protocol !== 'kernel')
        .map(({ to, via, dev, metric, type, table }) => ({ to, via, dev, metric, type, table })),
    ),
    rules: sorted(rules),
    // A table that was made on the way stays, empty, and lets everything pass as before.
    iptables: ruleset.iptables.flatMap(({ family, table, chain, rule, policy, engine }) =>
      rule === null && policy === 'ACCEPT' ? [] : [JSON.stringify({ family, table, chain, rule, policy, engine })],
    ),
    sysctls: sorted(Object.entries(sysctls)),
  }
}

/** Namespaces and what of them is not as it was, as `NAMESPACE: addresses`. */
export function differences(before: LiveState, now: LiveState): string[] {
  return before.namespaces.flatMap((was) => {
    const is = now.namespaces.find(({ name }) => name === was.name)
    if (!is) return [was.name]
    const [old, fresh] = [essence(was), essence(is)]
    return Object.keys(old)
      .filter((part) => JSON.stringify(old[part]) !== JSON.stringify(fresh[part]))
      .map((part) => `${was.name}: ${part}`)
  })
}

/** An interface that goes down takes its IPv6 addresses along, one that loses its last address its routes. */
export function restoration(before: LiveState, now: LiveState): Step[] {
  return before.namespaces.flatMap((was): Step[] => {
    const is = now.namespaces.find(({ name }) => name === was.name)
    if (!is) return []
    const namespace = was.name
    const lost = was.addresses.filter(
      ({ dev, address }) => !is.addresses.some((each) => each.dev === dev && each.address === address),
    )
    const gone = was.routes.filter(
      ({ to, via, dev, table, protocol }) =>
        protocol !== 'kernel' &&
        table === 254 &&
        !is.routes.some((each) => each.to === to && each.via === via && each.dev === dev && each.table === table),
    )
    return [
      ...lost
        .filter(({ scope }) => scope !== 'link')
        .map(({ dev, address, family }): Step => ({ op: 'address-add', namespace, dev, address, family })),
      // Those without a gateway first: gateways are reached by them.
      ...gone
        .toSorted((a, b) => Number(a.via !== null) - Number(b.via !== null))
        .map((route): Step => ({ op: 'route-add', namespace, route: routeOf(route) })),
    ]
  })
}
