/**
 * Programs that keep rules of their own in a machine's firewall: which chains and tables are whose. What such a program has
 * written it writes again, when it starts or whenever something of its changes, so nobody else's deleting lasts.
 */
import type { IptablesRule } from './state.js'

export type RuleKeeper = 'docker' | 'podman' | 'cni' | 'libvirt' | 'kubernetes' | 'firewalld' | 'ufw'

/** As its own people write it. */
export const keeperNames: Readonly<Record<RuleKeeper, string>> = {
  ...{ docker: 'Docker', podman: 'Podman', cni: 'CNI', libvirt: 'libvirt', kubernetes: 'Kubernetes' },
  ...{ firewalld: 'firewalld', ufw: 'ufw' },
}

interface Keeping {
  readonly keeper: RuleKeeper
  /** Of iptables, in whichever table. */
  readonly chains: RegExp | null
  /** Of nftables, in whichever family. */
  readonly tables: readonly string[]
  /** Chains that it asks and leaves to the administrator. */
  readonly open: readonly string[]
  /** It makes bridges for containers or virtual machines, and hides who is on them. */
  readonly hasBridges: boolean
}

const keepings: readonly Keeping[] = [
  // docs.docker.com/engine/network/firewall-iptables and firewall-nftables
  { keeper: 'docker', chains: /^DOCKER(?:-|$)/, tables: ['docker-bridges'], open: ['DOCKER-USER'], hasBridges: true },
  // netavark, src/firewall/varktables/types.rs and src/firewall/nft.rs
  { keeper: 'podman', chains: /^NETAVARK[-_]/, tables: ['netavark'], open: [], hasBridges: true },
  // Plugins bridge, firewall and portmap of containernetworking
  { keeper: 'cni', chains: /^CNI-/, tables: ['cni_hostport'], open: ['CNI-ADMIN'], hasBridges: true },
  // libvirt.org/firewall.html
  { keeper: 'libvirt', chains: /^LIBVIRT_/, tables: ['libvirt_network'], open: [], hasBridges: true },
  { keeper: 'kubernetes', chains: /^KUBE-/, tables: ['kube-proxy'], open: [], hasBridges: false },
  { keeper: 'firewalld', chains: null, tables: ['firewalld'], open: [], hasBridges: false },
  { keeper: 'ufw', chains: /^ufw6?-/, tables: [], open: [], hasBridges: false },
]

const keeps = ({ chains, open }: Keeping, chain: string): boolean =>
  chains !== null && chains.test(chain) && !open.includes(chain)

/** Who keeps a chain; null for the kernel's own, and for those of an administrator. */
export const keeperOfChain = ({
  table,
  chain,
}: {
  readonly table: string
  readonly chain: string
}): RuleKeeper | null => keepings.find((each) => each.tables.includes(table) || keeps(each, chain))?.keeper ?? null

const target = (rule: string): string | undefined => / ?-j (\S+)/.exec(rule)?.[1]

/** Whether the rule is about an interface in a chain of such a program, or leads to such a chain for it. */
function speaksOf({ chain, rule }: IptablesRule, name: string, keeping: Keeping): boolean {
  if (rule === null) return false
  const words = rule.split(' ')
  const about = words.some((word, at) => (word === '-i' || word === '-o') && words[at + 1] === name)
  return about && (keeps(keeping, chain) || keeps(keeping, target(rule) ?? ''))
}

/** What shows that a bridge is kept by a program which hides what is on it. */
export interface KeptBridge {
  readonly keeper: RuleKeeper
  readonly by: IptablesRule
}

export function keptBridge(rules: readonly IptablesRule[], name: string): KeptBridge | null {
  for (const keeping of keepings) {
    const by = keeping.hasBridges ? rules.find((each) => speaksOf(each, name, keeping)) : undefined
    if (by) return { keeper: keeping.keeper, by }
  }
  return null
}

/** What Docker writes into chains of the kernel: bridges whose containers it keeps apart, and ways around a published port. */
const apart = /^-i (\S+) -o (\S+) -j DROP$/
const direct = /^-d \S+ ! -i (\S+) -j DROP$/

/**
 * Who keeps a rule, in whichever chain it stands.
 * @param all the rules of its namespace
 */
export function keeperOfRule(
  { table, chain, rule }: { readonly table: string; readonly chain: string; readonly rule: string | null },
  all: readonly IptablesRule[],
): RuleKeeper | null {
  const keeper = keeperOfChain({ table, chain })
  if (keeper !== null || rule === null) return keeper
  // kube-proxy's words for a Service without one (pkg/proxy/iptables/proxier.go).
  if (/--comment "[^"]* has no (?:local )?endpoints"/.test(rule)) return 'kubernetes'
  const isDockers = (name: string | undefined): boolean =>
    name !== undefined && keptBridge(all, name)?.keeper === 'docker'
  const [, from, to] = (table === 'filter' && chain === 'FORWARD' && apart.exec(rule)) || []
  // Where it lets them talk it says so in the same place, and the rule is somebody else's.
  const lets = (name: string): boolean => all.some((each) => each.rule === `-i ${name} -o ${name} -j ACCEPT`)
  if (from !== undefined && from === to && isDockers(from) && !lets(from)) return 'docker'
  const [, bridge] = (table === 'raw' && chain === 'PREROUTING' && direct.exec(rule)) || []
  return isDockers(bridge) ? 'docker' : null
}

/**
 * The chain that an administrator's own rules belong into, where Docker forwards: it is asked before all that Docker keeps.
 * @returns null where there is none, or FORWARD does not lead to it
 */
export const chainForOwnRules = (
  all: readonly IptablesRule[],
  { family, engine }: Pick<IptablesRule, 'family' | 'engine'>,
): string | null =>
  all.some(
    (each) =>
      each.family === family && each.engine === engine && each.chain === 'FORWARD' && each.rule === '-j DOCKER-USER',
  )
    ? 'DOCKER-USER'
    : null
