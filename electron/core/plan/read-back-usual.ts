/** What of bonds, and of the MTU of any link, is not as the kernel makes it. */
import { usualMiimon } from '../lab/lab.js'
import { bondModes } from '../lab/schema.js'
import type { LabFile } from '../lab/schema.js'
import { tunnelMtu } from '../lab/tunnel.js'
import type { LiveBond, LiveLink, LiveNamespace } from '../live/state.js'

type NamespaceEntry = NonNullable<NonNullable<LabFile['namespaces']>[string]>
type BondEntry = NonNullable<NonNullable<NamespaceEntry['bonds']>[string]>

/** Its mode, and what of the rest is not as the kernel makes it. */
export function bondEntry({ mode, primary, miimon }: LiveBond): BondEntry {
  const known = bondModes.find((each) => each === mode)
  return {
    ...(known === undefined ? {} : { mode: known }),
    ...(primary === null ? {} : { primary }),
    ...(known !== undefined && miimon === usualMiimon(known) ? {} : { miimon }),
  }
}

/** Bytes that it has by itself: a sub-interface as many as its parent, a VRF all that IPv6 can (vrf_setup, drivers/net/vrf.c). */
export function hasUsualMtu({ links }: LiveNamespace, { kind, vlan, tunnel, mtu }: LiveLink): boolean {
  if (kind === 'vrf') return mtu > 65535
  const parent = links.find(({ name }) => name === vlan?.link)
  return mtu === (kind === 'loopback' ? 65536 : (parent?.mtu ?? tunnelMtu(kind, tunnel?.key ?? null)))
}
