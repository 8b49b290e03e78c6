/**
 * The machine's own namespace as the planner may see it: what the lab owns there, and nothing else. A planner that does
 * not see a link, a route or a rule can neither change nor remove it; and where it makes something under a name that is
 * taken, the kernel refuses (NLM_F_EXCL) and nothing has happened.
 */
import { hostNamespace } from '../lab/lab.js'
import { netnsFileMark } from '../lab/netns-files.js'
import type { IptablesRule, LiveNamespace, LiveState } from '../live/state.js'
import { isKernelAddress } from '../plan/live-index.js'
import { routeMark, ruleMark } from '../plan/marks.js'

/** What the journal proves to be the lab's. */
export interface Own {
  /** Of the lab whose rules are ours; null while none is deployed. */
  readonly lab: string | null
  readonly namespaces: ReadonlySet<string>
  /** Links of `host`. */
  readonly links: ReadonlySet<string>
  /** On links of `host` that are not ours: `DEV ADDRESS/LENGTH`. */
  readonly addresses: ReadonlySet<string>
}

export const nothingOwn: Own = { lab: null, namespaces: new Set(), links: new Set(), addresses: new Set() }

export const isMarkedRoute = ({ protocol }: { readonly protocol: string }): boolean => protocol === String(routeMark)

export function isMarkedRule({ rule }: IptablesRule, lab: string | null): boolean {
  if (rule === null || lab === null) return false
  const comment = /(?:^| )-m comment --comment (?:"([^"]*)"|(\S+))/.exec(rule)
  return (comment?.[1] ?? comment?.[2]) === ruleMark(lab)
}

export function ownView(live: LiveState, own: Own): LiveState {
  const namespaces = live.namespaces.flatMap((namespace) => {
    if (namespace.name === hostNamespace) return [ownHost(namespace, own)]
    return own.namespaces.has(namespace.name) ? [withOwnFiles(namespace)] : []
  })
  return { ...live, namespaces }
}

/** A file of the same name may have been there for long. */
function withOwnFiles({ files = {}, ...namespace }: LiveNamespace): LiveNamespace {
  const ours = Object.entries(files).filter(([, text]) => text.startsWith(`${netnsFileMark}\n`))
  return ours.length > 0 ? { ...namespace, files: Object.fromEntries(ours) } : namespace
}

function ownHost(host: LiveNamespace, own: Own): LiveNamespace {
  const onOwn = ({ dev }: { readonly dev: string | null }): boolean => dev !== null && own.links.has(dev)
  return {
    ...host,
    links: host.links.filter(({ name, kind }) => kind === 'loopback' || own.links.has(name)),
    addresses: host.addresses.filter(
      (each) =>
        onOwn(each) || own.addresses.has(`${each.dev} ${each.address}`) || (each.dev === 'lo' && isKernelAddress(each)),
    ),
    routes: host.routes.filter((route) => onOwn(route) || isMarkedRoute(route)),
    rules: host.rules.filter(isMarkedRoute),
    neighbours: host.neighbours.filter(onOwn),
    proxies: (host.proxies ?? []).filter(onOwn),
    fdb: host.fdb.filter(onOwn),
    ruleset: { nft: [], iptables: host.ruleset.iptables.filter((rule) => isMarkedRule(rule, own.lab)) },
  }
}

/** The other half: the machine as it is without the lab. */
export function withoutOwn(live: LiveState, own: Own): LiveState {
  const ours = ({ dev }: { readonly dev: string | null }): boolean => dev !== null && own.links.has(dev)
  const namespaces = live.namespaces.flatMap((namespace) => {
    if (namespace.name !== hostNamespace) return own.namespaces.has(namespace.name) ? [] : [namespace]
    const { links, addresses, routes, rules, ruleset } = namespace
    return [
      {
        ...namespace,
        links: links.filter(({ name }) => !own.links.has(name)),
        addresses: addresses.filter((each) => !ours(each) && !own.addresses.has(`${each.dev} ${each.address}`)),
        routes: routes.filter((route) => !ours(route) && !isMarkedRoute(route)),
        rules: rules.filter((rule) => !isMarkedRoute(rule)),
        ruleset: { ...ruleset, iptables: ruleset.iptables.filter((rule) => !isMarkedRule(rule, own.lab)) },
      },
    ]
  })
  return { ...live, namespaces }
}

/** Routes of the machine itself: neither ours nor the kernel's own doing for an address of ours. */
export const foreignRoutes = (host: LiveNamespace, own: Own): LiveNamespace['routes'] =>
  host.routes.filter((route) => !isMarkedRoute(route) && !(route.dev !== null && own.links.has(route.dev)))
