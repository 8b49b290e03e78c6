/**
 * The namespaces the worker is attached to: the host (the thread's own) and every name in the netns directory.
 * Owns their descriptors. A namespace dies only when the last of them is closed, so they go as soon as the name does.
 */
import { readdirSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { hostNamespace } from '../../core/lab/lab.js'
import * as libc from './libc.js'
import { EINVAL, ENOENT, Refusal } from './errno.js'
import { FreshSettings } from './fresh.js'
import { type Held, holdCurrent, holdWith, letGo, type Namespace, namespaceOf } from './namespace.js'
import { PeerRegistry } from './peers.js'
import type { FoundNamespace } from './protocol.js'
import { Spares } from './spares/spares.js'

/** f_type of a namespace's file (linux/magic.h). A name without it is being made, or is no namespace. */
export const NSFS_MAGIC = 0x6e736673

/** Names from which dropping them together pays for mounting the directory anew. */
const dropTogetherFrom = 4

export interface NamespaceListener {
  /** `found`: it was there already, with whatever is in it; else the worker has just made it. */
  attached(namespace: Namespace, found: boolean): void
  /** Called before its descriptors are closed. */
  detached(namespace: Namespace): void
}

/** That of the thread. */
export interface OwnNamespace {
  /** It was made for the lab, and starts as all of the lab's do. */
  readonly isNew: boolean
  readonly ownName: string
}

export class Namespaces {
  readonly host: Namespace
  readonly peers = new PeerRegistry()
  readonly spares: Spares
  readonly #fresh = new FreshSettings()
  readonly #byName = new Map<string, Namespace>()
  readonly #listener: NamespaceListener
  readonly #directory: string | null
  #prepared = false
  /** Whether the mount of the directory upon itself is ours. */
  #ownMount = false

  private constructor(directory: string | null, host: Namespace, listener: NamespaceListener) {
    this.#directory = directory
    this.host = host
    this.spares = new Spares(host.fd, directory !== null)
    this.#listener = listener
    this.#attach(host, true)
  }

  /**
   * Opens the thread's own namespace. Names are read by the first `rescan`.
   * @param directory null: only those that `attachFound` is given
   */
  static open(
    directory: string | null,
    listener: NamespaceListener,
    { isNew, ownName }: OwnNamespace,
  ): Namespaces | Refusal {
    const held = isNew ? new FreshSettings().hold() : holdCurrent()
    return held instanceof Refusal ? held : new Namespaces(directory, namespaceOf(ownName, held), listener)
  }

  /** `host` first, then in order of appearance. */
  all(): IterableIterator<Namespace> {
    return this.#byName.values()
  }

  get count(): number {
    return this.#byName.size
  }

  find(name: string): Namespace | Refusal {
    return (
      this.#byName.get(name) ?? Refusal.of(ENOENT, `Cannot open network namespace "${name}": No such file or directory`)
    )
  }

  has(namespace: Namespace): boolean {
    return this.#byName.get(namespace.name) === namespace
  }

  path(name: string): string {
    return join(this.#home, name)
  }

  get #home(): string {
    if (this.#directory === null) throw new Error('Namespaces that others have made are not named here')
    return this.#directory
  }

  /** Others have made them all: nothing is written, anywhere. */
  get onlyLooks(): boolean {
    return this.#directory === null
  }

  /** Runs `action` inside a namespace. It must not await: the thread is back in its own before anything else runs. */
  within<T>(namespace: Namespace, action: () => T): T | Refusal {
    return namespace === this.host ? action() : this.inside(namespace.fd, action)
  }

  /** The same for a namespace that the worker is not attached to, by a descriptor of it. */
  inside<T>(fd: number, action: () => T): T | Refusal {
    if (libc.setns(fd, libc.CLONE_NEWNET) !== 0) return libc.lastRefusal()
    try {
      return action()
    } finally {
      this.#goHome()
    }
  }

  /** Runs `action` inside a new namespace without a name, which ends when the last descriptor that `action` opened is closed. */
  withinScratch<T>(action: () => T): T | Refusal {
    if (libc.unshare(libc.CLONE_NEWNET) !== 0) return libc.lastRefusal()
    try {
      return action()
    } finally {
      this.#goHome()
    }
  }

  #goHome(): void {
    // A worker in the wrong namespace would do everything to the wrong network: it must not go on.
    if (libc.setns(this.host.fd, libc.CLONE_NEWNET) !== 0)
      throw new Error(`Could not return to the host namespace: ${libc.lastRefusal().message}`)
  }

  /**
   * `ip netns add NAME`, and attaches to it. `announce` hears of the namespace before it has its name, and may refuse;
   * without a name it ends here.
   */
  add(name: string, announce?: (cookie: string | null) => Refusal | null): Refusal | null {
    if (name === hostNamespace || !isFileName(name)) return Refusal.of(EINVAL, `Invalid netns name "${name}"`)
    const path = this.path(name)
    this.#prepare()
    const held = this.spares.take() ?? this.withinScratch(() => this.#fresh.hold())
    if (held instanceof Refusal) return held
    const made = namespaceOf(name, held)
    const refusal = announce?.(made.cookie) ?? nameIt(path, held.fd)
    if (refusal) letGo(held)
    else this.#attach(made, false)
    return refusal
  }

  /** As `ip netns add` does once: names must be seen, and unmounted, in every mount namespace that shares the directory. */
  #prepare(): void {
    if (this.#prepared) return
    libc.mkdir(this.#home, 0o755)
    if (libc.mount('', this.#home, 'none', libc.MS_SHARED | libc.MS_REC, null) !== 0 && libc.lastErrno() === EINVAL) {
      this.#ownMount = libc.mount(this.#home, this.#home, 'none', libc.MS_BIND | libc.MS_REC, null) === 0
      libc.mount('', this.#home, 'none', libc.MS_SHARED | libc.MS_REC, null)
    }
    this.#prepared = true
  }

  /** `ip netns delete NAME`. What is inside goes with the last process or descriptor that holds it. */
  delete(name: string): Refusal | null {
    if (!isFileName(name)) return Refusal.of(EINVAL, `Invalid netns name "${name}"`)
    if (name === hostNamespace) return Refusal.of(EINVAL, 'The host namespace cannot be deleted')
    const gone = this.#unname(name)
    const known = this.#byName.get(name)
    if (known && (gone === null || gone.errno === ENOENT)) this.#detach(known)
    return gone
  }

  #unname(name: string): Refusal | null {
    const path = this.path(name)
    libc.umount2(path, libc.MNT_DETACH)
    return libc.unlink(path) === 0 ? null : libc.lastRefusal().about(`Cannot remove namespace file "${path}"`)
  }

  /** Deletes these names; returns those that were there. */
  drop(names: readonly string[]): string[] {
    // Every single unmount waits for all readers of the mount table (synchronize_rcu_expedited in namespace_unlock), which
    // takes 0.1-1 ms. Where nothing else is in the directory, its own mount takes them all along in one.
    const there = this.#names()
    const all = new Set(names)
    if (this.#ownMount && there.length >= dropTogetherFrom && there.every((name) => all.has(name))) {
      this.#ownMount = false
      this.#prepared = false
      libc.umount2(this.#home, libc.MNT_DETACH)
    }
    const dropped = names.filter((name) => name !== hostNamespace && isFileName(name) && this.#unname(name) === null)
    // Descriptors last: with the first namespace that ends the kernel begins to clean up, and takes the processor for it.
    this.#detach(...dropped.map((name) => this.#byName.get(name)).filter((known) => known !== undefined))
    return dropped
  }

  #names(): string[] {
    try {
      return readdirSync(this.#home)
    } catch {
      // No directory: nobody has made a name yet.
      return []
    }
  }

  /** Attaches to names that have appeared and leaves those that are gone, or that now mean another namespace. */
  rescan(): void {
    if (this.onlyLooks) return
    const names = this.#names()
    const present = new Set(names)
    const absent = [...this.#byName.values()].filter((known) => known !== this.host && !present.has(known.name))
    if (absent.length > 0) this.#detach(...absent)
    for (const name of names) {
      if (name === hostNamespace) continue
      const path = this.path(name)
      const inode = statSync(path, { throwIfNoEntry: false })?.ino
      const known = this.#byName.get(name)
      if (known && known.inode === inode) continue
      if (known) this.#detach(known)
      if (inode !== undefined) this.#tryAttach(name, path)
    }
  }

  /** A name that is no namespace yet is left for the next change of mounts, which its own mount will be. */
  #tryAttach(name: string, path: string): void {
    try {
      if (statfsSync(path).type !== NSFS_MAGIC) return
    } catch {
      return
    }
    const fd = libc.open(path, libc.O_RDONLY | libc.O_CLOEXEC, 0)
    if (fd < 0) return
    if (libc.setns(fd, libc.CLONE_NEWNET) !== 0) {
      // A namespace of another type, or of a user namespace above ours.
      libc.close(fd)
      return
    }
    let held: Held | Refusal
    try {
      held = holdWith(fd)
    } finally {
      this.#goHome()
    }
    if (held instanceof Refusal) libc.close(fd)
    else this.#attach(namespaceOf(name, held), true)
  }

  /**
   * Stays with those that are found again and leaves the others. A path is looked at before it is opened, and opened by
   * what was looked at: a process that has gone may have given its number to another, and a directory of strangers may
   * hold anything.
   */
  attachFound(found: readonly FoundNamespace[]): readonly { readonly name: string; readonly refusal: Refusal }[] {
    const wanted = new Map(found.map((each) => [each.name, each]))
    const gone = [...this.#byName.values()].filter(
      (known) => known !== this.host && wanted.get(known.name)?.inode !== known.inode,
    )
    if (gone.length > 0) this.#detach(...gone)
    const refused: { name: string; refusal: Refusal }[] = []
    for (const { name, inode, path } of found) {
      if (this.#byName.has(name)) continue
      const refusal = this.#attachOne(name, inode, path)
      if (refusal) refused.push({ name, refusal })
    }
    return refused
  }

  #attachOne(name: string, inode: number, path: string): Refusal | null {
    const fd = openNamespace(path, inode)
    if (fd instanceof Refusal) return fd
    const held = this.inside(fd, () => holdWith(fd))
    if (held instanceof Refusal) {
      libc.close(fd)
      return held
    }
    this.#attach(namespaceOf(name, held), true)
    return null
  }

  #attach(namespace: Namespace, found: boolean): void {
    this.#byName.set(namespace.name, namespace)
    this.#listener.attached(namespace, found)
  }

  #detach(...gone: readonly Namespace[]): void {
    for (const namespace of gone) {
      this.#byName.delete(namespace.name)
      this.#listener.detached(namespace)
      letGo(namespace)
      this.peers.forget(namespace)
    }
    const forgotten = new Set(gone)
    for (const other of this.#byName.values()) other.mirror.forget(forgotten)
  }

  /** Leaves every namespace; their names stay. Resolves when the thread that makes them ahead has ended, too. */
  close(): Promise<void> {
    this.peers.close()
    const ended = this.spares.close()
    this.#detach(...this.#byName.values())
    return ended
  }
}

/** A descriptor of the namespace of that number, if it is what is there now. */
function openNamespace(path: string, inode: number): number | Refusal {
  const place = libc.open(path, libc.O_PATH | libc.O_CLOEXEC, 0)
  if (place < 0) return libc.lastRefusal().about(path)
  try {
    const at = `/proc/thread-self/fd/${place}`
    if (statfsSync(at).type !== NSFS_MAGIC || statSync(at).ino !== inode) return Refusal.of(ENOENT).about(path)
    const fd = libc.open(at, libc.O_RDONLY | libc.O_CLOEXEC, 0)
    return fd < 0 ? libc.lastRefusal().about(path) : fd
  } catch {
    return Refusal.of(ENOENT).about(path)
  } finally {
    libc.close(place)
  }
}

/** Binds a namespace, by a descriptor of it, to a new file. */
function nameIt(path: string, fd: number): Refusal | null {
  const file = libc.open(path, libc.O_RDONLY | libc.O_CREAT | libc.O_EXCL | libc.O_CLOEXEC, 0)
  if (file < 0) return libc.lastRefusal().about(`Cannot create namespace file "${path}"`)
  libc.close(file)
  if (libc.mount(`/proc/thread-self/fd/${fd}`, path, 'none', libc.MS_BIND, null) === 0) return null
  const refusal = libc.lastRefusal().about(`Bind /proc/self/ns/net -> ${path} failed`)
  libc.unlink(path)
  return refusal
}

const isFileName = (name: string): boolean => name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name)
