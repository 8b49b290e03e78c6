import { expect, test } from 'vitest'
import type { IptablesRule, LiveNamespace, LiveState } from '../../../electron/core/live/state.js'
import { typedBy } from '../../../electron/core/machine/commands.js'
import { inventedIn, repairCommands } from '../../../electron/core/machine/repair.js'
import { mergeLive } from '../../../electron/core/machine/shown.js'
import { liveOf } from '../guide/live-of.js'

const changed = (live: LiveState, name: string, change: (each: LiveNamespace) => LiveNamespace): LiveState => ({
  ...live,
  namespaces: live.namespaces.map((each) => (each.name === name ? change(each) : each)),
})
const nowhere = { ways: {}, invented: [] }

const twin = liveOf({
  web: { eth0: { peer: 'outside:eth0', addresses: ['10.1.0.2/24'] } },
  outside: { eth0: { peer: 'web:eth0', addresses: ['10.1.0.1/24'] } },
})
const forwards = (each: LiveNamespace): LiveNamespace => ({
  ...each,
  sysctls: { ...each.sysctls, 'net.ipv4.ip_forward': '1' },
})
const moved = (each: LiveNamespace): LiveNamespace => ({
  ...each,
  addresses: each.addresses.map((address) => ({ ...address, address: '10.1.0.9/24' })),
})

test('a twin that is as it was needs no commands', () => {
  expect(repairCommands(twin, twin, nowhere)).toEqual([])
})

test('what was done in a twin is said for the machine, where a namespace may have no name', () => {
  const now = changed(changed(twin, 'web', forwards), 'web', moved)
  expect(repairCommands(twin, now, nowhere)).toEqual([
    'ip -n web addr del 10.1.0.2/24 dev eth0',
    'ip -n web addr add 10.1.0.9/24 dev eth0',
    'ip netns exec web sysctl -w net.ipv4.ip_forward=1',
  ])
  const ways = { web: '/proc/7/ns/net' }
  expect(repairCommands(twin, now, { ways, invented: [] })).toEqual([
    'nsenter --net=/proc/7/ns/net ip addr del 10.1.0.2/24 dev eth0',
    'nsenter --net=/proc/7/ns/net ip addr add 10.1.0.9/24 dev eth0',
    'nsenter --net=/proc/7/ns/net sysctl -w net.ipv4.ip_forward=1',
  ])
})

test('what only the twin has is no part of it', () => {
  const invented = inventedIn(['host', 'web', 'outside'], new Set(['host', 'web']))
  expect(invented).toEqual(['outside'])
  expect(repairCommands(twin, changed(twin, 'outside', moved), { ways: {}, invented })).toEqual([])
})

test('every way of naming a namespace in a command becomes a way in', () => {
  const way = (key: string): string | null => (key === 'web' ? '/proc/7/ns/net' : null)
  expect(typedBy('ip -6 -n web route add default via fe80::1', way)).toBe(
    'nsenter --net=/proc/7/ns/net ip -6 route add default via fe80::1',
  )
  expect(typedBy('tc -n web qdisc del dev eth0 root', way)).toBe(
    'nsenter --net=/proc/7/ns/net tc qdisc del dev eth0 root',
  )
  expect(typedBy('ip link add v0 netns web type veth peer name v1 netns db', way)).toBe(
    'ip link add v0 netns /proc/7/ns/net type veth peer name v1 netns db',
  )
  expect(typedBy('ip -n db addr flush dev eth0', way)).toBe('ip -n db addr flush dev eth0')
})

test('a path to a namespace is one word to the shell, wherever its command says it', () => {
  const way = (): string => "/run/a b/$(id)'s"
  const word = `'--net=/run/a b/$(id)'\\''s'`
  expect(typedBy('ip -n web link set eth0 up', way)).toBe(`nsenter ${word} ip link set eth0 up`)
  expect(typedBy('wg set wg0 peer "$(ip netns exec db wg show wg0 public-key)" remove', way)).toBe(
    `wg set wg0 peer "$(nsenter ${word} wg show wg0 public-key)" remove`,
  )
  expect(typedBy('ip link add v0 netns web type veth', way)).toBe(
    `ip link add v0 netns '/run/a b/$(id)'\\''s' type veth`,
  )
  // What is text stays as it is: a path put there would be read by the shell.
  const comment = `--comment 'see ip netns exec web '\\''ip netns exec db x'`
  expect(typedBy(`ip netns exec web iptables -A INPUT -m comment ${comment}`, way)).toBe(
    `nsenter ${word} iptables -A INPUT -m comment ${comment}`,
  )
  const text = ` <<'EOF'\n# don't: ip netns exec web x\nEOF`
  expect(typedBy(`ip netns exec web nft -f -${text}`, way)).toBe(`nsenter ${word} nft -f -${text}`)
})

test('namespaces of several readers are told apart, and each once', () => {
  const one = liveOf({ sh: { eth0: { peer: 'db:eth0' } }, db: { eth0: { peer: 'sh:eth0' } } })
  const other: LiveState = {
    ...one,
    namespaces: one.namespaces.map((each) =>
      each.name === 'sh'
        ? {
            ...each,
            inode: each.inode + 1000,
            links: each.links.map((link) =>
              link.peer ? { ...link, share: { mode: 'l2', parent: { namespace: 'sh', index: link.index } } } : link,
            ),
          }
        : each,
    ),
  }
  const { live, readers } = mergeLive([one, null, other])
  expect(live.namespaces.filter(({ name }) => name !== 'host').map(({ name }) => name)).toEqual(['sh', 'db', 'sh-2'])
  expect(readers.get('sh-2')).toEqual({ reader: 2, key: 'sh' })
  const share = live.namespaces.find(({ name }) => name === 'sh-2')?.links.find(({ name }) => name === 'eth0')?.share
  expect(share?.parent.namespace).toBe('sh-2')
})

test('of iptables only what was changed is said, rule by rule', () => {
  const line = (chain: string, rule: string | null, policy: string | null = null): IptablesRule => ({
    ...{ family: 'ipv4', table: 'filter', chain, rule, policy, packets: 0, bytes: 0, engine: 'nft' },
  })
  const withRules = (...iptables: readonly IptablesRule[]): LiveState =>
    changed(twin, 'web', (each) => ({ ...each, ruleset: { ...each.ruleset, iptables } }))
  const before = withRules(
    line('FORWARD', null, 'DROP'),
    line('FORWARD', '-i a -j ACCEPT'),
    line('FORWARD', '-i b -j DROP'),
    line('FORWARD', '-i c -j ACCEPT'),
    line('OLD', '-j RETURN'),
  )
  const now = withRules(
    line('FORWARD', null, 'ACCEPT'),
    line('FORWARD', '-i a -j ACCEPT'),
    line('FORWARD', '-i new -j NEW'),
    line('FORWARD', '-i c -j ACCEPT'),
    line('NEW', '-j RETURN'),
  )
  expect(repairCommands(before, now, nowhere)).toEqual([
    'ip netns exec web iptables -t filter -N NEW',
    'ip netns exec web iptables -t filter -D FORWARD -i b -j DROP',
    'ip netns exec web iptables -t filter -I FORWARD 2 -i new -j NEW',
    'ip netns exec web iptables -t filter -D OLD -j RETURN',
    'ip netns exec web iptables -t filter -I NEW 1 -j RETURN',
    'ip netns exec web iptables -t filter -P FORWARD ACCEPT',
    'ip netns exec web iptables -t filter -X OLD',
  ])
  expect(repairCommands(now, now, nowhere)).toEqual([])
  const chain = '$(reboot);'
  expect(repairCommands(withRules(), withRules(line(chain, null), line(chain, `-j ${chain}`)), nowhere)).toEqual([
    "ip netns exec web iptables -t filter -N '$(reboot);'",
    "ip netns exec web iptables -t filter -I '$(reboot);' 1 -j '$(reboot);'",
  ])
  expect(repairCommands(withRules(line(chain, null)), withRules(), nowhere)).toEqual([
    "ip netns exec web iptables -t filter -X '$(reboot);'",
  ])
})

test('what a program keeps is written again, which is said beside what was done to it', () => {
  const rule = (chain: string, text: string): IptablesRule => ({
    ...{ family: 'ipv4', table: 'filter', chain, rule: text, policy: null, packets: 0, bytes: 0, engine: 'nft' },
  })
  const withRules = (...iptables: readonly IptablesRule[]): LiveState =>
    changed(twin, 'web', (each) => ({ ...each, ruleset: { ...each.ruleset, iptables } }))
  const [apart, own] = [rule('DOCKER-ISOLATION-STAGE-2', '-o b -j DROP'), rule('DOCKER-USER', '-j RETURN')]
  const first = rule('DOCKER-USER', '-s 10.1.0.2/32 -j ACCEPT')
  const jump = rule('DOCKER-ISOLATION-STAGE-2', '-j RETURN')
  expect(repairCommands(withRules(apart, jump, own), withRules(jump, first, own), nowhere)).toEqual([
    'ip netns exec web iptables -t filter -D DOCKER-ISOLATION-STAGE-2 -o b -j DROP # Docker keeps this chain and writes it again: this does not last',
    'ip netns exec web iptables -t filter -I DOCKER-USER 1 -s 10.1.0.2/32 -j ACCEPT',
  ])
})

test('what the helper itself keeps is no command for the machine', () => {
  const dns = { records: [{ name: 'web.lab', addresses: ['10.1.0.2'] }], forward: false }
  const given = changed(twin, 'web', (each) => ({
    ...each,
    addresses: each.addresses.map((address) => ({ ...address, flags: ['permanent'] })),
  }))
  const now = changed(given, 'web', (each) => ({
    ...each,
    services: [{ listen: 'tcp', port: 80, reply: 'hello' }],
    dnsmasq: { dns, dhcp: [], ra: [] },
    dhcp: [{ dev: 'eth0', program: 'udhcpc', lease: null, last: '' }],
  }))
  expect(repairCommands(given, now, nowhere)).toEqual([])
  expect(repairCommands(now, given, nowhere)).toEqual([])
})
