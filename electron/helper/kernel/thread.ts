/** What the kernel worker does with each request. */
import { hostNamespace } from '../../core/lab/lab.js'
import { Captures } from './capture.js'
import { droppedBy, readCounters, readLegacyTables } from './counters.js'
import { makeRoomForDescriptors } from './descriptors.js'
import { EINVAL, Refusal } from './errno.js'
import { Features } from './features.js'
import { holdLock, releaseLock } from './lock.js'
import { listenerFamily, openListener } from './listen.js'
import { sectionBits } from './mirror.js'
import type { Namespace } from './namespace.js'
import { type NamespaceListener, Namespaces } from './namespaces.js'
import { Poller } from './poller.js'
import { echoAttempt } from './probe/icmp.js'
import { type Attempt, parseTarget, Probes, type Target } from './probe/probe.js'
import { connectAttempt } from './probe/tcp.js'
import { datagramAttempt } from './probe/udp.js'
import type {
  FoundNamespace,
  KernelError,
  ProbeReply,
  WaitingSocket,
  WorkerRequestName,
  WorkerRequests,
} from './protocol.js'
import { linkIndex } from './rtnetlink/link.js'
import { RuleTraces } from './rule-trace.js'
import { hasRules, RulesetWatch } from './ruleset.js'
import { runSteps } from './run.js'
import { StepJournal } from './step-journal.js'
import { LinkIndices } from './steps.js'
import { readWaitingSockets } from './sock-diag.js'
import { undoMade } from './undo.js'
import { Watch } from './watch.js'
import type { WorkerAnswer, WorkerEventMessage } from './wire.js'

type Params<N extends WorkerRequestName> = WorkerRequests[N][0]
type Reply<N extends WorkerRequestName> = WorkerRequests[N][1] | Refusal

interface Open {
  readonly poller: Poller
  readonly namespaces: Namespaces
  readonly watch: Watch
  readonly ruleset: RulesetWatch
  readonly probes: Probes
  readonly captures: Captures
  readonly ruleTraces: RuleTraces
  readonly features: Features
}

type Answerers = { readonly [N in WorkerRequestName]: (params: Params<N>) => Reply<N> | Promise<Reply<N>> }

export class KernelThread {
  readonly #post: (message: WorkerEventMessage) => void
  #open: Open | null = null
  #journal: StepJournal | null = null
  /** Runs under way, and whether the mount table changed meanwhile. */
  #runs = 0
  #rescanDue = false
  /** Runs follow one another: steps of two plans in turns would serve neither. */
  #running: Promise<unknown> = Promise.resolve()
  /** Begins to hear events, where nobody has asked for that yet. */
  #hear: (() => void) | null = null
  readonly #answerers: Answerers = {
    open: (params) => this.#start(params),
    attach: ({ found }) => this.#attach(found),
    hear: () => {
      if (!this.#open) return notOpen()
      this.#hear?.()
      this.#hear = null
      return null
    },
    listeners: () => this.#listeners(),
    run: (params) => this.#run(params),
    read: (params) => this.#read(params),
    ruled: () => this.#ruled(),
    'watch-sysctls': ({ namespace, keys }) => {
      if (!this.#open) return notOpen()
      const { watch, namespaces } = this.#open
      watch.watchSysctls(namespace, keys)
      // A namespace that is yet to be made is read with them from the start.
      const found = namespaces.find(namespace)
      if (!(found instanceof Refusal)) watch.mark(found, 0)
      return null
    },
    'look-again': () => {
      if (!this.#open) return notOpen()
      const { watch, namespaces } = this.#open
      for (const namespace of namespaces.all()) watch.mark(namespace, sectionBits.sysctls)
      return null
    },
    drop: ({ namespaces }) => this.#drop(namespaces),
    listen: ({ namespace, protocol, port, address }) =>
      this.#in(namespace, (open, found) => {
        const fd = openListener(open.namespaces, found, protocol, port, address)
        return fd instanceof Refusal ? fd : { fd, family: listenerFamily(fd) }
      }),
    ping: (params) => this.#probe(params, (target) => echoAttempt(target, params)),
    connect: (params) => this.#probe(params, (target) => connectAttempt(target, params.port, params.ttl)),
    datagram: (params) => this.#probe(params, (target) => datagramAttempt(target, params)),
    'capture-start': ({ maxFrames }) => {
      const capture = this.#open ? this.#open.captures.begin(maxFrames) : notOpen()
      return capture instanceof Refusal ? capture : { capture }
    },
    'capture-stop': ({ capture }) => this.#open?.captures.end(capture) ?? noCapture(capture),
    'capture-take': ({ capture }) => this.#open?.captures.take(capture) ?? noCapture(capture),
    'capture-sample': ({ capture, oneOf, vxlanPorts }) =>
      this.#open?.captures.sample(capture, oneOf, vxlanPorts) ? null : noCapture(capture),
    counters: (params) => this.#counters(params),
    'rule-trace-start': (params) => this.#traceRules(params),
    'rule-trace-stop': ({ trace }) =>
      this.#open?.ruleTraces.end(trace) ?? Refusal.of(EINVAL, `There is no rule trace ${trace}`),
    features: () => {
      const features = this.#open ? this.#open.features.try(this.#open.namespaces) : notOpen()
      return features instanceof Refusal ? features : { features }
    },
    lock: ({ path }) => {
      const held = path === null ? releaseLock() : holdLock(path)
      return held instanceof Refusal ? held : { held }
    },
    journal: ({ path }) => {
      this.#journal?.close()
      this.#journal = path === null ? null : new StepJournal(path)
      return null
    },
    cookies: () => {
      if (!this.#open) return notOpen()
      const { namespaces } = this.#open
      namespaces.rescan()
      return { cookies: Object.fromEntries([...namespaces.all()].map(({ name, cookie }) => [name, cookie])) }
    },
    undo: (made) => (this.#open ? { undone: undoMade(this.#open.namespaces, made) } : notOpen()),
    close: async () => {
      await this.#close()
      return null
    },
  }

  constructor(post: (message: WorkerEventMessage) => void) {
    this.#post = post
  }

  /** Never rejects: refusals and bugs are answers too. */
  async answer<N extends WorkerRequestName>(request: N, params: Params<N>): Promise<WorkerAnswer<N>> {
    try {
      const reply = await this.#answerers[request](params)
      return reply instanceof Refusal ? { error: plain(reply) } : { reply }
    } catch (bug) {
      return { failure: bug instanceof Error ? (bug.stack ?? bug.message) : String(bug) }
    }
  }

  async #start({
    netnsDirectory,
    watchedSysctls,
    ownName = hostNamespace,
    isNew = false,
  }: Params<'open'>): Promise<Reply<'open'>> {
    if (this.#open) return Refusal.of(EINVAL, 'The worker is open already')
    makeRoomForDescriptors()
    const poller = Poller.open(() => this.#mountsChanged())
    if (poller instanceof Refusal) return poller
    const watch = new Watch(poller, watchedSysctls, (changes) => this.#post({ event: 'changed', payload: { changes } }))
    const ruleset = new RulesetWatch(poller, (namespaces) =>
      this.#post({ event: 'ruleset-changed', payload: { namespaces } }),
    )
    const probes = new Probes(poller)
    const captures = new Captures(poller)
    const ruleTraces = new RuleTraces(poller)
    // Whoever only looks asks for what there is: nothing is heard before they ask for that, too.
    const onlyLooks = netnsDirectory === null
    if (onlyLooks) watch.hold()
    const listeners = [watch, ...(onlyLooks ? [] : [ruleset]), probes, captures, ruleTraces]
    const listener: NamespaceListener = {
      attached: (namespace, found) => {
        for (const each of listeners) each.attached(namespace, found)
      },
      detached: (namespace) => {
        for (const each of listeners) each.detached(namespace)
      },
    }
    const namespaces = Namespaces.open(netnsDirectory, listener, { isNew, ownName })
    if (namespaces instanceof Refusal) {
      poller.close()
      return namespaces
    }
    for (const listener of listeners) listener.start(namespaces)
    if (onlyLooks)
      this.#hear = () => {
        watch.release()
        ruleset.start(namespaces)
        listeners.push(ruleset)
        for (const namespace of namespaces.all()) ruleset.attached(namespace, true)
      }
    this.#open = { poller, namespaces, watch, ruleset, probes, captures, ruleTraces, features: new Features() }
    namespaces.rescan()
    const read = await watch.readNow([...namespaces.all()], true)
    if (!(read instanceof Refusal)) return { namespaces: read }
    await this.#close()
    return read
  }

  /** During a run it is our own steps that mount: reading the directory after each slice would only slow them. */
  #mountsChanged(): void {
    if (this.#runs > 0) this.#rescanDue = true
    else this.#open?.namespaces.rescan()
  }

  async #run({ steps, progress, halt }: Params<'run'>): Promise<Reply<'run'>> {
    const before = this.#running
    const mine = before.then(async () => {
      const open = this.#open
      if (!open) return notOpen()
      const { namespaces, watch } = open
      watch.hold()
      namespaces.spares.expect(steps.filter(({ op }) => op === 'namespace-add').length)
      this.#runs += 1
      try {
        return await runSteps(
          {
            namespaces,
            indices: new LinkIndices(),
            mark: (namespace, bits) => watch.mark(namespace, bits),
            journal: this.#journal,
          },
          { steps, halt },
          (done) => {
            if (progress) this.#post({ event: 'progress', payload: { done, total: steps.length } })
          },
        )
      } finally {
        this.#runs -= 1
        namespaces.spares.release()
        if (this.#rescanDue) namespaces.rescan()
        this.#rescanDue = false
        watch.release()
      }
    })
    this.#running = mine.catch(() => {})
    const result = await mine
    return result instanceof Refusal ? result : { done: result.done, error: result.error && plain(result.error) }
  }

  async #read({ namespaces: names }: Params<'read'>): Promise<Reply<'read'>> {
    if (!this.#open) return notOpen()
    const { namespaces, watch } = this.#open
    namespaces.rescan()
    const wanted: Namespace[] = []
    for (const name of names ?? []) {
      const found = namespaces.find(name)
      if (found instanceof Refusal) return found
      wanted.push(found)
    }
    const read = await watch.readNow(names ? wanted : [...namespaces.all()], false)
    return read instanceof Refusal ? read : { namespaces: read }
  }

  #ruled(): Reply<'ruled'> {
    if (!this.#open) return notOpen()
    const { namespaces } = this.#open
    const all = [...namespaces.all()]
    const withLegacy = (namespace: Namespace): boolean => {
      const tables = namespaces.within(namespace, readLegacyTables)
      return !(tables instanceof Refusal) && tables.length > 0
    }
    return {
      nft: all.filter((namespace) => hasRules(namespaces, namespace)).map(({ name }) => name),
      legacy: all.filter(withLegacy).map(({ name }) => name),
    }
  }

  #attach(found: readonly FoundNamespace[]): Reply<'attach'> {
    if (!this.#open) return notOpen()
    const { namespaces } = this.#open
    const refused = namespaces.attachFound(found)
    return {
      attached: [...namespaces.all()].map(({ name, inode, fd }) => ({ name, inode, fd })),
      refused: refused.map(({ name, refusal }) => ({ name, error: plain(refusal) })),
    }
  }

  #listeners(): Reply<'listeners'> {
    if (!this.#open) return notOpen()
    const { namespaces } = this.#open
    const sockets = Object.create(null) as Record<string, readonly WaitingSocket[]>
    for (const namespace of namespaces.all()) {
      const waiting = namespaces.within(namespace, readWaitingSockets)
      if (!(waiting instanceof Refusal)) sockets[namespace.name] = waiting
    }
    return { sockets }
  }

  /** Names that are not there need no dropping: only those that were are told. */
  #drop(names: readonly string[]): Reply<'drop'> {
    if (!this.#open) return notOpen()
    const { namespaces } = this.#open
    return { dropped: namespaces.drop(names) }
  }

  #counters({ namespaces: names }: Params<'counters'>): Reply<'counters'> {
    if (!this.#open) return notOpen()
    const { namespaces } = this.#open
    const counters = Object.create(null) as Record<string, Record<string, number>>
    const legacyTables = Object.create(null) as Record<string, string[]>
    for (const name of names ?? [...namespaces.all()].map((namespace) => namespace.name)) {
      const namespace = namespaces.find(name)
      if (namespace instanceof Refusal) continue
      const refusal = namespaces.within(namespace, () => {
        const { requests, mirror } = namespace
        counters[name] = { ...readCounters(), ...(mirror.qdiscs.size > 0 && droppedBy(requests, mirror.linkNames)) }
        legacyTables[name] = readLegacyTables()
      })
      if (refusal instanceof Refusal) return refusal
    }
    return { counters, legacyTables }
  }

  #traceRules(params: Params<'rule-trace-start'>): Reply<'rule-trace-start'> {
    if (!this.#open) return notOpen()
    const { namespaces, ruleTraces } = this.#open
    const ruled = params.ruled.flatMap(({ namespace: name, ...families }) => {
      const namespace = namespaces.find(name)
      return namespace instanceof Refusal ? [] : [{ namespace, ...families }]
    })
    const trace = ruleTraces.begin(ruled)
    return trace instanceof Refusal ? trace : { trace }
  }

  #in<T>(name: string, action: (open: Open, namespace: Namespace) => T | Refusal): T | Refusal {
    if (!this.#open) return notOpen()
    const found = this.#open.namespaces.find(name)
    return found instanceof Refusal ? found : action(this.#open, found)
  }

  #probe(
    params: { readonly namespace: string; readonly target: string; readonly timeoutMs: number },
    attempt: (target: Target) => Attempt,
  ): Promise<ProbeReply | Refusal> | Refusal {
    if (!this.#open) return notOpen()
    const { namespaces, probes } = this.#open
    const namespace = namespaces.find(params.namespace)
    if (namespace instanceof Refusal) return namespace
    const target = parseTarget(params.target, (name) => linkIndex(namespace.requests, name))
    return target instanceof Refusal ? target : probes.run(namespace, params.timeoutMs, attempt(target))
  }

  async #close(): Promise<void> {
    const open = this.#open
    this.#open = null
    if (!open) return
    open.watch.close()
    open.ruleset.close()
    open.probes.close()
    open.captures.close()
    open.ruleTraces.close()
    open.features.close()
    const ended = open.namespaces.close()
    open.poller.close()
    await ended
  }
}

const noCapture = (capture: number): Refusal => Refusal.of(EINVAL, `There is no capture ${capture}`)
const notOpen = (): Refusal => Refusal.of(EINVAL, 'The worker is not open')

/** Class instances do not travel between threads. */
const plain = ({ errno, code, message }: KernelError): KernelError => ({ errno, code, message })
