/** What the file itself says of a namespace: a repair puts back what was written, not what it meant. */
import { parsePrefix, type Prefix } from '../lab/address.js'
import type { LabFile, RouteEntry } from '../lab/schema.js'
import { own } from '../own.js'
import type { NamespaceEntry } from '../change/lab-change.js'
import type { Healthy } from './fault.js'
import type { WayStep } from './way.js'

export const entryOf = (file: LabFile, namespace: string): NamespaceEntry => own(file.namespaces, namespace) ?? {}

/** Of an interface or a bridge. */
export const linkEntry = (
  file: LabFile,
  namespace: string,
  name: string,
): {
  readonly up?: boolean | undefined
  readonly mtu?: number | undefined
  readonly mac?: string | undefined
  readonly addresses?: readonly string[] | undefined
} => {
  const entry = entryOf(file, namespace)
  return own(entry.bridges, name) ?? own(entry.interfaces, name) ?? {}
}

export const routeEntry = (file: LabFile, { namespace, route }: WayStep): RouteEntry | null =>
  route === null ? null : (entryOf(file, namespace).routes?.[route] ?? null)

export interface WrittenAddress {
  readonly text: string
  /** Place in the list of its interface. */
  readonly at: number
  readonly prefix: Prefix
}

/** The address of an interface in the family of `like`, as it is written. */
export function writtenAddress(file: LabFile, namespace: string, name: string, like: string): WrittenAddress | null {
  const family = like.includes(':') ? 'ipv6' : 'ipv4'
  for (const [at, text] of (linkEntry(file, namespace, name).addresses ?? []).entries()) {
    const prefix = parsePrefix(text)
    if (prefix?.family === family) return { text, at, prefix }
  }
  return null
}

/** Another address of an IPv4 subnet, which nobody has: the farthest from the beginning first. */
export function freeAddress({ lab }: Healthy, prefix: Prefix): string | null {
  if (prefix.family !== 'ipv4' || prefix.length > 29) return null
  const taken = new Set(
    [...lab.namespaces.values()].flatMap(({ interfaces }) =>
      interfaces.flatMap(({ addresses }) => addresses.map((each) => each.split('/')[0] ?? '')),
    ),
  )
  const [a = 0, b = 0, c = 0, d = 0] = prefix.text.split('.').map(Number)
  const size = Math.min(256, 2 ** (32 - prefix.length))
  const base = d - (d % size)
  for (let last = base + size - 6; last > base; last--) {
    const text = `${a}.${b}.${c}.${last}`
    if (!taken.has(text)) return text
  }
  return null
}

export const isIpv4 = (address: string): boolean => !address.includes(':')
/** One address as a prefix. */
export const alone = (address: string): string => `${address}/${isIpv4(address) ? 32 : 128}`
