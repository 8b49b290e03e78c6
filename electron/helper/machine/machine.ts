/** The machine's own networks, as somebody finds them: looked at, explained, twinned; nothing of them is changed. */
import { failure } from '../../core/failure.js'
import { hostNamespace } from '../../core/lab/lab.js'
import type { LiveLink, LiveState } from '../../core/live/state.js'
import { traceTable } from '../../core/live/own-table.js'
import { aimAt } from '../../core/machine/aim.js'
import { findByName, type Known } from '../../core/machine/find.js'
import { typedOnMachine } from '../../core/machine/commands.js'
import { withJoining, type Joining } from '../../core/machine/joining.js'
import { keyFor } from '../../core/machine/keys.js'
import { netnsName } from '../../core/machine/mounts.js'
import { twinOf } from '../../core/machine/twin.js'
import { namespaceId, type MachineListener, type MachineName } from '../../core/machine/view.js'
import { tellingSysctls } from '../../core/plan/read-back-sysctls.js'
import type { Params, Results } from '../../core/rpc.js'
import { said } from '../../core/words/said.js'
import type { Episode } from '../../core/packet/stream/episodes.js'
import { endsOf, readFlowFilter } from '../../core/packet/stream/flow-filter.js'
import { KernelRefusal, type KernelWorker } from '../kernel/client.js'
import { Mirror } from '../mirror.js'
import { findNamespacesBy } from '../run.js'
import { Tracer } from '../trace/tracer.js'
import { Alert, isNews } from './alert.js'
import type { EngineNetworks } from './engines.js'
import { discover, type Discovered, type Discovery } from './discover.js'
import { namesOf } from './names.js'
import { socketOwners } from './processes.js'
import { viewOf } from './view-of.js'
import { watchTraffic } from './watch.js'

/** What was found at one time, and what of it could be entered. */
export interface Survey {
  readonly discovery: Discovery
  readonly names: ReadonlyMap<number, readonly MachineName[]>
  readonly networks: EngineNetworks
  /** Of those that could be entered: key by inode. */
  readonly keys: ReadonlyMap<number, string>
  /** The kernel's words, by inode. */
  readonly refused: ReadonlyMap<number, string>
}

export class Machine {
  private readonly mirror = new Mirror((_, changes) => {
    if (changes.some(isNews)) this.alert.changed()
  })
  private readonly alert: Alert
  private readonly tracer: Tracer
  /** Keys stay with their namespaces as long as these are there. */
  private keys: ReadonlyMap<number, string> = new Map()
  private files = new Map<string, string>()
  private mayTraceRules = false
  private touched: string[] = []

  /**
   * @param askedFrom as `discover` takes it
   * @param changed told when it may be otherwise, once somebody has asked for that
   */
  constructor(
    private readonly worker: KernelWorker,
    private readonly askedFrom: number | null,
    changed: () => void,
  ) {
    this.alert = new Alert(changed, async () => JSON.stringify(await this.worker.request('listeners', {})))
    worker.on('changed', ({ changes }) => this.mirror.kernelChanged(changes))
    worker.on('ruleset-changed', () => this.alert.changed())
    findNamespacesBy((name) => this.files.get(name) ?? null)
    this.tracer = new Tracer(worker, this.mirror, null, {
      refresh: async () => {
        await this.find()
        await this.readRulesets()
      },
      lab: () => null,
      progress: () => {},
      ran: () => {},
      mayRepair: async () => onlyLooks,
      mayTraceRules: (namespaces) => this.beforeRules(namespaces),
      keepsForeign: false,
      trial: null,
    })
  }

  async open(watchedSysctls: readonly string[]): Promise<void> {
    const discovery = discover(this.askedFrom)
    const ownName = this.keysFor(discovery, (await namesOf(discovery)).names).get(discovery.ownInode)
    const { namespaces } = await this.worker.request('open', {
      ...{ netnsDirectory: null, watchedSysctls },
      ...(ownName === undefined ? {} : { ownName }),
    })
    this.mirror.read(namespaces)
  }

  async look({ live = false, watch = false }: Params<'machine/look'>): Promise<Results['machine/look']> {
    const survey = await this.find()
    const { discovery, refused } = survey
    if (live) await this.readRulesets()
    else await this.readRulesets(survey)
    if (watch) {
      await this.worker.request('hear', {})
      this.alert.start()
    }
    return {
      ok: true,
      namespaces: viewOf(survey, this.live(survey), await this.listeners(survey)),
      hidden: [...discovery.hidden.keys()],
      known: [...discovery.known],
      refused: [...refused].map(([inode, reason]) => ({ id: namespaceId(inode), reason })),
      live: live ? this.live(survey) : null,
    }
  }

  close(): void {
    this.alert.stop()
  }

  async twin({ only }: Params<'machine/twin'>): Promise<Results['machine/twin']> {
    const survey = await this.find()
    const wanted = new Set<string>()
    for (const name of only ?? []) {
      const found = findByName(name, this.known(survey))
      if ('wrong' in found) return { ok: false, failure: failure('no-such-namespace', found.wrong, name) }
      wanted.add(found.key)
    }
    await this.readTelling(survey, wanted)
    await this.readRulesets()
    const listeners = await this.listeners(survey)
    const { revision, namespaces } = this.live(survey)
    const chosen = only === undefined ? namespaces : namespaces.filter(({ name }) => wanted.has(name))
    const { lab, unexpressed } = twinOf({ live: { revision, namespaces: chosen }, listeners }, 'twin')
    const unread = [...survey.refused].map(
      ([inode, reason]) => said`${this.called(survey, inode)}: it could not be read (${reason}).`,
    )
    const hidden = survey.discovery.hidden.size
    const others = hidden === 0 ? [] : [said`${hidden} namespaces of others could not be read.`]
    return {
      ...{ ok: true, lab },
      unexpressed: only === undefined ? [...unread, ...others, ...unexpressed] : unexpressed,
      ways: Object.fromEntries(
        chosen.flatMap(({ name }) => {
          const way = wayIn(survey, name)
          return name === hostNamespace || way === null ? [] : [[name, way]]
        }),
      ),
    }
  }

  async explain({ rules = false, ...asked }: Params<'machine/explain'>): Promise<Results['machine/explain']> {
    const survey = await this.find()
    const known = this.known(survey)
    const from = findByName(asked.from, known)
    if ('wrong' in from) return { ok: false, failure: failure('no-such-namespace', from.wrong, asked.from) }
    const to = aimAt(asked.to, from, known, (key) => this.mirror.state.namespaces.find(({ name }) => name === key))
    if ('failure' in to) return { ok: false, failure: to.failure }
    this.mayTraceRules = rules
    this.touched = []
    const traced = await this.tracer.run({ ...asked, from: from.key, to: to.text })
    this.tracer.forget()
    if (!traced.ok) return traced
    const { trace } = traced
    const typed = trace.diagnosis && typedOnMachine(trace.diagnosis, (key) => wayIn(survey, key))
    const diagnosis = typed && withJoining(typed, this.joining(survey, from.key, trace.probe.to))
    const passed = new Set([from.key, ...trace.hops.map(({ namespace }) => namespace)])
    const { revision, namespaces } = this.mirror.state
    const live = { revision, namespaces: namespaces.filter(({ name }) => passed.has(name)) }
    return { ok: true, trace: { ...trace, diagnosis }, live, touched: this.touched }
  }

  async watch({ filter, from, count, seconds }: Params<'machine/watch'>): Promise<Results['machine/watch']> {
    const read = readFlowFilter(filter)
    if (!read.ok) return { ok: false, failure: failure('wrong-filter', read.message, read.where) }
    const survey = await this.find()
    const sender = from === undefined ? null : findByName(from, this.known(survey))
    if (sender && 'wrong' in sender)
      return { ok: false, failure: failure('no-such-namespace', sender.wrong, from ?? null) }
    const live = this.live(survey)
    try {
      const matches = (episode: Episode): boolean =>
        endsOf(episode).some(read.matches) && (sender === null || episode.talk.flow.namespace === sender.key)
      const { traces, lost } = await watchTraffic(this.worker, live, { matches, count, seconds })
      const passed = new Set(traces.flatMap(({ hops }) => hops.map(({ namespace }) => namespace)))
      const namespaces = live.namespaces.filter(({ name }) => passed.has(name))
      return { ok: true, traces, live: { ...live, namespaces }, lost }
    } catch (error) {
      if (!(error instanceof KernelRefusal)) throw error
      return {
        ok: false,
        failure: failure('probe-refused', said`The kernel refused to capture: ${error.message}.`, null, error.message),
      }
    }
  }

  private beforeRules(namespaces: readonly string[]): boolean {
    if (this.mayTraceRules)
      this.touched = namespaces.map(
        (name) => `${name}: nft table ${traceTable}, removed by the kernel with the socket that owned it`,
      )
    return this.mayTraceRules
  }

  /** Finds what there is now, and reads all that can be entered. */
  private async find(): Promise<Survey> {
    const discovery = discover(this.askedFrom)
    const { names, networks } = await namesOf(discovery)
    const { ownInode, namespaces } = discovery
    const keys = this.keysFor(discovery, names)
    const found = [...namespaces.values()].flatMap(({ inode, path }) =>
      inode === ownInode ? [] : [{ name: keys.get(inode) ?? '', inode, path }],
    )
    const { attached, refused } = await this.worker.request('attach', { found })
    this.files = new Map(attached.map(({ name, fd }) => [name, `/proc/${process.pid}/fd/${fd}`]))
    const inodes = new Map(found.map(({ name, inode }) => [name, inode]))
    const survey: Survey = {
      ...{ discovery, names, networks },
      keys: new Map(attached.map(({ name, inode }) => [inode, name])),
      refused: new Map(refused.map(({ name, error }) => [inodes.get(name) ?? 0, error.message])),
    }
    await this.readAll()
    return survey
  }

  private keysFor(
    { namespaces, defaultInode }: Discovery,
    names: ReadonlyMap<number, readonly MachineName[]>,
  ): ReadonlyMap<number, string> {
    const keys = new Map<number, string>()
    keys.set(defaultInode, hostNamespace)
    for (const inode of namespaces.keys()) {
      const kept = this.keys.get(inode)
      if (kept !== undefined && !keys.has(inode)) keys.set(inode, kept)
    }
    const taken = new Set([hostNamespace, ...keys.values()])
    // Whoever types a name of `ip netns` means that of their own /run.
    const isNear = ({ mounts }: Discovered): boolean => mounts.some(({ by }) => by === null)
    const nearFirst = [...namespaces.values()].toSorted((a, b) => Number(isNear(b)) - Number(isNear(a)))
    for (const { inode } of nearFirst) {
      if (keys.has(inode)) continue
      const key = keyFor(names.get(inode) ?? [], inode, taken)
      keys.set(inode, key)
      taken.add(key)
    }
    this.keys = keys
    return keys
  }

  private async readAll(): Promise<void> {
    const { namespaces } = await this.worker.request('read', { namespaces: null })
    this.mirror.read(namespaces)
  }

  /** All that a lab could name of them. */
  private async readTelling(survey: Survey, wanted: ReadonlySet<string>): Promise<void> {
    for (const { name: namespace, links } of this.live(survey).namespaces)
      if (wanted.size === 0 || wanted.has(namespace))
        await this.worker.request('watch-sysctls', { namespace, keys: tellingSysctls(links) })
    await this.readAll()
  }

  /** Of all, or of those that publish ports of others: who has a bridge for them. */
  private async readRulesets(publishing: Survey | null = null): Promise<void> {
    const { nft, legacy } = await this.worker.request('ruled', {})
    const bridged = publishing && this.live(publishing).namespaces.filter(({ links }) => links.some(isBridge))
    const wanted = (name: string): boolean => bridged === null || bridged.some((each) => each.name === name)
    await this.mirror.readRulesets(nft.filter(wanted))
    await this.mirror.readRulesets(legacy.filter(wanted), true)
  }

  /** What could be entered, the machine's own first; others may be on their way out of the mirror. */
  private live({ keys }: Survey): LiveState {
    const { revision, namespaces } = this.mirror.state
    const there = new Map([...keys].map(([inode, name]) => [name, inode]))
    return { revision, namespaces: namespaces.filter(({ name, inode }) => there.get(name) === inode) }
  }

  private async listeners({ discovery }: Survey): Promise<Map<string, readonly MachineListener[]>> {
    const { sockets } = await this.worker.request('listeners', {})
    const inodes = new Set(Object.values(sockets).flatMap((each) => each.map(({ inode }) => inode)))
    const owners = socketOwners(discovery.processes, inodes)
    return new Map(
      Object.entries(sockets).map(([name, each]) => [
        name,
        each.map(({ inode, ...socket }) => ({ ...socket, process: owners.get(inode) ?? null })),
      ]),
    )
  }

  private joining({ names, networks, keys }: Survey, from: string, to: string): Joining {
    const inode = [...keys].find(([, key]) => key === from)?.[0]
    const target = this.mirror.state.namespaces.find(({ addresses }) =>
      addresses.some(({ address }) => address.replace(/\/.*/, '') === to),
    )
    return {
      names: (inode !== undefined && names.get(inode)) || [],
      ...{ target, networks: [...networks.machine, ...networks.users] },
    }
  }

  private known(survey: Survey): Known[] {
    const { discovery, names, keys } = survey
    return [...keys].map(([inode, key]) => ({
      ...{ key, id: namespaceId(inode), default: inode === discovery.defaultInode },
      names: names.get(inode) ?? [],
      own: (discovery.namespaces.get(inode)?.mounts ?? []).flatMap(({ path, by }) =>
        by === null ? (netnsName(path) ?? []) : [],
      ),
    }))
  }

  private called({ names }: Survey, inode: number): string {
    return names.get(inode)?.[0]?.name ?? namespaceId(inode)
  }
}

/** For a person to type; null where the name alone will do. */
function wayIn({ keys, discovery }: Survey, key: string): string | null {
  const inode = [...keys].find(([, each]) => each === key)?.[0]
  const found = inode === undefined ? undefined : discovery.namespaces.get(inode)
  const isNamed = found?.mounts.some(({ path, by }) => by === null && netnsName(path) === key)
  return found === undefined || isNamed ? null : found.path
}

const isBridge = ({ kind }: LiveLink): boolean => kind === 'bridge'

const onlyLooks = failure('only-looks', said`Nothing of this machine is changed by looking at it.`)
