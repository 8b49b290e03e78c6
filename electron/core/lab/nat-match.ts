/** Which packets an entry of NAT is about, whatever its kind calls them. */
import type { NatEntry, NatPart } from './schema.js'

export interface NatMatch {
  readonly source: string | undefined
  readonly destination: string | undefined
  readonly protocol: 'tcp' | 'udp' | undefined
  readonly port: number | undefined
  readonly in: string | undefined
  readonly out: string | undefined
  readonly not: readonly NatPart[]
}

export function natMatchOf(nat: NatEntry): NatMatch {
  const target = 'dnat' in nat ? nat.dnat : 'redirect' in nat ? nat.redirect : {}
  return {
    source: 'masquerade' in nat ? nat.masquerade : 'snat' in nat ? nat.snat : nat.source,
    destination: nat.destination,
    protocol: target.protocol ?? nat.protocol,
    port: target.port ?? nat.port,
    in: nat.in,
    out: nat.out,
    not: nat.not ?? [],
  }
}
