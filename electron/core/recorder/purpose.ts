/** What a command is for, by what it has made: commands of one purpose are one step. */
import { deviceTables } from '../lab/device-tables.js'
import type { Fact } from './facts.js'

/** The first that fits is that of a command which does several things. */
export const purposes = [
  ...(['namespaces', 'devices', 'interfaces', 'routes', 'settings', 'rules', 'names', 'others'] as const),
] as const
export type Purpose = (typeof purposes)[number]

const byList: Readonly<Record<string, Purpose>> = {
  routes: 'routes',
  rules: 'routes',
  neighbours: 'routes',
  forwarding: 'settings',
  sysctls: 'settings',
  nat: 'rules',
  firewall: 'rules',
  iptables: 'rules',
  ip6tables: 'rules',
  nft: 'rules',
  resolver: 'names',
  hosts: 'names',
}
/** Of a device: which others are given to it. */
const joining = new Set(['ports', 'members', 'port-vlans', 'link', 'mode'])

function purposeOfFact({ path, kind }: Fact): Purpose {
  const [top, , list = '', , setting = ''] = path
  if (top === 'links' || top === 'tunnels') return 'devices'
  if (top !== 'namespaces') return 'others'
  if (list === '') return 'namespaces'
  if (deviceTables.some((each) => each === list))
    return kind === 'there' || joining.has(setting) ? 'devices' : 'interfaces'
  return byList[list] ?? 'others'
}

export function purposeOf(facts: readonly Fact[]): Purpose {
  const found = new Set(facts.map(purposeOfFact))
  return purposes.find((each) => found.has(each)) ?? 'others'
}
