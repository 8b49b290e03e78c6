/**
 * The second net under the planner: whether a step would change something on the machine that is not the lab's. The
 * planner sees nothing of others (`ownView`), so a plan of its own never does; a fix, or a lab about `lo`, might.
 */
import { hostNamespace } from '../lab/lab.js'
import type { Plan, Step } from '../plan/step.js'
import type { Own } from './own-view.js'

/** What a plan makes belongs to the lab from then on. */
export function ownWithPlan(own: Own, plan: Plan): Own {
  const namespaces = new Set(own.namespaces)
  const links = new Set(own.links)
  for (const { step } of plan) {
    if (step.op === 'namespace-add') namespaces.add(step.namespace)
    const made =
      step.op === 'veth-add'
        ? [step, step.peer]
        : /^(?:bridge|vxlan|tunnel|wireguard|dummy|vlan|share|bond)-add$/.test(step.op)
          ? [step]
          : []
    for (const each of made) if (each.namespace === hostNamespace && 'name' in each) links.add(each.name)
  }
  return { ...own, namespaces, links }
}

/** What the step would touch of others, in words; null where it is the lab's. */
export function foreignTouch(step: Step, own: Own): string | null {
  if (step.op === 'share-add' && step.parent.namespace === hostNamespace && !own.links.has(step.parent.interface))
    return `the interface ${step.parent.interface}`
  if (step.namespace !== hostNamespace)
    return own.namespaces.has(step.namespace) ? null : `the namespace ${step.namespace}`
  switch (step.op) {
    case 'namespace-add':
    case 'namespace-delete':
      return 'the namespace host'
    case 'veth-add': {
      const { peer } = step
      return peer.namespace === hostNamespace || own.namespaces.has(peer.namespace)
        ? null
        : `the namespace ${peer.namespace}`
    }
    case 'bridge-add':
    case 'vxlan-add':
    case 'tunnel-add':
    case 'wireguard-add':
    case 'dummy-add':
    case 'share-add':
    case 'bond-add':
    case 'service-start':
    case 'service-stop':
    case 'sysctl-set':
      // A setting is recorded before it is written, and put back.
      return null
    case 'vrf-add':
      // The first one of a namespace makes rules that nothing takes away again (vrf_add_fib_rules, drivers/net/vrf.c).
      return 'its rules of policy routing, to which a VRF adds for good'
    case 'vlan-add':
      return own.links.has(step.link) ? null : `the interface ${step.link}`
    case 'bridge-set':
    case 'port-set':
    case 'wireguard-key':
    case 'wireguard-listen':
    case 'wireguard-peer-set':
    case 'wireguard-peer-delete':
    case 'vxlan-fdb-add':
    case 'vxlan-fdb-delete':
    case 'port-vlan-add':
    case 'port-vlan-delete':
    case 'link-delete':
    case 'link-up':
    case 'link-down':
    case 'link-mtu':
    case 'link-mac':
    case 'link-set':
    case 'bridge-stp':
    case 'bond-primary':
      return own.links.has(step.name) ? null : `the interface ${step.name}`
    case 'link-master':
      if (!own.links.has(step.name)) return `the interface ${step.name}`
      return step.master === null || own.links.has(step.master) ? null : `the interface ${step.master}`
    case 'address-add':
      return own.links.has(step.dev) || step.dev === 'lo' ? null : `the interface ${step.dev}`
    case 'address-delete':
      return own.links.has(step.dev) || own.addresses.has(`${step.dev} ${step.address}`)
        ? null
        : `the interface ${step.dev}`
    case 'neighbour-add':
    case 'neighbour-delete':
      return own.links.has(step.neighbour.dev) ? null : `the interface ${step.neighbour.dev}`
    case 'impair-set':
      return own.links.has(step.dev) ? null : `the interface ${step.dev}`
    case 'route-add':
    case 'route-delete':
      return step.route.protocol !== undefined || (step.route.dev !== null && own.links.has(step.route.dev))
        ? null
        : `its route to ${step.route.to}`
    case 'policy-rule-add':
    case 'policy-rule-delete':
      return step.rule.protocol === undefined ? 'its rules of policy routing' : null
    case 'nat-add':
    case 'nat-delete':
    case 'firewall-add':
    case 'firewall-delete':
      return step.comment === undefined ? 'its firewall' : null
    case 'netns-file':
      return `its ${step.file}`
    case 'dnsmasq-start':
    case 'dnsmasq-stop':
      // It would serve whoever is in the networks that the machine itself is in.
      return 'who is asked for names and addresses in its networks'
    case 'dhcp-start':
    case 'dhcp-stop':
      // Whoever answers would say where the machine itself sends what it sends, and whom it asks for names.
      return 'its addresses, its default route and its nameservers'
    case 'ruleset-load':
      return 'its firewall'
    case 'policy-set':
      return `the policy of its chain ${step.chain.toUpperCase()}`
  }
}
