/** What the worker last read of one namespace, what it last told, and what it must read again. */
import { equal } from './equal.js'
import type { Namespace } from './namespace.js'
import type { KernelNamespace } from './protocol.js'
import type { DumpedLink } from './rtnetlink/link-dump.js'
import type { DumpedGroup } from './rtnetlink/mdb.js'
import type { DumpedQdisc } from './rtnetlink/qdisc.js'

export type KernelSection = Exclude<keyof KernelNamespace, 'name' | 'inode'>
export type KernelSections = Pick<KernelNamespace, KernelSection>

/** One bit per section, to collect what events have touched. */
export const sectionBits = {
  links: 1,
  addresses: 2,
  routes: 4,
  rules: 8,
  neighbours: 16,
  fdb: 32,
  sysctls: 64,
  proxies: 128,
} as const satisfies Record<KernelSection, number>
export const allSections = 255
const sectionNames = Object.keys(sectionBits) as KernelSection[]

export class Mirror {
  /** Sections to read again. A new namespace starts with all. */
  dirty = allSections
  /** `performance.now()` before which it is not read again unasked, milliseconds. */
  notBefore = 0
  /** As last read; null before the first time. */
  sections: KernelSections | null = null

  links: readonly DumpedLink[] = []
  /** Of links that were given any, by their index. */
  qdiscs: ReadonlyMap<number, DumpedQdisc> = new Map()
  /** That somebody joined for ports of bridges. */
  groups: readonly DumpedGroup[] = []
  readonly linkNames = new Map<number, string>()
  /** Veth ends by their index. */
  readonly veths = new Map<number, NonNullable<DumpedLink['other']>>()
  /** What macvlans and ipvlans share, by their index. */
  readonly parents = new Map<number, NonNullable<DumpedLink['other']>>()
  /** Whether the other namespace of a veth end, or of what is shared, is not known by name. It may become so when names appear. */
  unresolved = false

  /** Namespaces by the id that this one has for them. */
  readonly peers = new Map<number, Namespace>()

  #told: Partial<KernelSections> = {}

  /** Forgets what points at namespaces that are gone, or no longer known by their names. */
  forget(gone: ReadonlySet<Namespace>): void {
    for (const [id, peer] of this.peers)
      if (gone.has(peer)) {
        this.peers.delete(id)
        this.unresolved = true
      }
  }

  /** The sections that differ from what was told, which then counts as told; null where none does. */
  takeChanges(): Partial<KernelSections> | null {
    const sections = this.sections
    if (!sections) return null
    const changed = sectionNames.filter((name) => !equal(sections[name], this.#told[name]))
    if (changed.length === 0) return null
    this.#told = sections
    return Object.fromEntries(changed.map((name) => [name, sections[name]]))
  }

  /** Everything counts as told, as after a complete answer. */
  markTold(): void {
    if (this.sections) this.#told = this.sections
  }
}
