/**
 * A variant of a lab: the same network under other names, in other subnets, with hardware addresses of its own, and
 * broken in up to three places. All of it follows from the lab and the seed; nothing is asked of a kernel here.
 */
import { changeSource } from '../change/change.js'
import type { LabChange } from '../change/lab-change.js'
import { parseSource } from '../lab/parse.js'
import { createLabText } from '../lab/print.js'
import type { LabFile } from '../lab/schema.js'
import { hostNamespace, type Lab } from '../lab/lab.js'
import { openSource, type LabSource } from '../lab/source.js'
import { said, type Said } from '../words/said.js'
import { healthyOf, injectionsOf } from './catalogue.js'
import type { Injection } from './fault.js'
import { inject } from './inject.js'
import { pickFaults } from './pick.js'
import { randomFrom, shuffled } from './random.js'
import { moveAddresses } from './vary-addresses.js'
import { variantNames } from './variant-names.js'
import type { VaryKey } from './vary-key.js'

/** The healthy half of a variant. */
export interface Renamed {
  readonly source: LabSource
  readonly file: LabFile
  readonly lab: Lab
  /** Old name of each namespace to the new one. */
  readonly names: ReadonlyMap<string, string>
  readonly seed: number
}

export interface Variant {
  readonly key: VaryKey
  /** The lab file as it is given to a learner. */
  readonly text: string
  readonly file: LabFile
  readonly injections: readonly Injection[]
  /** The catalogue's own repair of all of them; the lab is then `healthy`. */
  readonly repaired: LabFile
  readonly healthy: LabFile
}

export type Varied<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly said: Said }

/** Refused where a lab gives nothing to prove: it is to be repaired itself, or checks nothing. */
export function rename(file: LabFile, seed: number): Varied<{ readonly renamed: Renamed }> {
  if (file.broken || file.goal !== undefined)
    return { ok: false, said: said`The lab ${file.name} is broken itself. Give the working lab that it was made of.` }
  if ((file.checks ?? []).length === 0)
    return {
      ok: false,
      said: said`The lab ${file.name} has no checks, so nothing would show what is broken. Add checks to it.`,
    }
  const random = randomFrom(seed)
  const stripped = withMacs(moved(plain(file), seed), random)
  const source = openSource(createLabText(stripped))
  if (!source) return { ok: false, said: unsayable(file) }
  const old = Object.keys(file.namespaces ?? {}).filter((name) => name !== hostNamespace)
  const free = shuffled(variantNames, random).filter((name) => !old.includes(name))
  const names = new Map([
    [hostNamespace, hostNamespace] as const,
    ...old.map((name, at) => [name, free[at] ?? `${free[at % free.length]}-${at}`] as const),
  ])
  const renames = old.map((name): LabChange => ({
    op: 'namespace-rename',
    namespace: name,
    to: names.get(name) as string,
  }))
  const changed = changeSource(source, renames)
  const parsed = changed.ok ? parseSource(changed.source, '') : null
  if (!changed.ok || !parsed?.lab || !parsed.labFile) return { ok: false, said: unsayable(file) }
  return { ok: true, renamed: { source: changed.source, file: parsed.labFile, lab: parsed.lab, names, seed } }
}

const unsayable = ({ name }: LabFile): Said =>
  said`The lab ${name} cannot be varied: under other names and addresses it is no lab any more.`

/**
 * The choices of faults that a variant can be made with, in the order of the seed: the first that the kernel proves is
 * taken. `faults` is how many at once.
 */
export function* variants(of: string, renamed: Renamed, faults: number): Generator<Variant> {
  if (faults === 0) {
    const variant = broken(of, renamed, [], 0, 0)
    if (variant) yield variant
    return
  }
  const all = injectionsOf(healthyOf(renamed.file, renamed.lab))
  let choice = 0
  for (const injections of pickFaults(all, faults, renamed.seed)) {
    const variant = broken(of, renamed, injections, faults, choice)
    if (variant) yield variant
    choice++
  }
}

function broken(
  of: string,
  { source, file, seed }: Renamed,
  injections: readonly Injection[],
  faults: number,
  choice: number,
): Variant | null {
  const key: VaryKey = { of, seed, faults, choice }
  const made = inject(source, injections)
  if (!made) return null
  const given: LabFile = { ...made.broken, vary: key }
  return { key, text: createLabText(given), file: given, injections, repaired: made.repaired, healthy: file }
}

/** Texts that speak of the lab by its old names go; what is drawn, built and checked stays. */
function plain(file: LabFile): LabFile {
  const {
    description: _description,
    explanation: _explanation,
    guide: _guide,
    vary: _vary,
    checks = [],
    ...rest
  } = file
  return { ...rest, checks: checks.map(({ name: _name, ...check }) => check) }
}

/** Every address of the file; its names and its title are no addresses. */
function moved(file: LabFile, seed: number): LabFile {
  const { name, title, ...rest } = file
  const deep = (value: unknown): unknown => {
    if (typeof value === 'string') return moveAddresses(value, seed)
    if (Array.isArray(value)) return value.map(deep)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deep(inner)]))
  }
  return { ...(deep(rest) as LabFile), name: `${name.slice(0, 28)}-${seed}`, ...(title === undefined ? {} : { title }) }
}

/** A hardware address for each end of a cable, so that no two variants share one, and a table read by heart helps nobody. */
function withMacs(file: LabFile, random: () => number): LabFile {
  const namespaces = Object.fromEntries(
    Object.entries(file.namespaces ?? {}).map(([name, entry]) => [
      name,
      { ...entry, interfaces: { ...entry?.interfaces } },
    ]),
  )
  const used = new Set<string>()
  const next = (): string => {
    for (;;) {
      const bytes = Array.from({ length: 4 }, () => Math.floor(random() * 256))
      // Locally administered (IEEE 802c), and no group address.
      const mac = ['02', '0c', ...bytes.map((byte) => byte.toString(16).padStart(2, '0'))].join(':')
      if (used.has(mac)) continue
      used.add(mac)
      return mac
    }
  }
  for (const link of file.links ?? []) {
    for (const end of 'ends' in link ? link.ends : link) {
      const [namespace = '', name = ''] = end.split(':')
      const { interfaces } = (namespaces[namespace] ??= { interfaces: {} })
      interfaces[name] = { ...interfaces[name], mac: next() }
    }
  }
  return { ...file, namespaces }
}
