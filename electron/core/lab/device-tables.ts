/** The tables of a namespace that make or describe interfaces, each by the interface's name. */
import { own } from '../own.js'
import type { LabFile } from './schema.js'

type NamespaceEntry = NonNullable<NonNullable<LabFile['namespaces']>[string]>

/** Those that make their interfaces; `interfaces` describes what links and tunnels make, or makes what stands alone. */
export const makingTables = ['bridges', 'bonds', 'dummies', 'vlans', 'vrfs'] as const
export const deviceTables = [...makingTables, 'interfaces'] as const
export type DeviceTable = (typeof deviceTables)[number]

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

/** The table that the name stands in; `interfaces` where it is in none. */
export const tableOf = (entry: NamespaceEntry | null | undefined, name: string): DeviceTable =>
  makingTables.find((table) => Object.hasOwn(entry?.[table] ?? {}, name)) ?? 'interfaces'

/** What the file says of an interface, in whichever table. */
export const deviceEntry = (entry: NamespaceEntry | null | undefined, name: string): DeviceEntry | null | undefined =>
  own<DeviceEntry | null>(entry?.[tableOf(entry, name)], name)

/** Everything that the tables say, in their order. */
export const deviceEntries = (
  entry: NamespaceEntry,
): readonly (readonly [table: DeviceTable, name: string, said: DeviceEntry | null])[] =>
  deviceTables.flatMap((table) =>
    Object.entries<DeviceEntry | null>(entry[table] ?? {}).map(([name, said]) => [table, name, said] as const),
  )
