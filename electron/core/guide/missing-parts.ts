/** Whether the kernel has what a step of a guide asks for. Only what the step names counts; everything else may differ. */
import { canonicalPrefix } from '../../electron/core/lab/address.js'
import { parseEndpoint } from '../../electron/core/lab/endpoint.js'
import { normaliseFirewall, normaliseNat, normaliseRoutes } from '../../electron/core/lab/normalise-rules.js'
import type { GuideStep, LabFile } from '../../electron/core/lab/schema.js'
import { dottedSysctl } from '../../electron/core/lab/sysctl.js'
import type { LiveLink, LiveNamespace, LiveState } from '../../electron/core/live/state.js'
import { liveRuleValue, spellFirewall, spellNat } from '../../electron/core/plan/rules.js'

type Wanted = NonNullable<GuideStep['done']>
type NamespaceEntry = NonNullable<NonNullable<LabFile['namespaces']>[string]>
type InterfaceEntry = NonNullable<NonNullable<NamespaceEntry['interfaces']>[string]>

/** Checks are no part of it: those are asked of the network, not read from it. */
export function hasParts(wanted: Wanted, live: LiveState): boolean {
  const byName = new Map(live.namespaces.map((each) => [each.name, each]))
  return hasNamespaces(wanted.namespaces, byName) && (wanted.links ?? []).every((link) => hasLink(link, byName))
}

type ByName = ReadonlyMap<string, LiveNamespace>

function hasNamespaces(wanted: Wanted['namespaces'], live: ByName): boolean {
  if (!wanted) return true
  if (Array.isArray(wanted)) return wanted.every((name) => live.has(name))
  return Object.entries(wanted).every(([name, entry]) => {
    const there = live.get(name)
    return there !== undefined && hasEntry(entry ?? {}, there)
  })
}

function hasEntry(wanted: NamespaceEntry, live: LiveNamespace): boolean {
  return (
    (wanted.forwarding === undefined || live.sysctls['net.ipv4.ip_forward'] === (wanted.forwarding ? '1' : '0')) &&
    Object.entries(wanted.bridges ?? {}).every(([name, entry]) => hasBridge(name, entry ?? {}, live)) &&
    Object.entries(wanted.interfaces ?? {}).every(([name, entry]) => hasInterface(name, entry ?? {}, live) !== null) &&
    hasRoutes(wanted, live) &&
    hasRules(wanted, live) &&
    Object.entries(wanted.sysctls ?? {}).every(([key, value]) => {
      const dotted = dottedSysctl(key)
      return dotted !== null && live.sysctls[dotted]?.replace(/\s+/g, ' ') === String(value).replace(/\s+/g, ' ')
    }) &&
    (wanted.services ?? []).every(({ listen, port }) =>
      live.services.some((each) => each.listen === listen && each.port === port),
    )
  )
}

function hasInterface(name: string, wanted: InterfaceEntry, live: LiveNamespace): LiveLink | null {
  const link = live.links.find((each) => each.name === name)
  if (!link) return null
  const addresses = live.addresses.filter(({ dev }) => dev === name).map(({ address }) => address)
  const fits =
    (wanted.addresses ?? []).every((address) => addresses.includes(canonicalPrefix(address) ?? address)) &&
    (wanted.up === undefined || link.up === wanted.up) &&
    (wanted.mtu === undefined || link.mtu === wanted.mtu) &&
    (wanted.mac === undefined || link.mac === wanted.mac.toLowerCase())
  return fits ? link : null
}

function hasBridge(
  name: string,
  wanted: NonNullable<NonNullable<NamespaceEntry['bridges']>[string]>,
  live: LiveNamespace,
): boolean {
  const link = hasInterface(name, wanted, live)
  if (link?.kind !== 'bridge') return false
  if (wanted.stp !== undefined && link.bridge?.stp !== wanted.stp) return false
  return (wanted.ports ?? []).every((port) => live.links.find((each) => each.name === port)?.master === name)
}

function hasRoutes(wanted: NamespaceEntry, live: LiveNamespace): boolean {
  return normaliseRoutes(wanted).every((route) =>
    live.routes.some(
      (each) =>
        each.to === route.to &&
        each.type === route.type &&
        (route.via === null || each.via === route.via) &&
        (route.dev === null || each.dev === route.dev) &&
        (route.metric === null || each.metric === route.metric),
    ),
  )
}

function hasRules(wanted: NamespaceEntry, live: LiveNamespace): boolean {
  const nat = normaliseNat(wanted).map((rule) => spellNat(rule))
  const firewall = normaliseFirewall(wanted, false).map((rule) => spellFirewall(rule, rule.families[0] ?? 'ipv4'))
  return [...nat, ...firewall].every((spelling) =>
    live.ruleset.iptables.some(
      ({ family, table, chain, rule }) =>
        family === spelling.family &&
        table === spelling.table &&
        chain === spelling.chain &&
        rule !== null &&
        liveRuleValue(rule) === spelling.saved,
    ),
  )
}

function hasLink(wanted: NonNullable<Wanted['links']>[number], live: ByName): boolean {
  const [a, b] = (Array.isArray(wanted) ? wanted : wanted.ends).map(parseEndpoint)
  if (!a || !b) return false
  const near = live.get(a.namespace)?.links.find(({ name }) => name === a.interface)
  const far = live.get(b.namespace)?.links.find(({ name }) => name === b.interface)
  return near?.peer?.namespace === b.namespace && far !== undefined && near.peer.index === far.index
}
