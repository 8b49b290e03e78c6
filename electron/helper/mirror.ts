/**
 * The live state as the helper knows it: the worker's readings, the rulesets and the services in one picture with one
 * revision. Every change goes through here, is told once, and in order.
 */
import type { LiveConnection } from '../core/live/connection.js'
import { applyToNamespace } from '../core/live/apply.js'
import type { NetnsTexts } from '../core/lab/netns-files.js'
import type { LiveChange, LiveNamespace, LiveSection, LiveState, LoadedText } from '../core/live/state.js'
import type { KernelChange, KernelNamespace } from './kernel/protocol.js'
import { emptyRuleset, readRuleset } from './ruleset.js'
import type { Served } from './services.js'

/** Rulesets read at once: each is two or three processes on a machine that has other work. */
const readersAtOnce = 2

/** Texts of rules that are remembered of one namespace: the one that stands, and those before it that an undo brings back. */
const mostLoaded = 6

export type Told = (revision: number, changes: readonly LiveChange[]) => void

const sections = [
  'links',
  'addresses',
  'routes',
  'rules',
  'neighbours',
  'proxies',
  'fdb',
  'ruleset',
  'sysctls',
  'services',
  'dnsmasq',
  'dhcp',
  'files',
  'connections',
] as const satisfies readonly LiveSection[]

const notServed: Served = { services: [], dnsmasq: null, dhcp: [] }

/** What is not as it was known. */
const differing = <T extends object>(now: T, known: { readonly [Key in keyof T]?: unknown }): Partial<T> =>
  Object.fromEntries(
    (Object.keys(now) as (keyof T)[])
      .filter((key) => JSON.stringify(now[key]) !== JSON.stringify(known[key]))
      .map((key) => [key, now[key]]),
  ) as Partial<T>

const isServed = ({ services, dnsmasq, dhcp }: Served): boolean =>
  services.length > 0 || dnsmasq !== null || dhcp.length > 0

function changesBetween(before: LiveState, now: LiveState): LiveChange[] {
  const old = new Map(before.namespaces.map((namespace) => [namespace.name, namespace]))
  const removed = before.namespaces.filter(({ name }) => !now.namespaces.some((each) => each.name === name))
  return [
    ...removed.map(({ name }): LiveChange => ({ namespace: name, removed: true })),
    ...now.namespaces.flatMap((namespace): LiveChange[] => {
      const { name, inode } = namespace
      const was = old.get(name)
      const known = was?.inode === inode ? was : undefined
      const changed = sections.filter((each) => JSON.stringify(known?.[each]) !== JSON.stringify(namespace[each]))
      if (known && changed.length === 0) return []
      const parts = Object.fromEntries(changed.map((each) => [each, namespace[each]]))
      return [
        ...(was && !known ? [{ namespace: name, removed: true as const }] : []),
        { namespace: name, inode, ...parts },
      ]
    }),
  ]
}

export class Mirror {
  private readonly namespaces = new Map<string, LiveNamespace>()
  private revision = 0
  private snapshot: LiveState | null = null
  private pending: LiveChange[] = []
  private flushing = false
  /** What was told last, while nothing is told. */
  private held: LiveState | null = null
  /** Namespaces whose ruleset is to be read; true: the legacy engine as well. */
  private readonly wanted = new Map<string, boolean>()
  private readonly reading = new Map<string, Promise<void>>()
  /** What was last said about the services of a namespace, which may be said before the namespace itself is read. */
  private readonly services = new Map<string, Served>()
  /** Namespaces seen with legacy rules: those are read along from then on. */
  private readonly legacy = new Set<string>()

  /** What texts of rules became, by namespace; the newest last. */
  private readonly loaded = new Map<string, readonly LoadedText[]>()

  constructor(private readonly told: Told) {}

  get state(): LiveState {
    this.snapshot ??= { revision: this.revision, namespaces: [...this.namespaces.values()] }
    return this.snapshot
  }

  /** Takes complete readings in; sections that are as they were cause nothing. */
  read(namespaces: readonly KernelNamespace[]): void {
    this.kernelChanged(
      namespaces.map(({ name, ...sections }) => ({ namespace: name, ...this.withoutKnown(name, sections) })),
    )
  }

  private withoutKnown(
    name: string,
    sections: Omit<KernelNamespace, 'name'>,
  ): Pick<KernelNamespace, 'inode'> & Partial<Omit<KernelNamespace, 'name'>> {
    const known = this.namespaces.get(name)
    return known?.inode === sections.inode ? { ...differing(sections, known), inode: sections.inode } : sections
  }

  /** @returns whether there are namespaces that were not there */
  kernelChanged(changes: readonly KernelChange[]): boolean {
    let isNew = false
    for (const change of changes) {
      const sections = Object.keys(change).filter((key) => key !== 'namespace' && key !== 'inode')
      const known = this.namespaces.get(change.namespace)
      if (!change.removed && sections.length === 0 && known?.inode === change.inode) continue
      if (change.removed) this.forget(change.namespace)
      this.push(change)
      if (change.removed || known?.inode === change.inode) continue
      this.tellServices(change.namespace)
      isNew = true
    }
    return isNew
  }

  private forget(name: string): void {
    this.legacy.delete(name)
    this.loaded.delete(name)
  }

  servicesChanged(name: string, served: Served): void {
    if (isServed(served)) this.services.set(name, served)
    else this.services.delete(name)
    this.tellServices(name)
  }

  private tellServices(name: string): void {
    const known = this.namespaces.get(name)
    if (!known) return
    const { services, dnsmasq = null, dhcp = [] } = known
    const news = differing(this.services.get(name) ?? notServed, { services, dnsmasq, dhcp })
    if (Object.keys(news).length > 0) this.push({ namespace: name, inode: known.inode, ...news })
  }

  /** Of each namespace that has any; the others have none. */
  filesRead(read: ReadonlyMap<string, NetnsTexts>): void {
    for (const { name, inode, files: known = {} } of this.namespaces.values()) {
      const files = read.get(name) ?? {}
      if (JSON.stringify(known) !== JSON.stringify(files)) this.push({ namespace: name, inode, files })
    }
  }

  connectionsRead(name: string, connections: readonly LiveConnection[]): void {
    const inode = this.inodeOf(name)
    const known = this.namespaces.get(name)?.connections
    if (inode !== null && JSON.stringify(known) !== JSON.stringify(connections))
      this.push({ namespace: name, inode, connections })
  }

  /** Reads rulesets again; resolves when what was asked for by now is in the state. */
  async readRulesets(names: readonly string[], withLegacy = false): Promise<void> {
    for (const name of names)
      this.wanted.set(name, withLegacy || this.legacy.has(name) || (this.wanted.get(name) ?? false))
    await this.settleRulesets()
  }

  private async settleRulesets(): Promise<void> {
    while (this.wanted.size > 0 || this.reading.size > 0) {
      for (const [name, withLegacy] of this.wanted) {
        if (this.reading.size >= readersAtOnce) break
        if (this.reading.has(name)) continue
        this.wanted.delete(name)
        const reader = this.readOne(name, withLegacy).finally(() => this.reading.delete(name))
        this.reading.set(name, reader)
      }
      await Promise.race(this.reading.values())
    }
  }

  private async readOne(name: string, withLegacy: boolean): Promise<void> {
    const inode = this.inodeOf(name)
    if (inode === null) return
    const ruleset = await readRuleset(name, withLegacy, this.loaded.get(name))
    // The namespace may have gone, or another may have taken its name, while the tools ran.
    if (this.inodeOf(name) !== inode) return
    if (ruleset.iptables.some(({ engine }) => engine === 'legacy')) this.legacy.add(name)
    const known = this.namespaces.get(name)
    if (JSON.stringify(known?.ruleset ?? emptyRuleset) !== JSON.stringify(ruleset))
      this.push({ namespace: name, inode, ruleset })
  }

  /** What a text becomes does not change: an undo may bring it back. */
  textLoaded(name: string, loaded: LoadedText): void {
    const others = (this.loaded.get(name) ?? []).filter(
      ({ kind, text }) => kind !== loaded.kind || text !== loaded.text,
    )
    this.loaded.set(name, [...others, loaded].slice(-mostLoaded))
  }

  private inodeOf(name: string): number | null {
    return this.namespaces.get(name)?.inode ?? null
  }

  private push(change: LiveChange): void {
    if (change.removed) this.namespaces.delete(change.namespace)
    else this.namespaces.set(change.namespace, applyToNamespace(this.namespaces.get(change.namespace), change))
    this.revision += 1
    this.snapshot = null
    this.pending.push(change)
    if (this.flushing) return
    this.flushing = true
    // What one turn of the event loop brings in travels as one message.
    setImmediate(() => this.flush())
  }

  /**
   * Tells nothing until the returned function is called, and then only what differs: a change that was tried and taken
   * back never was.
   */
  hold(): () => void {
    this.flush()
    this.held = this.state
    return () => {
      const before = this.held
      this.held = null
      if (before === null) return
      this.pending = changesBetween(before, this.state)
      this.flush()
    }
  }

  /** Tells what has not been told yet, now. */
  flush(): void {
    this.flushing = false
    if (this.held !== null) return
    if (this.pending.length === 0) return
    const changes = this.pending
    this.pending = []
    this.told(this.revision, changes)
  }
}
