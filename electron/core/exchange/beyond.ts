/**
 * What a script that was run has set and the live state does not hold: sysctls beyond those that are watched, and
 * IPsec. resources/script/look.sh reads all of it, in the script's namespaces and in a fresh one,
 * so that nothing need be known of a key to see that somebody has turned it.
 */
import { said, type Said } from '../words/said.js'
import { hostNamespace } from '../lab/lab.js'
import type { LabFile } from '../lab/schema.js'
import { dottedSysctl } from '../lab/sysctl.js'
import { usesIpv6 } from '../lab/ipv6.js'

interface Seen {
  /** By path below /proc/sys. */
  readonly settings: Map<string, string>
  /** One command or sentence each. */
  readonly rest: string[]
}

export interface Beyond {
  /** With the settings that a lab file can say. */
  readonly lab: LabFile
  /** What it has no words for. */
  readonly unexpressed: readonly Said[]
}

/** Values of one namespace and moment, or that the kernel makes up: nobody has set them. */
const ownOfKernel =
  /^net\/(?:netfilter\/nf_conntrack_(?:count|max|buckets)|ipv4\/tcp_fastopen_key|ipv6\/conf\/[^/]+\/(?:mtu|stable_secret))$/
/** Loopback, dummies and tunnels start with -1. */
const minusOne = /^net\/ipv6\/conf\/[^/]+\/(?:accept_dad|use_tempaddr)$/
/** Whoever writes to `all` writes to every other place. */
const spreading = /^net\/ipv[46]\/conf\/([^/]+)\/(?:forwarding|disable_ipv6|ignore_routes_with_linkdown)$/
/** What switching forwarding on does by itself. */
const byForwarding = /^net\/ipv4\/conf\/(?:all|default)\/(?:forwarding|accept_redirects)$/

/** Reads what look.sh has printed. */
function sections(text: string): Map<string, Seen> {
  const all = new Map<string, Seen>()
  let seen: Seen | null = null
  for (const line of text.split('\n')) {
    if (line.startsWith('@')) {
      seen = { settings: new Map(), rest: [] }
      all.set(line.slice(1), seen)
    } else if (seen && line.startsWith('./')) {
      // No name of an interface holds a colon.
      const [, path = '', value = ''] = /^\.\/([^:]+):(.*)$/.exec(line) ?? []
      if (path !== '') seen.settings.set(`net/${path}`, value.trim())
    } else if (seen && line !== '') {
      const [, xfrm] = /^xfrm (src .*)$/.exec(line) ?? []
      if (xfrm !== undefined) seen.rest.push(`ip xfrm policy or state for ${xfrm}`)
    }
  }
  return all
}

/** What somebody has turned, and not the kernel in consequence of something else. */
function turned({ settings }: Seen, fresh: Seen): [path: string, value: string][] {
  return [...settings].filter(([path, value]) => {
    if (ownOfKernel.test(path) || (minusOne.test(path) && value === '-1')) return false
    const [, before = '', where = '', after = ''] = /^(net\/\w+\/(?:conf|neigh)\/)([^/]+)(\/.*)$/.exec(path) ?? []
    const place = (other: string): string | undefined => settings.get(`${before}${other}${after}`)
    if (before !== '' && where !== 'all' && place('all') === value && spreading.test(path)) return false
    if (settings.get('net/ipv4/ip_forward') === '1' && byForwarding.test(path)) return false
    // An interface starts with a copy of `default`, whatever that is.
    const copied = where !== 'all' && where !== 'default' && where !== 'lo' ? place('default') : undefined
    const usual = copied ?? fresh.settings.get(path)
    return usual !== undefined && usual !== value
  })
}

/** A lab has habits of its own about these, which reading the kernel back takes care of. */
const habits = new Set([
  'net.ipv4.ip_forward',
  'net.ipv6.conf.all.forwarding',
  'net.ipv6.conf.all.disable_ipv6',
  'net.ipv6.conf.default.accept_dad',
])

/** Longest value that a lab file takes, characters. */
const maxValue = 256

/**
 * Adds to a lab that was read back what look.sh saw beyond it, and names what cannot be added.
 * @param printed null: nothing could be read, which is said
 */
export function withBeyond(lab: LabFile, printed: string | null): Beyond {
  const seen = printed === null ? new Map<string, Seen>() : sections(printed)
  const fresh = seen.get('=fresh')
  const ended = seen.has('=end')
  const unexpressed: Said[] =
    ended && fresh ? [] : [said`Settings that a lab does not watch: they could not all be read.`]
  if (!fresh) return { lab, unexpressed }
  const namespaces: NonNullable<LabFile['namespaces']> = { ...lab.namespaces }
  const speaksIpv6 = usesIpv6(lab)
  for (const [name, each] of seen) {
    if (name.startsWith('=')) continue
    unexpressed.push(...each.rest.map((what) => said`${name}: ${what}`))
    const entry = namespaces[name] ?? (name === hostNamespace ? {} : undefined)
    if (entry === undefined) continue
    const sysctls: Record<string, string | number> = { ...entry?.sysctls }
    for (const [path, value] of turned(each, fresh)) {
      const key = dottedSysctl(path)
      if (key === null || habits.has(key) || Object.hasOwn(sysctls, key)) continue
      const foreign = path.startsWith('net/ipv6/') && !speaksIpv6
      // In a lab that does not speak IPv6 it is off altogether.
      if (foreign && key.endsWith('.disable_ipv6')) continue
      if (foreign) unexpressed.push(said`${name}: sysctl ${key}=${value} (nothing in this network speaks IPv6)`)
      else if (value.length > maxValue || value === '') unexpressed.push(said`${name}: ${`sysctl ${key}=${value}`}`)
      else sysctls[key] = value
    }
    if (Object.keys(sysctls).length > Object.keys(entry?.sysctls ?? {}).length) namespaces[name] = { ...entry, sysctls }
  }
  return { lab: { ...lab, namespaces }, unexpressed }
}
