/**
 * Keeps the mirror true and tells what changed. Events only say which sections of which namespace to read again: re-reading
 * beats patching, and a lost event then costs nothing but a read.
 */
import { EAGAIN, type Refusal } from './errno.js'
import { readNamespace, renameLinks } from './dump.js'
import { touchedSections } from './event.js'
import { allSections, sectionBits, type Mirror } from './mirror.js'
import type { Namespace } from './namespace.js'
import type { NamespaceListener, Namespaces } from './namespaces.js'
import { EPOLLIN, type Poller } from './poller.js'
import type { KernelChange, KernelNamespace } from './protocol.js'

/** RTNLGRP_* (linux/rtnetlink.h): link, neigh, tc, IPv4 and IPv6 ifaddr, route, rule, netconf, mdb, and nsid. */
const eventGroups = [1, 3, 4, 5, 7, 8, 9, 11, 19, 24, 25, 26, 28].reduce((mask, group) => mask | (1 << (group - 1)), 0)

/** Milliseconds of reading before other messages get their turn. */
const sliceMs = 8
/** Shortest time between two reads of one namespace, milliseconds: half a frame of the canvas. */
const restMs = 8
/** A round of reading that took t is followed by t times this of rest, so that a storm costs a sixth of a core at most. */
const restFactor = 5
/** Longest rest, milliseconds: what the canvas may lag behind under the worst storm. */
const longestRestMs = 500
/** Rest after the kernel refused a dump (out of memory, out of descriptors), milliseconds. */
const refusedRestMs = 1000
/** Rest after what was read changed under the reader's hands each time, milliseconds. */
const changingRestMs = 50
/** How often a read on request is tried again because of that. */
const changingAttempts = 20

type Veths = Mirror['veths']
type Veth = Veths extends Map<number, infer V> ? V : never

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export class Watch implements NamespaceListener {
  readonly #poller: Poller
  readonly #tell: (changes: readonly KernelChange[]) => void
  readonly #sysctls: readonly string[]
  readonly #extraSysctls = new Map<string, Set<string>>()
  #namespaces: Namespaces | null = null
  readonly #dirty = new Set<Namespace>()
  /** Made while held: events would tell of our own steps only, and of each one several times. */
  readonly #unheard = new Set<Namespace>()
  /** Read but not yet told. */
  readonly #read = new Set<Namespace>()
  /** Names that were told and are gone. */
  readonly #gone = new Set<string>()
  readonly #told = new Set<string>()
  #timer: NodeJS.Timeout | null = null
  #planned = false
  #reading = false
  #held = 0
  #closed = false

  constructor(poller: Poller, sysctls: readonly string[], tell: (changes: readonly KernelChange[]) => void) {
    this.#poller = poller
    this.#sysctls = sysctls
    this.#tell = tell
  }

  start(namespaces: Namespaces): void {
    this.#namespaces = namespaces
  }

  attached(namespace: Namespace): void {
    this.mark(namespace, allSections)
    if (this.#held > 0) this.#unheard.add(namespace)
    else this.#listen(namespace)
  }

  /** Before the first read: what happens after it must not be missed. */
  #listen(namespace: Namespace): void {
    namespace.events.subscribe(eventGroups)
    this.#poller.add(namespace.events.fd, EPOLLIN, () => this.#drain(namespace))
  }

  detached(namespace: Namespace): void {
    this.#poller.remove(namespace.events.fd)
    this.#unheard.delete(namespace)
    this.#dirty.delete(namespace)
    this.#read.delete(namespace)
    if (this.#told.delete(namespace.name)) this.#gone.add(namespace.name)
    this.#schedule()
  }

  #drain(namespace: Namespace): void {
    let bits = 0
    const lost = namespace.events.drain((type, bytes, at, end) => {
      bits |= touchedSections(namespace.mirror, type, bytes, at, end)
    })
    // ENOBUFS: the queue was full, and what did not fit is unknown.
    if (lost) bits = allSections
    if (bits) this.mark(namespace, bits)
  }

  /** These sections must be read again. */
  mark(namespace: Namespace, bits: number): void {
    namespace.mirror.dirty |= bits
    this.#dirty.add(namespace)
    this.#schedule()
  }

  watchSysctls(namespace: string, keys: readonly string[]): void {
    const extra = this.#extraSysctls.get(namespace) ?? new Set()
    for (const key of keys) extra.add(key)
    this.#extraSysctls.set(namespace, extra)
  }

  #sysctlsOf(namespace: Namespace): readonly string[] {
    const extra = this.#extraSysctls.get(namespace.name)
    return extra ? [...new Set([...this.#sysctls, ...extra])] : this.#sysctls
  }

  /** While held, nothing is read unasked: our own steps would only be watched half done. */
  hold(): void {
    this.#held += 1
  }

  release(): void {
    this.#held -= 1
    if (this.#held === 0) this.#hearAll()
    this.#schedule()
  }

  #hearAll(): void {
    for (const namespace of this.#unheard) {
      this.#listen(namespace)
      // It may have been read meanwhile, on request.
      this.mark(namespace, allSections)
    }
    this.#unheard.clear()
  }

  #schedule(): void {
    if (this.#closed || this.#held > 0 || this.#planned || this.#reading) return
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    const now = performance.now()
    let wait = this.#gone.size > 0 ? 0 : Infinity
    for (const namespace of this.#dirty) wait = Math.min(wait, namespace.mirror.notBefore - now)
    if (wait === Infinity) return
    if (wait > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = null
        this.#schedule()
      }, Math.ceil(wait))
      return
    }
    this.#planned = true
    // One turn later, the other events of the same command have been drained too.
    setImmediate(() => {
      this.#planned = false
      void this.#round()
    })
  }

  /** Reads all that is due, in slices, and tells what changed after each. */
  async #round(): Promise<void> {
    if (this.#closed || this.#held > 0 || this.#reading) return
    this.#reading = true
    try {
      const now = performance.now()
      const due = [...this.#dirty].filter((namespace) => namespace.mirror.notBefore <= now)
      const { spent, read } = await this.#readAll(due)
      const notBefore = performance.now() + Math.min(longestRestMs, Math.max(restMs, restFactor * spent))
      for (const { mirror } of read) mirror.notBefore = notBefore
    } finally {
      this.#reading = false
    }
    this.#schedule()
  }

  /** Returns the milliseconds spent reading, and what was read. */
  async #readAll(
    wanted: readonly Namespace[],
  ): Promise<{ readonly spent: number; readonly read: readonly Namespace[] }> {
    const read: Namespace[] = []
    let spent = 0
    let sliceStart = performance.now()
    let news = false
    for (const namespace of wanted) {
      if (this.#closed || this.#held > 0) break
      if (!this.#namespaces?.has(namespace)) continue
      news ||= (namespace.mirror.dirty & sectionBits.links) !== 0
      if (this.#readOne(this.#namespaces, namespace) === null) read.push(namespace)
      const elapsed = performance.now() - sliceStart
      if (elapsed < sliceMs) continue
      spent += elapsed
      this.#flush()
      await nextTurn()
      sliceStart = performance.now()
    }
    if (news || this.#gone.size > 0) this.#nameAgain()
    this.#flush()
    return { spent: spent + performance.now() - sliceStart, read }
  }

  #readOne(namespaces: Namespaces, namespace: Namespace): Refusal | null {
    const { mirror } = namespace
    const bits = mirror.dirty
    mirror.dirty = 0
    this.#dirty.delete(namespace)
    const veths = bits & sectionBits.links ? new Map(mirror.veths) : null
    const refusal = readNamespace(namespaces, namespace, bits, this.#sysctlsOf(namespace))
    if (refusal) {
      mirror.dirty |= bits || allSections
      mirror.notBefore = performance.now() + (refusal.errno === EAGAIN ? changingRestMs : refusedRestMs)
      this.#dirty.add(namespace)
    } else {
      this.#read.add(namespace)
      if (veths) this.#followMoved(namespaces, namespace, veths)
    }
    return refusal
  }

  /**
   * When one end of a veth pair moves to another namespace, the namespace of the other end hears nothing of it. So it is
   * read again where an end has left without its pair, and where a pair is not known as one that leads back to where the
   * end was found. By inode: one namespace may have two names.
   */
  #followMoved(namespaces: Namespaces, namespace: Namespace, before: Veths): void {
    const { veths, peers } = namespace.mirror
    const farOf = ({ namespaceId }: Veth): Namespace | undefined =>
      namespaceId === null ? undefined : peers.get(namespaceId)
    for (const [index, veth] of before) {
      const far = veths.has(index) ? undefined : farOf(veth)
      if (far?.mirror.veths.has(veth.index) && namespaces.has(far)) this.mark(far, sectionBits.links)
    }
    for (const [index, veth] of veths) {
      const far = farOf(veth)
      const back = far?.mirror.veths.get(veth.index)
      // An end that was never read there has its own event waiting.
      if (!far || !back || !namespaces.has(far)) continue
      const leadsTo = back.namespaceId === null ? far : far.mirror.peers.get(back.namespaceId)
      if (leadsTo?.inode !== namespace.inode || back.index !== index) this.mark(far, sectionBits.links)
    }
  }

  /** Peers that were in no known namespace may be in one now: the other end was read, or its namespace appeared. */
  #nameAgain(): void {
    if (!this.#namespaces) return
    for (const namespace of this.#namespaces.all())
      if (namespace.mirror.unresolved && namespace.mirror.sections) {
        if (renameLinks(this.#namespaces, namespace)) this.mark(namespace, sectionBits.links)
        else this.#read.add(namespace)
      }
  }

  #flush(): void {
    if (this.#closed) return
    const changes: KernelChange[] = []
    for (const name of this.#gone) changes.push({ namespace: name, removed: true })
    this.#gone.clear()
    for (const namespace of this.#read) {
      const changed = namespace.mirror.takeChanges()
      if (!changed) continue
      this.#told.add(namespace.name)
      changes.push({ namespace: namespace.name, inode: namespace.inode, ...changed })
    }
    this.#read.clear()
    if (changes.length > 0) this.#tell(changes)
  }

  /**
   * Reads these namespaces now, whatever is known of them. `told`: the caller answers with them, so they are no change
   * any more. Refused with the first refusal of the kernel.
   */
  async readNow(wanted: readonly Namespace[], told: boolean): Promise<readonly KernelNamespace[] | Refusal> {
    while (this.#reading) await nextTurn()
    this.#reading = true
    try {
      let sliceStart = performance.now()
      for (const namespace of wanted) {
        if (this.#closed || !this.#namespaces?.has(namespace)) continue
        const refusal = await this.#readPatiently(this.#namespaces, namespace)
        if (refusal) return refusal
        if (performance.now() - sliceStart < sliceMs) continue
        await nextTurn()
        sliceStart = performance.now()
      }
      this.#nameAgain()
      const answer: KernelNamespace[] = []
      for (const namespace of wanted) {
        const { name, inode, mirror } = namespace
        if (!mirror.sections || !this.#namespaces?.has(namespace)) continue
        answer.push({ name, inode, ...mirror.sections })
        if (!told) continue
        mirror.markTold()
        this.#told.add(name)
      }
      this.#flush()
      return answer
    } finally {
      this.#reading = false
      this.#schedule()
    }
  }

  /** All of a namespace; where it changes too fast to be read in one go, after a short rest again. */
  async #readPatiently(namespaces: Namespaces, namespace: Namespace): Promise<Refusal | null> {
    for (let attempt = 1; ; attempt += 1) {
      namespace.mirror.dirty = allSections
      const refusal = this.#readOne(namespaces, namespace)
      if (refusal?.errno !== EAGAIN || attempt === changingAttempts) return refusal
      await new Promise((resolve) => setTimeout(resolve, changingRestMs))
      if (this.#closed || !namespaces.has(namespace)) return null
    }
  }

  close(): void {
    this.#closed = true
    if (this.#timer) clearTimeout(this.#timer)
    this.#dirty.clear()
  }
}
