/**
 * The helper's side of the contract: one connection, every request checked against its schema, answers as values.
 * Requests that change the network run one after the other.
 */
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node'
import type { TextChannel } from '../core/channel.js'
import { printable } from '../core/lab/plain-text.js'
import { openDoor } from '../core/door/door.js'
import { tellingSysctls } from '../core/plan/read-back-sysctls.js'
import type { NetnsFileStep } from '../core/plan/step.js'
import { normalise } from '../core/lab/normalise.js'
import { validateLabFile } from '../core/lab/validate.js'
import type { LabFile } from '../core/lab/schema.js'
import {
  requests,
  type Capabilities,
  type CommandRecord,
  type Failure,
  type NotificationName,
  type Notifications,
  type Params,
  type RequestName,
  type Results,
} from '../core/rpc.js'
import { checkLab } from './check-lab.js'
import { readConnections } from './connections.js'
import { Deployer } from './deploy.js'
import { failure } from '../core/failure.js'
import type { Account } from './elevated/caller.js'
import type { RealHost } from './host/real-host.js'
import type { KernelWorker } from './kernel/client.js'
import { Labs } from './labs.js'
import { changeLeaseResolver, netnsRoot, readNetnsFiles } from './netns-files.js'
import { DirectoryWatch } from './directory-watch.js'
import { Mirror } from './mirror.js'
import type { SandboxLab } from './sandbox/sandbox-lab.js'
import { Services } from './services.js'
import type { StandingLab } from './standing-lab.js'
import { Terminals } from './terminal.js'
import { Tracer } from './trace/tracer.js'
import { heldTrace } from './traffic/held-trace.js'
import { LiveFilm } from './traffic/live-film.js'
import { said } from '../core/words/said.js'

/** Commands kept for a client that comes later or again: the plan of a lab of 200 namespaces. */
const keptCommands = 2000

/** Whoever sends a lab has checked it; the helper trusts nobody. */
function firstError(file: LabFile): Failure | null {
  const wrong = validateLabFile(file).find(({ severity }) => severity === 'error')
  return wrong ? failure('invalid-lab', wrong.said.message, wrong.path.join('.'), wrong.hint) : null
}

/** Where the helper runs, and for whom. */
export interface HelperPlace {
  readonly mode: Capabilities['mode']
  /** Whose shells run in the terminals; null: those of whoever this process is. */
  readonly account: Account | null
  /** Told of every `session/beat`. */
  beat?(): void
  /** What came over the channel is no message. */
  broken(): void
  /** The network was made by somebody else, before this helper came: it is read, and no setting of it is put right. */
  readonly found?: boolean
}

const notElevated = failure(
  'not-elevated',
  said`This session is in a sandbox, and changes nothing on the machine itself; start one with administrator rights for that.`,
)

/** Who looks at the machine is a process of its own, which can do nothing else. */
const notLooking = {
  ok: false,
  failure: failure(
    'not-looking',
    said`This session is of a lab, and does not look at the machine itself; the command look starts one that does.`,
  ),
} as const

export class HelperServer {
  private readonly mirror: Mirror
  private readonly services: Services
  private readonly netnsFiles = new DirectoryWatch([netnsRoot], 'below', () => this.mirror.filesRead(readNetnsFiles()))
  private readonly deployer: Deployer
  private connection: MessageConnection | null = null
  private opened = false
  private readonly terminals: Terminals
  private readonly tracer: Tracer
  private readonly liveFilm: LiveFilm
  private readonly labs: Labs
  private readonly sandbox: SandboxLab
  /** In elevated mode, and then instead of the sandbox: the lab's `host` is the machine itself. */
  private readonly host: RealHost | null
  /** The lab that a client has open while its network is built by hand: what a fix goes by, and never a plan. */
  private byHand: StandingLab | null = null
  private commands: CommandRecord[] = []
  private sequence = 0
  /** The tail of the queue of requests that change the network. */
  private queue: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly channel: TextChannel,
    private readonly worker: KernelWorker,
    private readonly capabilities: () => Promise<Capabilities>,
    private readonly place: HelperPlace,
  ) {
    this.terminals = new Terminals(
      {
        data: (terminal, data) => this.notify('terminal/data', { terminal, data }),
        ended: (terminal, exitCode, signal) => this.notify('terminal/ended', { terminal, exitCode, signal }),
        // It may have set what the kernel tells no event of. A worker that has ended has nothing to tell.
        ran: () => void worker.request('look-again', {}).catch(() => {}),
      },
      place.account,
    )
    this.mirror = new Mirror((revision, changes) => this.notify('live/changed', { revision, changes }))
    const beforeFile =
      place.mode === 'elevated' ? (step: NetnsFileStep) => this.host?.beforeFile(step) ?? null : undefined
    this.services = new Services(
      worker,
      (namespace, served) => this.mirror.servicesChanged(namespace, served),
      (namespace, text, before) => {
        const stands = changeLeaseResolver(namespace, text, before, beforeFile)
        if (stands !== before) this.mirror.filesRead(readNetnsFiles())
        return stands
      },
    )
    this.deployer = new Deployer(worker, this.services, {
      progress: (done, total, text) => this.notify('deploy/progress', { done, total, text }),
      ran: (records) => this.ran(records),
      beforeRules: async (steps) => (await this.host?.beforeRules(steps)) ?? null,
      ...(beforeFile ? { beforeFile } : {}),
      loaded: (namespace, text) => this.mirror.textLoaded(namespace, text),
    })
    this.labs = new Labs({
      ...{ worker, services: this.services, deployer: this.deployer, terminals: this.terminals, mirror: this.mirror },
      missing: () => this.missing(),
      readAll: (names) => this.readAll(names),
      ran: (records) => this.ran(records),
    })
    this.sandbox = this.labs.sandbox()
    this.host = place.mode === 'elevated' ? this.labs.host() : null
    this.tracer = new Tracer(worker, this.mirror, this.deployer, {
      refresh: async () => {
        await this.readAll()
        await this.mirror.readRulesets([])
      },
      lab: () => {
        const known = this.standing ?? this.byHand
        return known && { lab: known.lab, name: known.file.name }
      },
      mayRepair: async (steps) => (await this.host?.mayRepair(steps)) ?? null,
      keepsForeign: place.mode === 'sandbox',
      trial: place.mode === 'sandbox' ? this.labs.trial(() => this.liveFilm.hush()) : null,
      progress: (from, to, sent, most) => this.notify('trace/progress', { from, to, sent, most }),
      ran: (records) => this.ran(records),
    })
    this.liveFilm = new LiveFilm(worker, {
      isOurs: ({ namespace, ifindex }) => this.host?.isOurs(namespace, ifindex) ?? true,
      live: () => this.mirror.state,
      packets: (batch) => this.notify('capture/packets', batch),
      state: (state) => this.notify('capture/state', state),
    })
    worker.on('changed', ({ changes }) => {
      for (const change of changes) if (change.removed) this.services.drop(change.namespace)
      // Its files may be there already.
      if (this.mirror.kernelChanged(changes)) this.netnsFiles.look()
    })
    worker.on('ruleset-changed', ({ namespaces }) => void this.mirror.readRulesets(namespaces))
  }

  /** @param watchedSysctls dotted keys to read with every namespace */
  async start(netnsDirectory: string, watchedSysctls: readonly string[]): Promise<void> {
    const found = this.place.found === true
    const isNew = !this.host && !found
    const { namespaces } = await this.worker.request('open', { netnsDirectory, watchedSysctls, isNew })
    this.mirror.read(namespaces)
    if (found) await this.watchTelling()
    else this.netnsFiles.start()
    this.connection = openDoor(this.channel, createMessageConnection, {
      requests,
      refuses: (name) =>
        this.opened || name === 'session/open' || name === 'session/beat' ? null : 'session/open must come first',
      answer: (name, params) => (this.answers[name as RequestName] as (params: unknown) => Promise<unknown>)(params),
      bug: (text) => void process.stderr.write(printable(`${text}\n`)),
    })
    // Whoever sends what is no message is no shell of ours.
    this.connection.onError(() => this.place.broken())
  }

  private readonly answers: { readonly [N in RequestName]: (params: Params<N>) => Promise<Results[N]> } = {
    'session/open': () => this.open(),
    'session/beat': async () => {
      this.place.beat?.()
      return { ok: true }
    },
    'lab/apply': (params) => this.inOrder(() => this.apply(params)),
    'lab/clear': () => this.inOrder(() => this.clear()),
    'host/preflight': (params) => this.inOrder(() => this.preflight(params)),
    'host/leave': ({ keep }) => this.inOrder(() => this.leave(keep)),
    'host/recover': () => this.inOrder(() => this.recover()),
    'lab/check': (params) => this.inOrder(() => this.check(params)),
    'trace/run': (params) => this.inOrder(() => this.trace(params)),
    'trace/list': async () => ({ traces: this.tracer.list() }),
    'trace/get': async ({ trace }) => this.tracer.get(trace),
    'trace/fix': ({ trace }) => this.inOrder(() => this.tracer.fix(trace)),
    'trace/unfix': ({ undo }) => this.inOrder(() => this.tracer.unfix(undo)),
    'capture/start': () => this.liveFilm.start(),
    'capture/stop': () => this.liveFilm.stop(),
    'capture/acknowledge': async ({ batch }) => {
      this.liveFilm.acknowledge(batch)
      return { ok: true }
    },
    'capture/freeze': (params) => this.freeze(params),
    'live/refresh': () => this.refresh(),
    'live/look': ({ namespace }) => this.look(namespace),
    'terminal/open': (params) => this.terminals.open(params),
    'terminal/input': async (params) => this.terminals.input(params),
    'terminal/place': (params) => this.terminals.place(params),
    'terminal/resize': async (params) => this.terminals.resize(params),
    'terminal/acknowledge': async (params) => this.terminals.acknowledge(params),
    'terminal/attach': async (params) => this.terminals.attach(params),
    'terminal/close': (params) => this.terminals.close(params),
    'machine/look': async () => notLooking,
    'machine/explain': async () => notLooking,
    'machine/watch': async () => notLooking,
    'machine/twin': async () => notLooking,
  }

  private ran(records: readonly Omit<CommandRecord, 'sequence'>[]): void {
    const commands = records.map((record) => ({ sequence: ++this.sequence, ...record }))
    this.commands = [...this.commands, ...commands].slice(-keptCommands)
    this.notify('command/ran', { commands })
  }

  private notify<N extends NotificationName>(name: N, params: Notifications[N]): void {
    if (this.opened) void this.connection?.sendNotification(name, params).catch(() => {})
  }

  private inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work, work)
    this.queue = result.catch(() => {})
    return result
  }

  private async open(): Promise<Results['session/open']> {
    const capabilities = await this.capabilities()
    const left = (await this.inOrder(async () => this.host?.open())) ?? null
    this.mirror.flush()
    this.opened = true
    const { state: live } = this.mirror
    return {
      capabilities,
      live,
      lab: this.standing?.file ?? null,
      terminals: this.terminals.list(),
      commands: this.commands,
      left,
    }
  }

  private async apply(params: Params<'lab/apply'>): Promise<Results['lab/apply']> {
    const wrong = firstError(params.lab)
    if (wrong) return { ok: false, failure: wrong }
    return (this.host ?? this.sandbox).apply(params)
  }

  private async missing(): Promise<ReadonlyMap<string, string>> {
    const { features } = await this.capabilities()
    return new Map(
      features.filter(({ available }) => !available).map(({ name, reason }) => [name, reason ?? 'not there']),
    )
  }

  /** The lab that stands, wherever that is. */
  private get standing(): StandingLab | null {
    return (this.host ?? this.sandbox).standing
  }

  private async preflight(params: Params<'host/preflight'>): Promise<Results['host/preflight']> {
    const wrong = firstError(params.lab)
    if (wrong) return { ok: false, failure: wrong }
    return this.host?.preflight(params) ?? { ok: false, failure: notElevated }
  }

  private async leave(keep: boolean): Promise<Results['host/leave']> {
    if (!this.host) return { ok: false, failure: notElevated }
    this.host.leave(keep)
    return { ok: true }
  }

  private async recover(): Promise<Results['host/recover']> {
    if (!this.host) return { ok: false, failure: notElevated }
    return this.host.recover()
  }

  /** Of a network that was found no lab says which settings matter: all that a lab could name are read. */
  private async watchTelling(): Promise<void> {
    for (const { name: namespace, links } of this.mirror.state.namespaces)
      await this.worker.request('watch-sysctls', { namespace, keys: tellingSysctls(links) })
    await this.readAll()
  }

  private async readAll(names: readonly string[] | null = null): Promise<void> {
    const { namespaces } = await this.worker.request('read', { namespaces: names })
    this.mirror.read(namespaces)
    this.mirror.filesRead(readNetnsFiles())
  }

  private async clear(): Promise<Results['lab/clear']> {
    const result = await (this.host ?? this.sandbox).clear()
    this.tracer.forget()
    return result
  }

  /** On the machine itself a fix goes by what was deployed alone. Returns what is wrong with the lab. */
  private takeByHand(file: LabFile | undefined): Failure | null {
    const wrong = file ? firstError(file) : null
    if (!wrong) this.byHand = file && !this.host ? { file, lab: normalise(file) } : null
    return wrong
  }

  private async trace({ lab, ...params }: Params<'trace/run'>): Promise<Results['trace/run']> {
    const wrong = this.takeByHand(lab)
    return wrong ? { ok: false, failure: wrong } : this.tracer.run(params)
  }

  private async check({ lab: file, ...asked }: Params<'lab/check'>): Promise<Results['lab/check']> {
    const wrong = this.takeByHand(file)
    if (wrong) return { ok: false, failure: wrong }
    const lab = file ? normalise(file) : (this.standing?.lab ?? null)
    if (lab === null)
      return {
        ok: false,
        failure: failure('nothing-deployed', said`No lab is deployed; deploy one, then run its checks.`),
      }
    await this.readAll()
    return checkLab(lab, asked, {
      ...{ worker: this.worker, tracer: this.tracer },
      live: () => this.mirror.state,
      read: (namespaces) => this.readAll(namespaces),
      result: (check) => this.notify('check/result', { check }),
    })
  }

  private async freeze(params: Params<'capture/freeze'>): Promise<Results['capture/freeze']> {
    const stored = this.liveFilm.find(params)
    if (!stored)
      return {
        ok: false,
        failure: failure('no-such-packet', said`That packet is no longer kept; choose one that passed later.`),
      }
    const trace = await heldTrace(stored, this.mirror.state, this.standing?.file.name ?? null)
    this.tracer.keepOverheard(trace)
    return { ok: true, trace }
  }

  private async refresh(): Promise<Results['live/refresh']> {
    await this.readAll()
    const { nft, legacy } = await this.worker.request('ruled', {})
    const known = this.mirror.state.namespaces.filter(
      ({ ruleset: { nft: rules, iptables } }) => rules.length + iptables.length > 0,
    )
    await this.mirror.readRulesets([...new Set([...nft, ...known.map(({ name }) => name)])])
    await this.mirror.readRulesets(legacy, true)
    this.mirror.flush()
    return { live: this.mirror.state }
  }

  private async look(name: string): Promise<Results['live/look']> {
    const namespace = this.mirror.state.namespaces.find((each) => each.name === name)
    if (!namespace)
      return { ok: false, failure: failure('no-such-namespace', said`There is no namespace ${name}.`, name) }
    if (namespace.ruleset.iptables.some(({ rule }) => rule !== null)) await this.mirror.readRulesets([name])
    const connections = await readConnections(name)
    if (connections) this.mirror.connectionsRead(name, connections)
    return { ok: true }
  }

  /** Lets go of what the process would otherwise keep alive; on the machine itself the lab goes, unless it is to stay. */
  async close(): Promise<void> {
    // Nobody listens any more, and a closed connection takes it amiss to be told something.
    this.opened = false
    this.deployer.halt()
    await this.inOrder(async () => this.host?.end())
    this.netnsFiles.stop()
    this.services.dropAll()
    void this.liveFilm.stop()
    await Promise.all([this.terminals.closeAll(), this.worker.close()])
  }
}
