/** Rules that a program keeps: whose they are, what is said of them, and that none of them is offered to be taken away. */
import { describe, expect, test } from 'vitest'
import { Answers } from '../../../electron/core/diagnosis/question.js'
import { repairText } from '../../../electron/core/diagnosis/repair.js'
import type { Rule } from '../../../electron/core/diagnosis/rule.js'
import { firewallDrop } from '../../../electron/core/diagnosis/rules/firewall-drop.js'
import { firewallReject } from '../../../electron/core/diagnosis/rules/firewall-reject.js'
import { loweredBy } from '../../../electron/core/diagnosis/rules/ttl-lowered.js'
import { withoutRule } from '../../../electron/core/diagnosis/rules/firewall.js'
import type { RuleVerdict } from '../../../electron/core/diagnosis/scene.js'
import { english } from '../../../electron/core/diagnosis/words.js'
import { keeperOfChain } from '../../../electron/core/live/rule-keepers.js'
import type { IptablesRule } from '../../../electron/core/live/state.js'
import { hop, routed, sceneOf } from './scene-of.js'

const saved = (line: string, more: Partial<IptablesRule> = {}): IptablesRule => {
  const [, table = 'filter', chain = '', rule = ''] = /^(?:-t (\S+) )?-A (\S+) (.*)$/.exec(line) ?? []
  return {
    ...{ family: 'ipv4', table, chain, rule, policy: null, packets: 0, bytes: 0, engine: 'nft' },
    ...more,
  }
}

/** Two networks as Docker 20.10 has them: r0 and r1 are its bridges. */
const docker = [
  '-A FORWARD -j DOCKER-USER',
  '-A FORWARD -j DOCKER-ISOLATION-STAGE-1',
  '-A FORWARD -o r1 -j DOCKER',
  '-A FORWARD -i r1 ! -o r1 -j ACCEPT',
  '-A DOCKER-ISOLATION-STAGE-1 -i r0 ! -o r0 -j DOCKER-ISOLATION-STAGE-2',
  '-A DOCKER-ISOLATION-STAGE-2 -o r1 -j DROP',
  '-A DOCKER-USER -j RETURN',
].map((line) => saved(line))

const heard = { src: '10.1.0.2', dst: '10.2.0.2', protocol: 'icmp', ports: null, icmp: { type: 8, id: 1 } } as const

const verdict = (chain: string, rule: string | null, more: Partial<RuleVerdict> = {}): RuleVerdict => ({
  ...{ namespace: 'r', engine: 'nft', family: 'ip', table: 'filter', chain, rule, handle: 7, position: 1 },
  ...{ verdict: 'drop', packet: heard, iif: 'r0', oif: 'r1' },
  ...more,
})

function found(by: RuleVerdict, rules: readonly IptablesRule[] = docker, rule: Rule = firewallDrop) {
  const live = routed()
  const namespaces = live.namespaces.map((each) =>
    each.name === 'r' ? { ...each, ruleset: { nft: [], iptables: rules } } : each,
  )
  const ip = { version: 4, src: heard.src, dst: heard.dst, ttl: 64, id: 1, protocol: 'icmp', df: true, length: 60 }
  const packet = { ip, icmp: { type: 8, code: 0, id: 1, seq: 1 } } as never
  const hops = [
    hop(1, {
      namespace: 'r',
      interface: 'r0',
      observed: true,
      direction: 'in',
      event: 'received',
      packet,
    }),
    hop(2, { namespace: 'r', interface: 'r0', packet, comparedWith: 1 }),
  ]
  const finding = rule.suspect(sceneOf({ ...live, namespaces }, hops, { verdicts: [by] }))?.judge(new Answers([]))
  if (!finding) throw new Error('nothing was found')
  return {
    key: finding.message.key,
    cause: english(finding.message),
    fix: finding.repair?.steps.map(repairText) ?? null,
  }
}

const beforehand = [
  'ip netns exec r iptables -t filter -I DOCKER-USER 1 -s 10.1.0.2/32 -d 10.2.0.2/32 -j ACCEPT',
  'ip netns exec r iptables -t filter -I DOCKER-USER 1 -s 10.2.0.2/32 -d 10.1.0.2/32 -j ACCEPT',
]

describe("a rule of Docker's own", () => {
  test('networks that are kept apart: the way is to join one, or a rule in the chain that is for rules of others', () => {
    const { key, cause, fix } = found(verdict('DOCKER-ISOLATION-STAGE-2', '-o r1 -j DROP'))
    expect([key, fix]).toEqual(['kept-docker-apart', beforehand])
    expect(cause).toBe(
      "Docker keeps its networks apart, by a rule in r: chain DOCKER-ISOLATION-STAGE-2 of table filter: -o r1 -j DROP. Let one of the two join the other's network (docker network connect NETWORK CONTAINER), or publish the port.",
    )
  })

  test.each([
    ['kept-docker', 'DOCKER', '! -i r1 -o r1 -j DROP'],
    ['kept-docker', 'DOCKER-FORWARD', '-o r1 -j DROP'],
  ])('%s: %s %s', (key, chain, rule) => {
    expect(found(verdict(chain, rule))).toMatchObject({ key, fix: beforehand })
  })

  test.each([
    ['DOCKER-ISOLATION-STAGE-1', '! -s 10.2.0.0/24 -o r1 -j DROP'],
    ['DOCKER-INTERNAL', '! -d 10.1.0.0/24 -i r0 -j DROP'],
  ])('an internal network is to have no way in or out, and none is offered: %s %s', (chain, rule) => {
    expect(found(verdict(chain, rule))).toMatchObject({ key: 'kept-docker-internal', fix: null })
  })

  test('where FORWARD does not ask that chain, or another engine does, nothing is offered', () => {
    const isolation = { engine: 'nft', chain: 'DOCKER-ISOLATION-STAGE-2', rule: '-o r1 -j DROP' } as const
    const apart = verdict(isolation.chain, isolation.rule)
    expect(found(apart, docker.slice(1)).fix).toBeNull()
    expect(found(apart, [saved('-A FORWARD -j DOCKER-USER', { engine: 'legacy' }), ...docker.slice(1)]).fix).toBeNull()
  })

  test('before routing, and in its own tables of nftables, no rule of anybody else helps', () => {
    const direct = verdict('PREROUTING', '-d 10.2.0.2/32 ! -i r1 -j DROP', { table: 'raw', oif: null })
    expect(found(direct)).toMatchObject({ key: 'kept-docker', fix: null })
    const native = verdict('filter-FORWARD', 'oifname "r1" drop', { table: 'docker-bridges' })
    expect(found(native)).toMatchObject({ key: 'kept-docker', fix: null })
  })

  test('containers of one network that may not talk: its own rule, unless Docker lets them and the rule is somebody else’s', () => {
    const each = verdict('FORWARD', '-i r1 -o r1 -j DROP', { iif: 'r1' })
    // Where rules are counted and not heard, the interface is told by the rule alone.
    for (const iif of ['r1', null]) {
      const apart = found({ ...each, iif })
      expect(apart).toMatchObject({ key: 'kept-docker-each-other', fix: beforehand })
      expect(apart.cause).toContain('Docker keeps the containers on r1 apart from each other')
    }
    const plain = found(each, [...docker, saved('-A FORWARD -i r1 -o r1 -j ACCEPT')])
    expect(plain).toMatchObject({
      key: 'firewall-drop',
      fix: [expect.stringContaining('-D FORWARD -i r1 -o r1 -j DROP')],
    })
  })

  test('the policy of a chain that Docker asks first for rules of others: they go there', () => {
    expect(found(verdict('FORWARD', null))).toMatchObject({ key: 'firewall-drop-policy', fix: beforehand })
  })
})

test("the administrator's own rule is taken away, in the chain that is for such as well", () => {
  for (const chain of ['DOCKER-USER', 'CNI-ADMIN', 'FORWARD'])
    expect(found(verdict(chain, '-s 10.1.0.2/32 -j DROP'))).toMatchObject({
      key: 'firewall-drop',
      fix: [`ip netns exec r iptables -t filter -D ${chain} -s 10.1.0.2/32 -j DROP`],
    })
})

test.each([
  ['kept-podman-apart', { chain: 'NETAVARK_ISOLATION_3', rule: '-o podman2 -j DROP' }],
  [
    'kept-podman-apart',
    { family: 'inet', table: 'netavark', chain: 'NETAVARK-ISOLATION-3', rule: 'oifname "podman2" drop' },
  ],
  ['kept-podman', { chain: 'NETAVARK_FORWARD', rule: '-d 10.89.0.0/24 -j DROP' }],
  ['kept-cni', { chain: 'CNI-ISOLATION-STAGE-2', rule: '-o cni0 -j DROP' }],
  ['kept-libvirt', { chain: 'LIBVIRT_FWI', rule: '-o virbr0 -j REJECT --reject-with icmp-port-unreachable' }],
  ['kept-libvirt', { table: 'libvirt_network', chain: 'guest_input', rule: 'oif "virbr0" counter reject' }],
  ['kept-kubernetes', { chain: 'KUBE-FIREWALL', rule: '! -s 127.0.0.0/8 -d 127.0.0.0/8 -j DROP' }],
  ['kept-kubernetes', { table: 'kube-proxy', chain: 'reject-chain', rule: 'reject' }],
  [
    'kept-kubernetes-endpoints',
    {
      chain: 'KUBE-SERVICES',
      rule: '-d 10.96.0.10/32 -p tcp -m comment --comment "default/web has no endpoints" -m tcp --dport 80 -j REJECT',
    },
  ],
  [
    'kept-firewalld',
    { family: 'inet', table: 'firewalld', chain: 'filter_FORWARD', rule: 'reject with icmpx admin-prohibited' },
  ],
  ['kept-ufw', { chain: 'ufw-user-forward', rule: '-s 10.1.0.2/32 -j DROP' }],
] as const)('%s, and no rule to be deleted', (key, where) => {
  const by = verdict(where.chain, where.rule, where)
  expect(found(by, [], /reject/i.test(where.rule) ? firewallReject : firewallDrop)).toMatchObject({ key, fix: null })
})

test('rules of a keeper that change a packet are left alone as well', () => {
  const live = routed()
  const scene = sceneOf(live, [])
  for (const chain of ['DOCKER', 'KUBE-MARK-MASQ', 'NETAVARK-HOSTPORT-SETMARK', 'CNI-HOSTPORT-SETMARK', 'LIBVIRT_PRT'])
    expect(withoutRule(scene, verdict(chain, '-j TTL --ttl-set 1', { table: 'mangle' }))).toBeNull()
  expect(withoutRule(scene, verdict('PREROUTING', '-j TTL --ttl-set 1', { table: 'mangle' }))).not.toBeNull()
  expect(loweredBy(scene, 64)).toBeNull()
})

test('names that only look like it are nobody’s', () => {
  for (const chain of ['DOCKERS', 'MY-DOCKER', 'KUBERNETES', 'CNI', 'FORWARD', 'docker'])
    expect(keeperOfChain({ table: 'filter', chain }), chain).toBeNull()
})
