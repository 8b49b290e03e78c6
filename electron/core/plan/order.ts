/**
 * The order of a plan. Steps are collected by phase and carried out phase by phase, within a phase in the lab's order.
 *
 * What goes, goes first, users before what they use, because names, addresses and route metrics may be wanted again:
 * services (a listening socket keeps its namespace alive), rules, impairments, routes, addresses, then the interfaces
 * and the namespaces, each of which takes the rest along.
 *
 * A sub-interface is no larger than its parent: it is made when that has its MTU, which a bridge has from its ports,
 * and shrinks before it. A sub-interface goes down before its parent, which would take it along, and comes up behind
 * it: its own phases, as the parent may be a bridge. What goes out of a bridge's VLANs goes before others come, because
 * one VLAN at a time is for frames without a tag.
 *
 * A macvlan or an ipvlan is no larger than its parent either, which may be anything of the above, in any namespace: it
 * comes behind all of them, and goes before them, because the kernel lets an interface that is shared into no bridge
 * and no bond.
 *
 * A VRF or a bond goes behind its members, each of which takes its place in it along, so that undo brings it back
 * before them. A VRF switches off who comes and who goes (cycle_netdev, drivers/net/vrf.c), a bond takes only who is
 * off, switches it on, and off again when it goes (bond_enslave, drivers/net/bonding/bond_main.c): they go down before
 * and come up behind.
 *
 * What comes follows what it stands on. `net.ipv6.conf.*.disable_ipv6`, `conf.default.*` and br_netfilter's switches
 * act on interfaces made later. `lo` comes up before it gets addresses: the kernel adds 127.0.0.1/8 only to an `lo`
 * that has none (inetdev_event, net/ipv4/devinet.c). A bridge's MTU follows its ports, with which it changes until it
 * is given. Interfaces come up before bridges, so that a bridge comes up once, with its carrier and with the MAC its
 * ports gave it, and not first without. IPv6 addresses follow, because going down takes them along (addrconf_ifdown):
 * so undo can take them back before the interface. Routes on a device come before routes through a gateway, which must
 * be on-link by then (fib_check_nh: a gateway is never reached through another gateway). Neighbours come when nothing
 * more of this plan makes the kernel forget them (`neighbours.ts`). Rules of policy routing come behind the routes and
 * go before them: by them the kernel looks for the gateways of new routes (fib_check_nh_v4_gw,
 * net/ipv4/fib_semantics.c). Forwarding follows the routes, and other sysctls follow forwarding, which resets some of
 * them (inet_forward_change), and the interfaces they name. A chain that is to drop what no rule accepts does so behind
 * its rules, and ends before them, so that what they let through passes all the while. Texts of rules are loaded before
 * the entries that add to them.
 */
import type { Plan, PlannedStep, Step } from './step.js'
import { stepText } from './text.js'
import { undoOf } from './undo.js'

export const phases = [
  'service-stop',
  'netns-file-delete',
  'policy-accept',
  'rule-delete',
  'policy-rule-delete',
  'impair-clear',
  'route-delete',
  'neighbour-delete',
  'address-delete',
  'stacked-delete',
  'stacked-down',
  'link-down',
  'master-clear',
  'link-delete',
  'master-delete',
  'namespace-delete',
  'namespace-add',
  'netns-file-add',
  'early-sysctl',
  'loopback-up',
  'bridge-add',
  'veth-add',
  'tunnel-add',
  'stacked-add',
  'stacked-change',
  'link-change',
  'master-set',
  'bridge-mtu',
  'over-bridge-add',
  'over-bridge-master',
  'share-add',
  'share-change',
  'share-master',
  'bridge-set',
  'wireguard-peer-delete',
  'wireguard-set',
  'wireguard-peer-set',
  'vxlan-fdb-delete',
  'vxlan-fdb-add',
  'bond-primary',
  'port-vlan-delete',
  'port-vlan-add',
  'link-setting',
  'address-add',
  'link-up',
  'bridge-up',
  'stacked-up',
  'ipv6-address-add',
  'neighbour-add',
  'device-route-add',
  'gateway-route-add',
  'policy-rule-add',
  'forwarding',
  'late-sysctl',
  'ruleset-load',
  'nat-add',
  'firewall-add',
  'policy-drop',
  'impair-set',
  'service-start',
  'dhcp-start',
] as const

export type Phase = (typeof phases)[number]

export interface Draft {
  /** `undo` where taking the step back needs more than the step itself records. */
  add(phase: Phase, step: Step, undo?: readonly Step[]): void
  finish(): Plan
}

export function startDraft(): Draft {
  const byPhase = new Map<Phase, PlannedStep[]>(phases.map((phase) => [phase, []]))
  return {
    add(phase, step, undo) {
      byPhase.get(phase)?.push({ step, text: stepText(step), undo: undo ?? undoOf(step) })
    },
    finish: () => [...byPhase.values()].flat(),
  }
}
