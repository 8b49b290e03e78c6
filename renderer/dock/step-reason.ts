/** Why a command is in the plan: the words beside it. */
import { hostNamespace } from '../../electron/core/lab/lab.js'
import type { Step } from '../../electron/core/plan/step.js'
import type { Key } from '../i18n/text.svelte.js'

type ReasonKey = Extract<Key, `reason.${string}`>

/** Whether the step takes something out of the kernel: a sign of its own, read before the command is. */
export function takesAway(step: Step): boolean {
  return (
    step.op.endsWith('-delete') ||
    step.op === 'link-down' ||
    step.op === 'service-stop' ||
    step.op === 'dnsmasq-stop' ||
    step.op === 'dhcp-stop' ||
    (step.op === 'link-master' && step.master === null) ||
    (step.op === 'netns-file' && step.text === null) ||
    (step.op === 'impair-set' && step.impair === null)
  )
}

export function reasonOf(step: Step): ReasonKey {
  switch (step.op) {
    case 'namespace-add':
      return 'reason.namespaceAdd'
    case 'namespace-delete':
      return 'reason.namespaceDelete'
    case 'sysctl-set':
      if (/ip_forward$|\.forwarding$/.test(step.key))
        return step.value === '1' ? 'reason.forwardingOn' : 'reason.forwardingOff'
      return /disable_ipv6$/.test(step.key) && step.value === '1' ? 'reason.ipv6Off' : 'reason.sysctl'
    case 'veth-add':
      return step.namespace === hostNamespace || step.peer.namespace === hostNamespace
        ? 'reason.vethHost'
        : 'reason.veth'
    case 'bridge-add':
      return 'reason.bridge'
    case 'vxlan-add':
    case 'tunnel-add':
    case 'wireguard-add':
      return 'reason.tunnel'
    case 'dummy-add':
      return 'reason.dummy'
    case 'vlan-add':
      return 'reason.vlan'
    case 'share-add':
      return step.kind === 'macvlan' ? 'reason.macvlan' : 'reason.ipvlan'
    case 'bond-add':
      return 'reason.bond'
    case 'bond-primary':
      return 'reason.bondPrimary'
    case 'vrf-add':
      return 'reason.vrf'
    case 'link-delete':
      return 'reason.linkDelete'
    case 'link-up':
      return step.name === 'lo' ? 'reason.loopback' : 'reason.linkUp'
    case 'link-down':
      return 'reason.linkDown'
    case 'link-mtu':
      return 'reason.mtu'
    case 'link-mac':
      return 'reason.mac'
    case 'link-master':
      return step.master === null ? 'reason.unplug' : 'reason.plug'
    case 'link-set':
      return `reason.${step.setting}`
    case 'bridge-stp':
      return 'reason.stp'
    case 'bridge-set':
      return step.setting === 'vlan-filtering' ? 'reason.vlanFiltering' : 'reason.bridgeSet'
    case 'wireguard-key':
      return 'reason.wireguardKey'
    case 'wireguard-listen':
      return 'reason.wireguardListen'
    case 'wireguard-peer-set':
    case 'wireguard-peer-delete':
      return 'reason.wireguardPeer'
    case 'vxlan-fdb-add':
    case 'vxlan-fdb-delete':
      return 'reason.vxlanFdb'
    case 'port-set':
      return 'reason.portSet'
    case 'port-vlan-add':
      return 'reason.portVlan'
    case 'port-vlan-delete':
      return 'reason.portVlanDelete'
    case 'address-add':
      return 'reason.addressAdd'
    case 'address-delete':
      return 'reason.addressDelete'
    case 'route-add':
      return /^(0\.0\.0\.0|::)\/0$/.test(step.route.to) ? 'reason.gateway' : 'reason.routeAdd'
    case 'route-delete':
      return 'reason.routeDelete'
    case 'policy-rule-add':
      return step.rule.action === 'to-table' ? 'reason.policyRule' : 'reason.policyRefuse'
    case 'policy-rule-delete':
      return 'reason.policyRuleDelete'
    case 'neighbour-add':
      return step.neighbour.mac === null ? 'reason.proxyAdd' : 'reason.neighbourAdd'
    case 'neighbour-delete':
      return 'reason.neighbourDelete'
    case 'impair-set':
      return step.impair === null ? 'reason.impairClear' : 'reason.impair'
    case 'nat-add':
      return step.rule.kind === 'dnat' || step.rule.kind === 'redirect' ? 'reason.publish' : 'reason.natAdd'
    case 'nat-delete':
      return 'reason.natDelete'
    case 'firewall-add':
      return 'reason.firewallAdd'
    case 'firewall-delete':
      return 'reason.firewallDelete'
    case 'ruleset-load':
      return step.text === '' ? 'reason.rulesetClear' : 'reason.rulesetLoad'
    case 'policy-set':
      return step.policy === 'drop' ? 'reason.policyDrop' : 'reason.policyAccept'
    case 'netns-file':
      return step.file === 'hosts' ? 'reason.hosts' : 'reason.resolver'
    case 'service-start':
      return 'reason.serviceStart'
    case 'service-stop':
      return 'reason.serviceStop'
    case 'dnsmasq-start':
      return 'reason.dnsmasqStart'
    case 'dnsmasq-stop':
      return 'reason.dnsmasqStop'
    case 'dhcp-start':
      return 'reason.dhcpStart'
    case 'dhcp-stop':
      return 'reason.dhcpStop'
  }
}
