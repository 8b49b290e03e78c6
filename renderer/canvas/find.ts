/** What somebody looks for on the canvas: by name, address, prefix, MAC, port number, or the words of a rule. */
import { containsAddress, parseAddress, parsePrefix, type Prefix } from '../../electron/core/lab/address.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import type { LiveState } from '../../electron/core/live/state.js'
import type { Lab } from '../../electron/core/lab/lab.js'
import type { Target } from './selection.js'

interface Known {
  readonly namespace: string
  readonly name: string
  readonly addresses: readonly string[]
  readonly mac: string | null
}

/** What is called exactly so, then the rest, both in the order of the lab; nothing for an empty question. */
export function findOnCanvas(
  lab: Lab | null,
  file: LabFile | null,
  live: LiveState | null,
  question: string,
): readonly Target[] {
  const wanted = question.trim().toLowerCase()
  if (wanted === '') return []
  const names = new Set([...(lab?.namespaces.keys() ?? []), ...(live?.namespaces ?? []).map(({ name }) => name)])
  const matches = matcher(wanted, lab, live, names)
  const found = [...names].flatMap((namespace): Target[] => {
    const interfaces = interfacesOf(namespace, lab, live).filter(
      (each) => each.name.toLowerCase().includes(wanted) || matches(each),
    )
    const says = namespace.toLowerCase().includes(wanted) || speaksOf(file?.namespaces?.[namespace], wanted)
    return [
      ...(says ? [{ kind: 'namespace', id: namespace } as const] : []),
      ...interfaces.map(({ name }) => ({ kind: 'interface', id: `${namespace}:${name}` }) as const),
    ]
  })
  const isCalledSo = ({ id }: Target): boolean => [id, id.split(':')[1]].some((name) => name?.toLowerCase() === wanted)
  return [...found.filter(isCalledSo), ...found.filter((target) => !isCalledSo(target))]
}

/** All that is drawn but what was found, and the boxes that it is in. */
export function othersThan(found: readonly Target[], lab: Lab | null, live: LiveState | null): ReadonlySet<string> {
  const kept = new Set(found.flatMap(({ id }) => [id, id.split(':')[0] ?? id]))
  // A namespace that was found is found with all its interfaces.
  const whole = new Set(found.flatMap(({ kind, id }) => (kind === 'namespace' ? [id] : [])))
  const others = new Set<string>()
  const names = new Set([...(lab?.namespaces.keys() ?? []), ...(live?.namespaces ?? []).map(({ name }) => name)])
  for (const namespace of names) {
    if (!kept.has(namespace)) others.add(namespace)
    for (const { name } of interfacesOf(namespace, lab, live)) {
      const id = `${namespace}:${name}`
      if (!kept.has(id) && !whole.has(namespace)) others.add(id)
    }
  }
  for (const link of lab?.links ?? []) {
    const ends = link.ends.map((end) => `${end.namespace}:${end.interface}`)
    if (!ends.some((end) => kept.has(end))) others.add(ends.toSorted().join('~'))
  }
  return others
}

function interfacesOf(namespace: string, lab: Lab | null, live: LiveState | null): readonly Known[] {
  const known = new Map<string, Known>()
  for (const { name, addresses, mac } of lab?.namespaces.get(namespace)?.interfaces ?? [])
    known.set(name, { namespace, name, addresses, mac })
  const there = live?.namespaces.find((each) => each.name === namespace)
  for (const { name, mac } of there?.links ?? []) {
    const planned = known.get(name)
    const own = there?.addresses.filter(({ dev }) => dev === name).map(({ address }) => address) ?? []
    known.set(name, { namespace, name, addresses: [...new Set([...(planned?.addresses ?? []), ...own])], mac })
  }
  return [...known.values()].filter(({ name }) => name !== 'lo' || (known.get('lo')?.addresses.length ?? 0) > 0)
}

/** By address and MAC. An address that nobody has is looked for by the subnets that it is in. */
function matcher(
  wanted: string,
  lab: Lab | null,
  live: LiveState | null,
  names: ReadonlySet<string>,
): (each: Known) => boolean {
  const address = parseAddress(wanted)
  const prefix = parsePrefix(wanted)
  if (prefix) return ({ addresses }) => parsed(addresses).some((each) => containsAddress(prefix, each))
  if (address) {
    const has = ({ addresses }: Known): boolean => parsed(addresses).some((each) => each.text === address.text)
    if ([...names].some((name) => interfacesOf(name, lab, live).some(has))) return has
    return ({ addresses }) => parsed(addresses).some((each) => containsAddress(each, address))
  }
  return ({ addresses, mac }) =>
    (/^[0-9a-f]*[.:]/.test(wanted) && addresses.some((each) => each.startsWith(wanted))) ||
    (wanted.includes(':') && (mac?.toLowerCase().includes(wanted) ?? false))
}

const parsed = (addresses: readonly string[]): readonly Prefix[] => addresses.flatMap((each) => parsePrefix(each) ?? [])

type Entry = NonNullable<LabFile['namespaces']>[string]

/** A port number, or words of a rule, a route, a NAT entry or a service, as the file has them. */
function speaksOf(entry: Entry | undefined, wanted: string): boolean {
  const { firewall = [], nat = [], rules: policy = [], services = [], routes = [] } = entry ?? {}
  const rules: readonly unknown[] = [...firewall, ...nat, ...policy, ...services, ...routes]
  const port = /^:?([0-9]{1,5})$/.exec(wanted)?.[1]
  return rules.some((rule) => {
    const values = valuesOf(rule)
    if (port !== undefined) return values.some((value) => value === port || value.endsWith(`:${port}`))
    return wanted.length >= 2 && values.join(' ').toLowerCase().includes(wanted)
  })
}

/** Keys and values, in their order: `chain forward action drop`. */
function valuesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(valuesOf)
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, each]) => [key, ...valuesOf(each)])
  return value === undefined || value === null ? [] : [String(value)]
}
