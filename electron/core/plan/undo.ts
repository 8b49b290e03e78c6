import { namedForDeletion } from './route-metric.js'
import type { KernelStep, Step } from './step.js'

/** A fresh link's undo. Its own undo makes it again as it was made. */
function removal(step: KernelStep & { readonly name: string }): Step[] {
  return [{ op: 'link-delete', namespace: step.namespace, name: step.name, restore: [step] }]
}

/**
 * The steps that take a step back, in order, from what it records itself. Empty for a sysctl whose former value is not
 * known: its namespace is as new as the value, and goes as a whole.
 */
export function undoOf(step: Step): Step[] {
  switch (step.op) {
    case 'namespace-add':
      return [{ op: 'namespace-delete', namespace: step.namespace }]
    case 'namespace-delete':
      return step.restore ? [...step.restore] : [{ op: 'namespace-add', namespace: step.namespace }]
    case 'sysctl-set':
      return step.before === null ? [] : [{ ...step, value: step.before, before: step.value }]
    case 'veth-add':
    case 'bridge-add':
    case 'vxlan-add':
    case 'tunnel-add':
    case 'wireguard-add':
    case 'dummy-add':
    case 'vlan-add':
    case 'share-add':
    case 'bond-add':
    case 'vrf-add':
      return removal(step)
    case 'link-delete':
      return [...step.restore]
    case 'link-up':
      return [{ ...step, op: 'link-down' }]
    case 'link-down':
      return [{ ...step, op: 'link-up' }]
    case 'link-mtu':
      return [{ ...step, mtu: step.before, before: step.mtu }]
    case 'link-mac':
      return [{ ...step, mac: step.before, before: step.mac }]
    case 'link-master':
      return [{ ...step, master: step.before, before: step.master }]
    case 'link-set':
      return [{ ...step, value: step.before, before: step.value }]
    case 'bond-primary':
      return [{ ...step, primary: step.before, before: step.primary }]
    case 'bridge-stp':
      return [{ ...step, stp: !step.stp }]
    case 'bridge-set':
      return [{ ...step, value: step.before, before: step.value }]
    case 'port-set':
      return [{ ...step, value: step.before, before: step.value }]
    case 'port-vlan-add':
      return [{ ...step, op: 'port-vlan-delete' }]
    case 'port-vlan-delete':
      return [{ ...step, op: 'port-vlan-add' }]
    case 'wireguard-key':
      // What it had before is its own maker's to give back: a fresh tunnel goes as a whole.
      return []
    case 'wireguard-listen':
      return [{ ...step, listen: step.before, before: step.listen }]
    case 'wireguard-peer-set': {
      const { before, endpoint, allowed, ...rest } = step
      // An endpoint cannot be taken from a peer.
      if (before && before.endpoint === null && endpoint !== null)
        return [
          { ...rest, endpoint, allowed, op: 'wireguard-peer-delete' },
          { ...rest, ...before },
        ]
      return before
        ? [{ ...rest, ...before, before: { endpoint, allowed } }]
        : [{ ...rest, endpoint, allowed, op: 'wireguard-peer-delete' }]
    }
    case 'wireguard-peer-delete':
      return [{ ...step, op: 'wireguard-peer-set' }]
    case 'vxlan-fdb-add':
      return [{ ...step, op: 'vxlan-fdb-delete' }]
    case 'vxlan-fdb-delete':
      return [{ ...step, op: 'vxlan-fdb-add' }]
    case 'address-add':
      return [{ ...step, op: 'address-delete' }]
    case 'address-delete':
      return [{ ...step, op: 'address-add' }]
    case 'route-add':
      return [{ ...step, op: 'route-delete', route: namedForDeletion(step.route) }]
    case 'route-delete':
      return [{ ...step, op: 'route-add' }]
    case 'policy-rule-add':
      return [{ ...step, op: 'policy-rule-delete' }]
    case 'policy-rule-delete':
      return [{ ...step, op: 'policy-rule-add' }]
    case 'neighbour-add':
      return [{ ...step, op: 'neighbour-delete' }]
    case 'neighbour-delete':
      return [{ ...step, op: 'neighbour-add' }]
    case 'impair-set':
      return [{ ...step, impair: step.before, before: step.impair }]
    case 'nat-add':
      return [{ ...step, op: 'nat-delete' }]
    case 'nat-delete':
      return [{ ...step, op: 'nat-add' }]
    case 'firewall-add':
      return [{ ...step, op: 'firewall-delete' }]
    case 'firewall-delete':
      return [{ ...step, op: 'firewall-add' }]
    case 'policy-set':
      return [{ ...step, policy: step.before, before: step.policy }]
    case 'ruleset-load':
      // Only the planner knows what stood there.
      return []
    case 'netns-file':
      return [{ ...step, text: step.before, before: step.text }]
    case 'service-start':
      return [{ ...step, op: 'service-stop' }]
    case 'service-stop':
      return [{ ...step, op: 'service-start' }]
    case 'dnsmasq-start':
      return [{ ...step, op: 'dnsmasq-stop' }]
    case 'dnsmasq-stop':
      return [{ ...step, op: 'dnsmasq-start' }]
    case 'dhcp-start':
      return [{ ...step, op: 'dhcp-stop' }]
    case 'dhcp-stop':
      return [{ ...step, op: 'dhcp-start' }]
  }
}
