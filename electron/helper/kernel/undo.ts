/**
 * Takes away what was made in the machine's own namespace, each thing only while it is still that thing: a link by its
 * number or the MAC it was made with, a route by its mark, a namespace by its cookie. Everything may be gone already, or may never have
 * come to be; then there is nothing to do. So it can be broken off anywhere and done again.
 */
import { lstatSync, statfsSync } from 'node:fs'
import { hostNamespace } from '../../core/lab/lab.js'
import { namedForDeletion } from '../../core/plan/route-metric.js'
import * as libc from './libc.js'
import { ENODEV, ENOENT, Refusal } from './errno.js'
import { NSFS_MAGIC, type Namespaces } from './namespaces.js'
import type { Made, UndoneThing } from './protocol.js'
import { addAddress, deleteAddress, dumpAddresses } from './rtnetlink/address.js'
import * as link from './rtnetlink/link.js'
import { dumpLinks, type DumpedLink } from './rtnetlink/link-dump.js'
import { deleteRoute } from './rtnetlink/route.js'
import { deleteRule } from './rtnetlink/rule.js'

/** No such route (ip_fib), no such address. */
const ESRCH = 3
const EADDRNOTAVAIL = 99
/**
 * The file system's clock ticks with the kernel (at least every 10 ms, CONFIG_HZ=100), the journal's runs freely: so much
 * earlier may a file seem to be than the entry before it (milliseconds).
 */
const clockTickMs = 20

export function undoMade(namespaces: Namespaces, made: Made): UndoneThing[] {
  return [
    ...made.policyRules.map((rule) => undoRule(namespaces, rule)),
    ...made.routes.map((route) => undoRoute(namespaces, route)),
    ...made.addresses.map((address) => undoAddress(namespaces, address)),
    ...undoLinks(namespaces, made.links),
    ...made.namespaces.map((namespace) => undoNamespace(namespaces, namespace)),
  ]
}

const verdict = (step: UndoneThing['step'], refusal: Refusal | null, gone: readonly number[]): UndoneThing => ({
  step,
  outcome: refusal === null ? 'undone' : gone.includes(refusal.errno) ? 'gone' : 'refused',
  words: refusal?.message ?? null,
})

/** Only a rule that carries the mark is taken. */
function undoRule({ host }: Namespaces, rule: Made['policyRules'][number]): UndoneThing {
  const step = { op: 'policy-rule-delete', namespace: hostNamespace, rule } as const
  return verdict(step, deleteRule(host.requests, rule), [ENOENT])
}

function undoRoute({ host }: Namespaces, made: Made['routes'][number]): UndoneThing {
  const route = namedForDeletion(made)
  const step = { op: 'route-delete', namespace: hostNamespace, route } as const
  const index = route.dev === null ? null : link.linkIndex(host.requests, route.dev)
  const refusal = index instanceof Refusal ? index : deleteRoute(host.requests, route, index)
  return verdict(step, refusal, [ESRCH, ENODEV])
}

/** The kernel takes secondary addresses along with their primary one; those are somebody else's, and are given again. */
function undoAddress({ host }: Namespaces, { dev, address }: Made['addresses'][number]): UndoneThing {
  const step = {
    op: 'address-delete',
    namespace: hostNamespace,
    dev,
    address,
    family: address.includes(':') ? 'ipv6' : 'ipv4',
  } as const
  const index = link.linkIndex(host.requests, dev)
  if (index instanceof Refusal) return verdict(step, index, [ENODEV])
  const here = (): string[] => {
    const all = dumpAddresses(host.requests)
    return all instanceof Refusal ? [] : all.filter((each) => each.index === index).map((each) => each.address)
  }
  const before = here()
  const result = verdict(step, deleteAddress(host.requests, index, address), [EADDRNOTAVAIL])
  const after = new Set(here())
  for (const other of before) if (other !== address && !after.has(other)) addAddress(host.requests, index, other)
  return result
}

function undoLinks({ host }: Namespaces, made: Made['links']): UndoneThing[] {
  const all = dumpLinks(host.requests)
  const steps = made.map(({ name }) => ({ op: 'link-delete', namespace: hostNamespace, name, restore: [] }) as const)
  if (all instanceof Refusal) return steps.map((step) => verdict(step, all, []))
  const byName = new Map(all.map((each) => [each.name, each]))
  const ours = (macs: readonly string[], there: DumpedLink): boolean => there.mac !== null && macs.includes(there.mac)
  /** By its number it is known under any name and with any MAC; else by both. */
  const find = ({ name, macs, indexes }: Made['links'][number]): DumpedLink | undefined => {
    const there = byName.get(name)
    return all.find(({ index }) => indexes.includes(index)) ?? (there && ours(macs, there) ? there : undefined)
  }
  const found = made.map(find)
  const refused = deleteAll(
    host.requests,
    found.filter((each) => each !== undefined),
  )
  return made.map(({ name, macs }, at): UndoneThing => {
    const step = steps[at] as UndoneThing['step']
    const known = found[at]
    if (known)
      return verdict({ ...step, name: known.name } as UndoneThing['step'], refused.get(known.index) ?? null, [ENODEV])
    const there = byName.get(name)
    if (there)
      return {
        step,
        outcome: 'foreign',
        words: `${name} is another link now (${there.kind}, ${there.mac ?? 'no MAC'})`,
      }
    const renamed = all.find((each) => ours(macs, each) && !made.some((other) => other.name === each.name))
    return renamed
      ? { step, outcome: 'foreign', words: `${name} may be called ${renamed.name} now` }
      : { step, outcome: 'gone', words: null }
  })
}

/** Together where there are several: one wait for the kernel's readers instead of one for each (~20 ms). */
function deleteAll(
  socket: Parameters<typeof link.deleteLinkAt>[0],
  doomed: readonly DumpedLink[],
): Map<number, Refusal> {
  const grouped =
    doomed.length > 1 && doomed.every(({ index }) => link.setLinkGroupAt(socket, index, link.doomedGroup) === null)
  if (grouped && link.deleteLinkGroup(socket, link.doomedGroup) === null) return new Map()
  const refused = new Map<number, Refusal>()
  for (const { index } of doomed) {
    const refusal = link.deleteLinkAt(socket, index)
    // With one end of a veth pair the other has gone.
    if (refusal && refusal.errno !== ENODEV) refused.set(index, refusal)
  }
  return refused
}

function undoNamespace(namespaces: Namespaces, { name, cookies, begun }: Made['namespaces'][number]): UndoneThing {
  const step = { op: 'namespace-delete', namespace: name } as const
  const path = namespaces.path(name)
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (!stats) return { step, outcome: 'gone', words: null }
  if (statfsSync(path).type !== NSFS_MAGIC) {
    // We were ended between making the file and binding the namespace to it. A file from before that is somebody else's.
    const half =
      stats.isFile() && stats.size === 0 && (stats.mode & 0o777) === 0 && stats.ctimeMs + clockTickMs >= begun
    if (!half) return { step, outcome: 'foreign', words: `${path} is a file that was not made by the lab` }
    return verdict(step, libc.unlink(path) === 0 ? null : libc.lastRefusal(), [ENOENT])
  }
  const cookie = cookieOf(namespaces, path)
  if (cookie instanceof Refusal) return verdict(step, cookie, [])
  if (!cookies.includes(cookie)) return { step, outcome: 'foreign', words: `${name} is another namespace now` }
  return verdict(step, namespaces.delete(name), [ENOENT])
}

/** Of the namespace that the name means at this moment, whatever was attached to under it. */
function cookieOf(namespaces: Namespaces, path: string): string | Refusal {
  const fd = libc.open(path, libc.O_RDONLY | libc.O_CLOEXEC, 0)
  if (fd < 0) return libc.lastRefusal()
  const cookie = namespaces.inside(fd, () => {
    const socket = libc.socket(libc.AF_NETLINK, libc.SOCK_RAW | libc.SOCK_CLOEXEC, 0)
    if (socket < 0) return libc.lastRefusal()
    const value = libc.getU64(socket, libc.SOL_SOCKET, libc.SO_NETNS_COOKIE)
    libc.close(socket)
    return value === null ? libc.lastRefusal() : value.toString()
  })
  libc.close(fd)
  return cookie
}
