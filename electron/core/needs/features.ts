/** Kernel features that a lab may need, by the names under which the helper tries them, and how one gets them. */
import { said, type Said } from '../words/said.js'

export interface NeededFeature {
  readonly what: Said
  /** Of the kernel; null where it is a part that a kernel has from the start or never. */
  readonly module: string | null
  /** The switch of a kernel's build. */
  readonly option: string
}

export const neededFeatures = {
  dummy: { what: said`dummy devices`, module: 'dummy', option: 'CONFIG_DUMMY' },
  vlan: { what: said`VLAN sub-interfaces`, module: '8021q', option: 'CONFIG_VLAN_8021Q' },
  bond: { what: said`bonds`, module: 'bonding', option: 'CONFIG_BONDING' },
  vrf: { what: said`VRF devices`, module: 'vrf', option: 'CONFIG_NET_VRF' },
  'vlan-filtering': {
    what: said`bridges that filter VLANs`,
    module: null,
    option: 'CONFIG_BRIDGE_VLAN_FILTERING',
  },
} as const satisfies Readonly<Record<string, NeededFeature>>

export type FeatureName = keyof typeof neededFeatures
