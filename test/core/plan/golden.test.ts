import { expect, test } from 'vitest'
import { normalise } from '../../../electron/core/lab/normalise.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { emptyLab, emptyLive } from '../../../electron/core/plan/empty.js'
import { freshWords } from '../../../electron/core/plan/fresh-settings.js'
import { planScript, planText } from '../../../electron/core/plan/script.js'
import * as labs from './labs.js'
import { Model } from './model.js'

const plan = (file: LabFile) => diff(normalise(file), emptyLive())

test('the router between two subnets reads like the tutorial', () => {
  expect(planText(plan(labs.router))).toBe(`\
ip netns add ns0
ip netns add ns1
ip netns add ns-router
sysctl -w net.ipv6.conf.all.disable_ipv6=1
ip netns exec ns0 sysctl -w net.ipv6.conf.all.disable_ipv6=1
ip netns exec ns1 sysctl -w net.ipv6.conf.all.disable_ipv6=1
ip netns exec ns-router sysctl -w net.ipv6.conf.all.disable_ipv6=1
ip link set lo up
ip -n ns0 link set lo up
ip -n ns1 link set lo up
ip -n ns-router link set lo up
ip link add veth0 netns ns0 type veth peer name veth1 netns ns-router
ip link add veth2 netns ns1 type veth peer name veth3 netns ns-router
ip -n ns0 addr add 192.168.0.2/24 dev veth0
ip -n ns1 addr add 192.168.1.2/24 dev veth2
ip -n ns-router addr add 192.168.0.1/24 dev veth1
ip -n ns-router addr add 192.168.1.1/24 dev veth3
ip -n ns0 link set veth0 up
ip -n ns1 link set veth2 up
ip -n ns-router link set veth1 up
ip -n ns-router link set veth3 up
ip -n ns0 route add 192.168.1.0/24 via 192.168.0.1
ip -n ns1 route add 192.168.0.0/24 via 192.168.1.1
ip netns exec ns-router sysctl -w net.ipv4.ip_forward=1
`)
})

test('the host as gateway through its bridge reads like the tutorial', () => {
  expect(planText(plan(labs.bridge))).toBe(`\
ip netns add ns0
ip netns add ns1
ip netns add internet
sysctl -w net.ipv6.conf.all.disable_ipv6=1
ip netns exec ns0 sysctl -w net.ipv6.conf.all.disable_ipv6=1
ip netns exec ns1 sysctl -w net.ipv6.conf.all.disable_ipv6=1
ip netns exec internet sysctl -w net.ipv6.conf.all.disable_ipv6=1
ip link set lo up
ip -n ns0 link set lo up
ip -n ns1 link set lo up
ip -n internet link set lo up
ip link add bridge0 type bridge
ip link add veth0 netns ns0 type veth peer name veth1
ip link add veth2 netns ns1 type veth peer name veth3
ip link add eth0 type veth peer name wan0 netns internet
ip link set veth1 master bridge0
ip link set veth3 master bridge0
ip addr add 192.168.1.1/24 dev bridge0
ip addr add 172.16.0.157/16 dev eth0
ip -n ns0 addr add 192.168.1.2/24 dev veth0
ip -n ns1 addr add 192.168.1.3/24 dev veth2
ip -n internet addr add 172.16.0.1/16 dev wan0
ip link set eth0 up
ip link set veth1 up
ip link set veth3 up
ip -n ns0 link set veth0 up
ip -n ns1 link set veth2 up
ip -n internet link set wan0 up
ip link set bridge0 up
ip -n ns0 route add default via 192.168.1.1
ip -n ns1 route add default via 192.168.1.1
`)
})

test('NAT is one step from the bridge lab to the outside', () => {
  const [bridge, nat] = [normalise(labs.bridge), normalise(labs.nat)]
  const live = new Model().run(diff(bridge, new Model().state).map(({ step }) => step)).state
  expect(planText(diff(nat, live, { former: bridge }))).toBe(`\
ip -n internet addr add 203.0.113.10/24 dev lo
ip route add default via 172.16.0.1
sysctl -w net.ipv4.ip_forward=1
iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -o eth0 -j MASQUERADE
`)
})

test('NAT from nothing is the bridge lab with these four in their places', () => {
  const lines = (file: LabFile) => planText(plan(file)).split('\n')
  const shared = new Set(lines(labs.bridge))
  expect(lines(labs.nat).filter((line) => !shared.has(line))).toEqual([
    'ip -n internet addr add 203.0.113.10/24 dev lo',
    'ip route add default via 172.16.0.1',
    'sysctl -w net.ipv4.ip_forward=1',
    'iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -o eth0 -j MASQUERADE',
  ])
  expect(lines(labs.nat).at(-2)).toBe('iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -o eth0 -j MASQUERADE')
})

test('a script says what it is, guards what kernels lack, and leaves services to Vethlab', () => {
  const file: LabFile = {
    vethlab: 1,
    name: 'small',
    title: 'Small\n$(lab)\u202e',
    namespaces: {
      ns0: { bridges: { br0: {} }, interfaces: { dummy0: { mtu: 1400 } }, services: [{ listen: 'tcp', port: 80 }] },
    },
  }
  expect(planScript(normalise(file), plan(file))).toBe(`\
#!/usr/bin/env bash
# Vethlab: small - Small $(lab)
# Builds the lab in the network namespace it is started in, which becomes \`host\`. Needs root.
# To leave the machine as it is, run it in namespaces of its own:
#   unshare --net --mount bash -c 'mount -t tmpfs tmpfs /run && bash "$1" && exec bash' - FILE
set -euo pipefail

ip netns add ns0
# What a new namespace has of itself: many machines hand on their own settings (net.core.devconf_inherit_init_net).
fresh='${freshWords.join(' ')}'
[ -e /proc/sys/net/core/netdev_max_backlog ] || [ -n "$(ip route)" ] || sysctl -q -e -w $fresh
for ns in ns0; do ip netns exec "$ns" sysctl -q -e -w $fresh; done
ip netns exec ns0 sysctl -e -w net.bridge.bridge-nf-call-iptables=0
ip netns exec ns0 sysctl -e -w net.bridge.bridge-nf-call-ip6tables=0
ip netns exec ns0 sysctl -e -w net.bridge.bridge-nf-call-arptables=0
sysctl -w net.ipv6.conf.all.disable_ipv6=1
ip netns exec ns0 sysctl -w net.ipv6.conf.all.disable_ipv6=1
ip link set lo up
ip -n ns0 link set lo up
ip -n ns0 link add br0 type bridge
ip -n ns0 link add dummy0 mtu 1400 type dummy || ip -n ns0 link add dummy0 mtu 1400 type ifb
ip -n ns0 link set dummy0 up
ip -n ns0 link set br0 up
# vethlab: answer on tcp port 80 in ns0
`)
})

test('an empty lab on an empty host asks for nothing', () => {
  expect(diff(emptyLab('none'), emptyLive(), { former: 'everything' })).toEqual([])
})
