/** The tables of a namespace that make or describe interfaces, each by the interface's name. */
import { own } from '../own.js'
import type { Endpoint } from './lab.js'
import type { LabPath } from './problem.js'
import type { LabFile } from './schema.js'

type NamespaceEntry = NonNullable<NonNullable<LabFile['namespaces']>[string]>

/** Those that make their interfaces; `interfaces` describes what links and tunnels make, or makes what stands alone. */
export const makingTables = ['bridges', 'bonds', 'dummies', 'vlans', 'macvlans', 'ipvlans', 'vrfs'] as const
export const deviceTables = [...makingTables, 'interfaces'] as const
export type DeviceTable = (typeof deviceTables)[number]

/** Of those, whose interfaces may be moved to another namespace, by the kind of these. */
export const shareTables = { macvlans: 'macvlan', ipvlans: 'ipvlan' } as const
export type ShareTable = keyof typeof shareTables

/** What every kind of interface may be given. */
export interface DeviceEntry {
  readonly addresses?: string[] | undefined
  readonly mac?: string | undefined
  readonly mtu?: number | undefined
  readonly up?: boolean | undefined
  readonly multicast?: boolean | undefined
  readonly promisc?: boolean | undefined
  readonly arp?: boolean | undefined
  readonly txqueuelen?: number | undefined
  readonly group?: number | undefined
  readonly 'accept-ra'?: boolean | undefined
  readonly dhcp4?: boolean | undefined
}

/** Interfaces that others are given to, by the key that lists these. An interface has one master. */
export const masterTables = { bridges: 'ports', bonds: 'members', vrfs: 'members' } as const
export type MasterTable = keyof typeof masterTables

/** Every master that the tables say, with those that are given to it, in file order. */
export const masterEntries = (
  entry: NamespaceEntry | null | undefined,
): readonly (readonly [table: MasterTable, name: string, given: readonly string[]])[] =>
  (Object.keys(masterTables) as MasterTable[]).flatMap((table) =>
    Object.entries<Readonly<Record<string, unknown>> | null>(entry?.[table] ?? {}).map(
      ([name, said]) => [table, name, (said?.[masterTables[table]] ?? []) as readonly string[]] as const,
    ),
  )

/** The namespace of what an entry of this namespace makes or describes. */
export const homeOf = (namespace: string, said: object | null | undefined): string =>
  said && 'in' in said && typeof said.in === 'string' ? said.in : namespace

/** The entry that makes the interface, wherever it stands; null where none does. */
export function makingPath(file: LabFile, { namespace, interface: name }: Endpoint): LabPath | null {
  const here = own(file.namespaces, namespace)
  const stays = (table: DeviceTable): boolean => {
    const said = own<DeviceEntry | null>(here?.[table], name)
    return said !== undefined && homeOf(namespace, said) === namespace
  }
  const table = makingTables.find(stays)
  if (table) return ['namespaces', namespace, table, name]
  for (const [from, entry] of Object.entries(file.namespaces ?? {}))
    for (const moved of Object.keys(shareTables) as ShareTable[])
      if (own<{ readonly in?: string | undefined }>(entry?.[moved], name)?.in === namespace)
        return ['namespaces', from, moved, name]
  return null
}

/** What is moved may be described by an entry below `interfaces` of the namespace where it is. */
const isDescribed = (file: LabFile, { namespace, interface: name }: Endpoint): boolean =>
  Object.hasOwn(own(file.namespaces, namespace)?.interfaces ?? {}, name)

/** Where the file describes an interface, or would. */
export function devicePath(file: LabFile, end: Endpoint): LabPath {
  const made = makingPath(file, end)
  const { namespace, interface: name } = end
  return made && (made[1] === namespace || !isDescribed(file, end))
    ? made
    : ['namespaces', namespace, 'interfaces', name]
}

/** Whether a table makes or describes the interface. */
export const hasEntry = (file: LabFile, end: Endpoint): boolean =>
  makingPath(file, end) !== null || isDescribed(file, end)

/** What the file says of an interface, in whichever tables. */
export function deviceEntry(file: LabFile, end: Endpoint): DeviceEntry | null | undefined {
  const described = own<DeviceEntry | null>(own(file.namespaces, end.namespace)?.interfaces, end.interface)
  const [, from = '', table, name = ''] = makingPath(file, end) ?? []
  if (table === undefined) return described
  const made = own<DeviceEntry | null>(own(file.namespaces, String(from))?.[table as DeviceTable], String(name))
  const addresses = [...(made?.addresses ?? []), ...(described?.addresses ?? [])]
  return { ...made, ...described, ...(addresses.length > 0 ? { addresses } : {}) }
}

export type ShareEntry = {
  readonly [Table in ShareTable]: {
    readonly table: Table
    readonly name: string
    /** The namespace whose table it is in. */
    readonly from: string
    readonly said: NonNullable<NamespaceEntry[Table]>[string]
  }
}[ShareTable]

/** What shares the cable of an interface, by the namespace where it is, in file order. */
export function sharesIn(file: LabFile): ReadonlyMap<string, readonly ShareEntry[]> {
  const found = new Map<string, ShareEntry[]>()
  const add = (share: ShareEntry): void => {
    const home = homeOf(share.from, share.said)
    const known = found.get(home)
    if (known) known.push(share)
    else found.set(home, [share])
  }
  for (const [from, entry] of Object.entries(file.namespaces ?? {})) {
    for (const [name, said] of Object.entries(entry?.macvlans ?? {})) add({ table: 'macvlans', name, from, said })
    for (const [name, said] of Object.entries(entry?.ipvlans ?? {})) add({ table: 'ipvlans', name, from, said })
  }
  return found
}

/** Everything that the tables say, in their order; what an entry is about may be in another namespace (`homeOf`). */
export const deviceEntries = (
  entry: NamespaceEntry,
): readonly (readonly [table: DeviceTable, name: string, said: DeviceEntry | null])[] =>
  deviceTables.flatMap((table) =>
    Object.entries<DeviceEntry | null>(entry[table] ?? {}).map(([name, said]) => [table, name, said] as const),
  )
