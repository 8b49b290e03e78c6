/**
 * Where the kernel is no longer what was deployed: one entry per object that somebody changed in a terminal, with the
 * commands that would put it back. Pure.
 */
import { diff } from '../plan/diff.js'
import type { Lab } from '../lab/lab.js'
import { socketText } from '../lab/service.js'
import { mainTable, tableEntry } from '../lab/table.js'
import type { LiveState } from '../live/state.js'
import { policyRuleWords } from '../plan/text.js'
import type { PlannedStep, Step } from '../plan/step.js'

/** `extra`: only the kernel has it. `missing`: only the lab has it. `changed`: both, with different values. */
export type DifferenceKind = 'extra' | 'missing' | 'changed'

export interface Difference {
  readonly id: string
  readonly kind: DifferenceKind
  readonly namespace: string
  /** In kernel words, e.g. `address 10.0.0.1/24 dev veth0`. */
  readonly what: string
  /** Carried out in this order, they put the object back. */
  readonly steps: readonly PlannedStep[]
}

/** More rows than anybody reads; beyond them the lab is another one, and deploying it again is the answer. */
const maxDifferences = 500

/**
 * @param lab what is open, so that an object that was just kept is no longer listed
 * @param standing what was last built
 */
export function differences(lab: Lab, standing: Lab, live: LiveState): readonly Difference[] {
  const wanted = diff(lab, live, { former: 'everything' })
  if (wanted.length === 0) return []
  // What only the open lab asks for is an edit that is not deployed yet; what only the standing one asked for is kept.
  const undone = new Set(diff(standing, live, { former: 'everything' }).map(({ text }) => text))
  const found = new Map<string, PlannedStep[]>()
  for (const planned of wanted) {
    if (!undone.has(planned.text)) continue
    const owner = objectOf(planned.step, found)
    found.set(owner, [...(found.get(owner) ?? []), planned])
  }
  return [...found].slice(0, maxDifferences).map(([id, steps]) => describe(id, steps))
}

const namespaceKey = (name: string): string => `namespace ${name}`
const linkKey = (namespace: string, name: string): string => `link ${namespace} ${name}`

/** The object a step belongs to: what is made or removed as a whole takes everything on it along. */
function objectOf(step: Step, known: ReadonlyMap<string, unknown>): string {
  const whole = namespaceKey(step.namespace)
  if (step.op === 'namespace-add' || step.op === 'namespace-delete' || known.has(whole)) return whole
  switch (step.op) {
    case 'veth-add': {
      const peer = namespaceKey(step.peer.namespace)
      return known.has(peer) ? peer : linkKey(step.namespace, step.name)
    }
    case 'bridge-add':
    case 'vxlan-add':
    case 'tunnel-add':
    case 'wireguard-add':
    case 'dummy-add':
    case 'vlan-add':
    case 'share-add':
    case 'bond-add':
    case 'vrf-add':
    case 'link-delete':
      return linkKey(step.namespace, step.name)
    case 'link-up':
    case 'link-down':
    case 'link-mtu':
    case 'link-mac':
    case 'link-master':
    case 'bridge-stp':
    case 'bond-primary':
    case 'bridge-set':
      return withLink(step.namespace, step.name, known) ?? `${step.op} ${step.namespace} ${step.name}`
    case 'link-set':
    case 'port-set':
      return withLink(step.namespace, step.name, known) ?? `${step.op} ${step.namespace} ${step.name} ${step.setting}`
    case 'port-vlan-add':
    case 'port-vlan-delete':
      return withLink(step.namespace, step.name, known) ?? `port-vlan ${step.namespace} ${step.name} ${step.vlan.id}`
    case 'wireguard-key':
    case 'wireguard-listen':
    case 'wireguard-peer-set':
    case 'wireguard-peer-delete':
      return withLink(step.namespace, step.name, known) ?? `wireguard ${step.namespace} ${step.name}`
    case 'vxlan-fdb-add':
    case 'vxlan-fdb-delete':
      return (
        withLink(step.namespace, step.name, known) ?? `fdb ${step.namespace} ${step.name} ${step.mac} ${step.remote}`
      )
    case 'address-add':
    case 'address-delete':
      return withLink(step.namespace, step.dev, known) ?? `address ${step.namespace} ${step.dev} ${step.address}`
    case 'impair-set':
      return withLink(step.namespace, step.dev, known) ?? `impair ${step.namespace} ${step.dev}`
    case 'route-add':
    case 'route-delete': {
      const { to, via, dev, metric, table = mainTable } = step.route
      return `route ${step.namespace} ${table} ${to} ${via ?? ''} ${dev ?? ''} ${metric ?? ''}`
    }
    case 'policy-rule-add':
    case 'policy-rule-delete':
      return `policy-rule ${step.namespace} ${step.rule.family} ${policyRuleWords(step.rule).join(' ')}`
    case 'neighbour-add':
    case 'neighbour-delete': {
      const { address, dev, mac } = step.neighbour
      return withLink(step.namespace, dev, known) ?? `neighbour ${step.namespace} ${dev} ${address} ${mac === null}`
    }
    case 'sysctl-set':
      return `sysctl ${step.namespace} ${step.key}`
    case 'nat-add':
    case 'nat-delete':
    case 'firewall-add':
    case 'firewall-delete':
      return `rule ${step.namespace} ${JSON.stringify(step.rule)}`
    case 'netns-file':
      return `netns-file ${step.namespace} ${step.file}`
    case 'ruleset-load':
      return `ruleset ${step.namespace} ${step.kind}`
    case 'policy-set':
      return `policy ${step.namespace} ${step.family} ${step.chain}`
    case 'service-start':
    case 'service-stop':
      return `service ${step.namespace} ${socketText(step.service)}`
    case 'dnsmasq-start':
    case 'dnsmasq-stop':
      return `dnsmasq ${step.namespace}`
    case 'dhcp-start':
    case 'dhcp-stop':
      return withLink(step.namespace, step.dev, known) ?? `dhcp ${step.namespace} ${step.dev}`
  }
}

function withLink(namespace: string, name: string, known: ReadonlyMap<string, unknown>): string | null {
  const key = linkKey(namespace, name)
  return known.has(key) ? key : null
}

function describe(id: string, steps: readonly PlannedStep[]): Difference {
  const [first] = steps as [PlannedStep, ...PlannedStep[]]
  const { step } = first
  const one = steps.length === 1
  return {
    id,
    namespace: step.namespace,
    steps,
    kind: kindOf(step, one ? null : (steps.at(-1)?.step ?? null)),
    what: words(step),
  }
}

function kindOf(step: Step, last: Step | null): DifferenceKind {
  const adds = (each: Step): boolean =>
    /-add$|-start$/.test(each.op) || (each.op === 'netns-file' && each.before === null)
  const removes = (each: Step): boolean =>
    /-delete$|-stop$/.test(each.op) || (each.op === 'netns-file' && each.text === null)
  if (removes(step)) return last && adds(last) ? 'changed' : 'extra'
  return adds(step) ? 'missing' : 'changed'
}

/** The object in the words of the kernel's own tools. */
function words(step: Step): string {
  switch (step.op) {
    case 'namespace-add':
    case 'namespace-delete':
      return `netns ${step.namespace}`
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
    case 'link-delete':
    case 'bond-primary':
    case 'bridge-stp':
      return `link ${step.name}`
    case 'link-up':
      return `link ${step.name} down`
    case 'link-down':
      return `link ${step.name} up`
    case 'link-mtu':
      return `link ${step.name} mtu ${step.before}`
    case 'link-mac':
      return `link ${step.name} address ${step.before}`
    case 'link-master':
      return step.before === null ? `link ${step.name} nomaster` : `link ${step.name} master ${step.before}`
    case 'bridge-set':
    case 'link-set':
    case 'port-set':
      return `link ${step.name} ${step.setting} ${step.before}`
    case 'port-vlan-add':
    case 'port-vlan-delete':
      return `vlan ${step.vlan.id} dev ${step.name}`
    case 'wireguard-key':
      return `wg ${step.name} key`
    case 'wireguard-listen':
      return `wg ${step.name} listen-port ${step.before}`
    case 'wireguard-peer-set':
    case 'wireguard-peer-delete':
      return `wg ${step.name} peer ${step.of?.namespace ?? step.publicKey ?? ''}`
    case 'vxlan-fdb-add':
    case 'vxlan-fdb-delete':
      return `fdb ${step.mac} dev ${step.name} dst ${step.remote}`
    case 'address-add':
    case 'address-delete':
      return `addr ${step.address} dev ${step.dev}`
    case 'route-add':
    case 'route-delete': {
      const { to, via, dev, type, table = mainTable, nexthops = [] } = step.route
      const prefix = to === '0.0.0.0/0' || to === '::/0' ? 'default' : to
      return `route ${type === 'unicast' ? '' : `${type} `}${prefix}${via === null ? '' : ` via ${via}`}${dev === null ? '' : ` dev ${dev}`}${nexthops.map((hop) => ` nexthop via ${hop.via ?? hop.dev ?? ''}`).join('')}${
        table === mainTable ? '' : ` table ${tableEntry(table)}`
      }`
    }
    case 'policy-rule-add':
    case 'policy-rule-delete':
      return `rule ${policyRuleWords(step.rule).join(' ')}`
    case 'neighbour-add':
    case 'neighbour-delete': {
      const { address, dev, mac } = step.neighbour
      return `neigh ${mac === null ? 'proxy ' : ''}${address} dev ${dev}`
    }
    case 'sysctl-set':
      return step.before === null ? step.key : `${step.key} = ${step.before}`
    case 'impair-set':
      return `qdisc dev ${step.dev}`
    case 'nat-add':
    case 'nat-delete':
    case 'firewall-add':
    case 'firewall-delete': {
      const { rule } = step
      return 'kind' in rule ? `nat ${rule.kind}` : `${rule.chain} ${rule.action}`
    }
    case 'netns-file':
      return step.file
    case 'ruleset-load':
      return step.kind === 'nft' ? 'nft ruleset' : `${step.kind} rules`
    case 'policy-set':
      return `${step.chain} policy ${step.before}`
    case 'service-start':
    case 'service-stop':
      return socketText(step.service)
    case 'dnsmasq-start':
    case 'dnsmasq-stop':
      return 'dnsmasq'
    case 'dhcp-start':
    case 'dhcp-stop':
      return `dhcp ${step.dev}`
  }
}
