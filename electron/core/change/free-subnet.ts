/** Subnets that a lab does not know yet. */
import { networkPrefix, overlaps, parsePrefix, parsePrefixOrAddress, type Prefix } from '../lab/address.js'
import type { LabFile } from '../lab/schema.js'
import { stationsOf } from './segments.js'

/** No more subnets are looked for: all of 10.0.0.0/8 but its first. */
export const maxSubnets = 65_535

/**
 * Networks that the lab has addresses in or speaks of: where routes lead, and whom NAT is for.
 * @param beside prefixes or addresses that are taken outside of it
 */
export function takenSubnets(file: LabFile, beside: readonly string[]): readonly Prefix[] {
  return [
    ...stationsOf(file).all.map(({ prefix }) => prefix),
    ...spokenOf(file),
    ...beside.flatMap((text) => parsePrefixOrAddress(text) ?? []),
  ]
}

/** The first of 10.0.1.0, 10.0.2.0, ..., or fd00:1::, fd00:2::, ..., that is as large and overlaps none; null: all are taken. */
export function freeSubnet({ family, length }: Prefix, taken: readonly Prefix[]): Prefix | null {
  for (let number = 1; number <= (family === 'ipv4' ? maxSubnets : 9999); number += 1) {
    const text = family === 'ipv4' ? `10.${number >> 8}.${number & 255}.0` : `fd00:${number}::`
    const prefix = parsePrefix(`${text}/${length}`)
    if (prefix && !taken.some((each) => overlaps(each, networkPrefix(prefix)))) return networkPrefix(prefix)
  }
  return null
}

function spokenOf(file: LabFile): readonly Prefix[] {
  return Object.values(file.namespaces ?? {}).flatMap((entry) => {
    const nat = (entry?.nat ?? []).flatMap((each) =>
      'masquerade' in each ? [each.masquerade] : 'snat' in each ? [each.snat] : [],
    )
    return [...(entry?.routes ?? []).map(({ to }) => to), ...nat].flatMap((text) => {
      const prefix = parsePrefixOrAddress(text)
      return prefix && prefix.length > 0 ? prefix : []
    })
  })
}
