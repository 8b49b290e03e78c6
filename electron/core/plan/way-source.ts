/** By which interface packets leave for an address, and from which address the kernel sends them where nobody says so. */
import { containsAddress, parseAddress, type Address, type Prefix } from '../lab/address.js'

export interface WayRoute {
  readonly to: Prefix
  readonly via: string | null
  readonly dev: string
  readonly metric: number
  /** The address that the route itself names. */
  readonly source: string | null
}

export interface Ways {
  /** Of the main table, those of connected subnets too. */
  readonly routes: readonly WayRoute[]
  /** In the kernel's order. */
  readonly addresses: readonly { readonly dev: string; readonly prefix: Prefix }[]
}

/** Null where there is no way, or no address to send from. Asks no policy rules. */
export function wayTo(
  remote: Address,
  { routes, addresses }: Ways,
): { readonly dev: string; readonly source: string } | null {
  const [best] = routes
    .filter(({ to }) => to.family === remote.family && containsAddress(to, remote))
    .toSorted((a, b) => b.to.length - a.to.length || a.metric - b.metric)
  if (!best) return null
  const hop = parseAddress(best.via ?? remote.text) ?? remote
  const own = addresses.flatMap(({ dev, prefix }) =>
    dev === best.dev && prefix.family === remote.family ? [prefix] : [],
  )
  // IPv4: that of the next hop's subnet, else the first (inet_select_addr); IPv6: what has most in common (RFC 6724, rule 8).
  const chosen =
    remote.family === 'ipv4'
      ? (own.find((each) => containsAddress(each, hop)) ?? own[0])
      : own.toSorted((a, b) => commonBits(b, remote) - commonBits(a, remote))[0]
  const source = best.source ?? chosen?.text
  return source === undefined ? null : { dev: best.dev, source }
}

function commonBits(a: Address, b: Address): number {
  const at = a.bytes.findIndex((byte, i) => byte !== b.bytes[i])
  return at < 0 ? a.bytes.length * 8 : at * 8 + Math.clz32((a.bytes[at] ?? 0) ^ (b.bytes[at] ?? 0)) - 24
}
