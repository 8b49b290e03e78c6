/** What keeps the lab's packets from passing the machine's own firewall: FORWARD, and bridges that call it. */
import type { Family } from '../../lab/lab.js'
import { nftChains } from '../../live/nft-chains.js'
import { chainForOwnRules } from '../../live/rule-keepers.js'
import { ruleMark } from '../../plan/marks.js'
import { isMarkedRule } from '../own-view.js'
import { bridgeNetfilterKeys, hasBridge } from '../../plan/sysctls.js'
import {
  finding,
  hostInterfaces,
  hostOf,
  labHost,
  type Engine,
  type Finder,
  type Finding,
  type HostChange,
  type HostFacts,
} from '../facts.js'
import { said } from '../../words/said.js'

/** ARP has chains of its own, which nobody fills. */
const filterKeys = bridgeNetfilterKeys.filter((key) => !key.endsWith('arptables'))

const callsIptables = ({ sysctl }: HostFacts): boolean => filterKeys.some((key) => sysctl(key) === '1')

function usesForward(facts: HostFacts): boolean {
  const host = labHost(facts.placed)
  if (!host || hostInterfaces(facts.placed).length === 0) return false
  const forwards = host.forwarding ?? facts.sysctl('net.ipv4.ip_forward') === '1'
  return forwards || (hasBridge(host) && callsIptables(facts))
}

export const forwardPolicy: Finder = function* (facts) {
  if (!usesForward(facts)) return
  const families: readonly Family[] = facts.placed.ipv6 ? ['ipv4', 'ipv6'] : ['ipv4']
  for (const family of families)
    for (const engine of ['nft', 'legacy'] as const)
      if (drops(facts, family, engine)) yield* iptablesDrops(facts, family, engine)
  yield* nftDrops(facts)
}

const filterForward = ({ live }: HostFacts, family: Family, engine: Engine) =>
  (hostOf({ live })?.ruleset.iptables ?? []).filter(
    (rule) => rule.family === family && rule.engine === engine && rule.table === 'filter' && rule.chain === 'FORWARD',
  )

/** By its policy, or by a last rule that takes everything, as on Red Hat's systems. */
const drops = (facts: HostFacts, family: Family, engine: Engine): boolean =>
  filterForward(facts, family, engine).some(
    ({ policy, rule }) => policy === 'DROP' || (rule !== null && /^-j (?:DROP|REJECT)\b/.test(rule)),
  )

function* iptablesDrops(facts: HostFacts, family: Family, engine: Engine): Iterable<Finding> {
  const { live, placed, engine: usual } = facts
  const plain = family === 'ipv4' ? 'iptables' : 'ip6tables'
  const program = engine === usual ? plain : `${plain}-${engine}`
  const open = chainForOwnRules(hostOf({ live })?.ruleset.iptables ?? [], { family, engine })
  const chain = open ?? 'FORWARD'
  const mark = ['-m', 'comment', '--comment', ruleMark(placed.name)]
  const ends = hostInterfaces(placed).filter(({ master }) => master === null)
  const there = (hostOf({ live })?.ruleset.iptables ?? []).filter(
    (rule) =>
      rule.engine === engine && rule.family === family && rule.chain === chain && isMarkedRule(rule, placed.name),
  )
  const missing = ends.flatMap(({ name }) =>
    ['-o', '-i'].flatMap((side) =>
      there.some(({ rule }) => rule?.startsWith(`${side} ${name} `)) ? [] : [[side, name] as const],
    ),
  )
  // Let through already, by the remedy of an earlier deploy.
  if (missing.length === 0) return
  const changes = missing.map(([side, name]): HostChange => ({
    ...{ op: 'rule-insert', family, engine, program, table: 'filter', chain },
    words: [side, name, ...mark, '-j', 'ACCEPT'],
  }))
  yield finding(
    'warns',
    'forward-drop',
    `${program} FORWARD`,
    said`The firewall of this machine drops what it forwards (${open !== null ? said`Docker sets it so` : said`its FORWARD chain`}); the lab's packets would not pass. Let those of the lab's interfaces through while it runs.`,
    [{ program, words: ['-S', 'FORWARD'] }],
    { when: 'before', changes },
  )
}

/** Chains beside those of iptables-nft: a packet must be accepted by every one, so no rule elsewhere helps. */
function* nftDrops({ live }: HostFacts): Iterable<Finding> {
  for (const { family, table, name, hook, policy } of nftChains(hostOf({ live })?.ruleset ?? { nft: [] })) {
    if (hook !== 'forward' || policy !== 'drop') continue
    if ((family === 'ip' || family === 'ip6') && table === 'filter' && name === 'FORWARD') continue
    yield finding(
      'warns',
      'forward-drop-nft',
      `${family} ${table} ${name}`,
      said`The nftables chain ${name} of the table ${family} ${table} drops what it does not know; the lab's packets may not pass. Add a rule for the lab's interfaces to it, or to the program that keeps it.`,
      [{ program: 'nft', words: ['list', 'chain', family, table, name] }],
    )
  }
}

export const bridgeNetfilter: Finder = function* (facts) {
  const host = labHost(facts.placed)
  if (!host || !hasBridge(host)) return
  const on = filterKeys.filter((key) => facts.sysctl(key) === '1')
  if (!callsIptables(facts) || facts.plan.some(({ step }) => step.op === 'sysctl-set' && step.key === on[0])) return
  yield finding(
    'warns',
    'bridge-netfilter',
    'host',
    said`Frames that only cross a bridge pass the firewall of this machine too (br_netfilter); a FORWARD chain that drops them makes the bridge look dead. Switch that off while the lab runs, unless containers rely on it.`,
    on.map((key) => ({ program: 'sysctl', words: [key] })),
    { when: 'before', changes: on.map((key) => ({ op: 'sysctl-set', key, value: '0', before: '1' })) },
  )
}
