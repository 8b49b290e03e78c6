/**
 * The helper's side of the contract: one connection, every request checked against its schema, answers as values.
 * Requests that change the network run one after the other.
 */
import { type MessageConnection, ResponseError } from 'vscode-jsonrpc'
import type { Lab } from '../core/lab/lab.js'
import { hostNamespace } from '../core/lab/lab.js'
import { tellingSysctls } from '../core/plan/read-back-sysctls.js'
import { normalise } from '../core/lab/normalise.js'
import { validateLabFile } from '../core/lab/validate.js'
import type { LabFile } from '../core/lab/schema.js'
import {
  errorCodes,
  requests,
  type Capabilities,
  type CheckResult,
  type CommandRecord,
  type Failure,
  type NotificationName,
  type Notifications,
  type Params,
  type RequestName,
  type Results,
} from '../core/rpc.js'
import { untilBridgesForward } from './check-bridges.js'
import { runChecks } from './check.js'
import { readConnections } from './connections.js'
import { Deployer } from './deploy.js'
import { failure } from '../core/failure.js'
import type { Account } from './elevated/caller.js'
import { RealHost } from './host/real-host.js'
import type { KernelWorker } from './kernel/client.js'
import { Mirror } from './mirror.js'
import { SandboxLab } from './sandbox/sandbox-lab.js'
import { Services } from './services.js'
import type { StandingLab } from './standing-lab.js'
import { Terminals } from './terminal.js'
import { Tracer } from './trace/tracer.js'
import { Trial } from './trace/trial.js'
import { heldTrace } from './traffic/held-trace.js'
import { LiveFilm } from './traffic/live-film.js'
import { said } from '../core/words/said.js'

/** Commands kept for a client that comes later or again: the plan of a lab of 200 namespaces. */
const keptCommands = 2000

/** Whoever sends a lab has checked it; the helper trusts nobody. */
function firstError(file: LabFile): Failure | null {
  const wrong = validateLabFile(file).find(({ severity }) => severity === 'error')
  return wrong ? failure('invalid-lab', wrong.said?.message ?? wrong.message, wrong.path.join('.'), wrong.hint) : null
}

/** Where the helper runs, and for whom. */
export interface HelperPlace {
  readonly mode: Capabilities['mode']
  /** Whose shells run in the terminals; null: those of whoever this process is. */
  readonly account: Account | null
  /** Told of every `session/beat`. */
  beat?(): void
  /** The network was made by somebody else, before this helper came: it is read, and no setting of it is put right. */
  readonly found?: boolean
}

const notElevated = failure(
  'not-elevated',
  said`This session is in a sandbox, and changes nothing on the machine itself; start one with administrator rights for that.`,
)

export class HelperServer {
  private readonly mirror: Mirror
  private readonly services: Services
  private readonly deployer: Deployer
  private opened = false
  private readonly terminals: Terminals
  private readonly tracer: Tracer
  private readonly liveFilm: LiveFilm
  private readonly sandbox: SandboxLab
  /** In elevated mode, and then instead of the sandbox: the lab's `host` is the machine itself. */
  private readonly host: RealHost | null
  /** The lab that a client has open while its network is built by hand: what a fix goes by, and never a plan. */
  private meant: StandingLab | null = null
  private commands: CommandRecord[] = []
  private sequence = 0
  /** The tail of the queue of requests that change the network. */
  private queue: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly connection: MessageConnection,
    private readonly worker: KernelWorker,
    private readonly capabilities: () => Promise<Capabilities>,
    private readonly place: HelperPlace,
  ) {
    this.terminals = new Terminals(
      {
        data: (terminal, data) => this.notify('terminal/data', { terminal, data }),
        ended: (terminal, exitCode, signal) => this.notify('terminal/ended', { terminal, exitCode, signal }),
      },
      place.account,
    )
    this.mirror = new Mirror((revision, changes) => this.notify('live/changed', { revision, changes }))
    this.services = new Services(worker, (namespace, services) => this.mirror.servicesChanged(namespace, services))
    this.deployer = new Deployer(worker, this.services, {
      progress: (done, total, text) => this.notify('deploy/progress', { done, total, text }),
      ran: (records) => this.ran(records),
      beforeRules: async (steps) => (await this.host?.beforeRules(steps)) ?? null,
    })
    this.sandbox = this.makeSandbox()
    this.host = place.mode === 'elevated' ? this.makeHost() : null
    this.tracer = new Tracer(worker, this.mirror, this.deployer, {
      refresh: async () => {
        await this.readAll()
        await this.mirror.readRulesets([])
      },
      lab: () => {
        const known = this.now ?? this.meant
        return known && { lab: known.lab, name: known.file.name }
      },
      mayRepair: async (steps) => (await this.host?.mayRepair(steps)) ?? null,
      keepsForeign: place.mode === 'sandbox',
      trial: place.mode === 'sandbox' ? this.makeTrial() : null,
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
      this.mirror.kernelChanged(changes)
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
    this.handle('session/open', () => this.open())
    this.handle('session/beat', async () => {
      this.place.beat?.()
      return { ok: true }
    })
    this.handle('lab/apply', (params) => this.inOrder(() => this.apply(params)))
    this.handle('lab/clear', () => this.inOrder(() => this.clear()))
    this.handle('host/preflight', (params) => this.inOrder(() => this.preflight(params)))
    this.handle('host/leave', ({ keep }) => this.inOrder(() => this.leave(keep)))
    this.handle('host/recover', () => this.inOrder(() => this.recover()))
    this.handle('lab/check', (params) => this.inOrder(() => this.check(params)))
    this.handle('trace/run', (params) => this.inOrder(() => this.trace(params)))
    this.handle('trace/list', async () => ({ traces: this.tracer.list() }))
    this.handle('trace/get', async ({ trace }) => this.tracer.get(trace))
    this.handle('trace/fix', ({ trace }) => this.inOrder(() => this.tracer.fix(trace)))
    this.handle('trace/unfix', ({ undo }) => this.inOrder(() => this.tracer.unfix(undo)))
    this.handle('capture/start', () => this.liveFilm.start())
    this.handle('capture/stop', () => this.liveFilm.stop())
    this.handle('capture/acknowledge', async ({ batch }) => {
      this.liveFilm.acknowledge(batch)
      return { ok: true }
    })
    this.handle('capture/freeze', (params) => this.freeze(params))
    this.handle('live/refresh', () => this.refresh())
    this.handle('live/look', ({ namespace }) => this.look(namespace))
    this.handle('terminal/open', (params) => this.terminals.open(params))
    this.handle('terminal/input', async (params) => this.terminals.input(params))
    this.handle('terminal/place', (params) => this.terminals.place(params))
    this.handle('terminal/resize', async (params) => this.terminals.resize(params))
    this.handle('terminal/acknowledge', async (params) => this.terminals.acknowledge(params))
    this.handle('terminal/attach', async (params) => this.terminals.attach(params))
    this.handle('terminal/close', (params) => this.terminals.close(params))
    this.connection.listen()
  }

  private ran(records: readonly Omit<CommandRecord, 'sequence'>[]): void {
    const commands = records.map((record) => ({ sequence: ++this.sequence, ...record }))
    this.commands = [...this.commands, ...commands].slice(-keptCommands)
    this.notify('command/ran', { commands })
  }

  private handle<N extends RequestName>(name: N, answer: (params: Params<N>) => Promise<Results[N]>): void {
    this.connection.onRequest(name, async (raw: unknown) => {
      const parsed = requests[name].safeParse(raw ?? {})
      if (!parsed.success)
        return new ResponseError(
          errorCodes.invalidParams,
          `${name}: ${parsed.error.issues[0]?.message ?? 'invalid parameters'}`,
        )
      if (!this.opened && name !== 'session/open' && name !== 'session/beat')
        return new ResponseError(errorCodes.notOpen, 'session/open must come first')
      try {
        return await answer(parsed.data as Params<N>)
      } catch (error) {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
        process.stderr.write(`${name}: ${text}\n`)
        return new ResponseError(
          errorCodes.internal,
          `${name} failed unexpectedly: ${error instanceof Error ? error.message : text}`,
        )
      }
    })
  }

  private notify<N extends NotificationName>(name: N, params: Notifications[N]): void {
    if (this.opened) void this.connection.sendNotification(name, params).catch(() => {})
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
      lab: this.now?.file ?? null,
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
  private get now(): StandingLab | null {
    return (this.host ?? this.sandbox).applied
  }

  /** What labs of both kinds are lent. */
  private get lent() {
    return {
      worker: this.worker,
      deployer: this.deployer,
      live: () => this.mirror.state,
      missing: () => this.missing(),
      settle: (namespaces: readonly string[]) => this.settle(namespaces),
      letGo: (namespaces: readonly string[]) => {
        this.services.dropAll()
        return this.terminals.closeIn(namespaces)
      },
    }
  }

  /** What is tried is not in the log of commands: it is taken back before anybody could see it. */
  private makeTrial(): Trial {
    const deployer = new Deployer(this.worker, this.services, { progress: () => {}, ran: () => {} })
    return new Trial(
      this.mirror,
      deployer,
      () => this.readAll(),
      // One that somebody has just deleted cannot be read.
      (names) => this.readAll(names).catch(() => this.readAll()),
    )
  }

  private makeSandbox(): SandboxLab {
    return new SandboxLab({
      ...this.lent,
      refresh: async (lab) => {
        if (lab) await this.watchSysctls(lab)
        await this.readAll()
      },
      readRules: (namespaces) => this.mirror.readRulesets(namespaces),
    })
  }

  private makeHost(): RealHost {
    return new RealHost({
      ...this.lent,
      refresh: async (lab) => {
        await this.watchSysctls(lab)
        await this.readAll()
        await this.mirror.readRulesets([hostNamespace], true)
      },
      ran: (records) => this.ran(records),
      startServices: async (lab) => {
        for (const { name, services } of lab.namespaces.values())
          for (const service of services) await this.services.start(name, service).catch(() => {})
      },
    })
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

  /** Keys that the lab sets are read back too, or the planner could not know that they hold. */
  private async watchSysctls(lab: Lab): Promise<void> {
    for (const namespace of lab.namespaces.values()) {
      const keys = Object.keys(namespace.sysctls)
      if (keys.length > 0) await this.worker.request('watch-sysctls', { namespace: namespace.name, keys })
    }
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
  }

  /** After an answer, the state the client holds must be the one the answer speaks of. */
  private async settle(rulesetNames: readonly string[]): Promise<void> {
    await this.readAll()
    await this.mirror.readRulesets([...new Set(rulesetNames)])
    this.mirror.flush()
  }

  private async clear(): Promise<Results['lab/clear']> {
    const result = await (this.host ?? this.sandbox).clear()
    this.tracer.forget()
    return result
  }

  /** On the machine itself a fix goes by what was deployed alone. Returns what is wrong with the lab. */
  private mean(file: LabFile | undefined): Failure | null {
    const wrong = file ? firstError(file) : null
    if (!wrong) this.meant = file && !this.host ? { file, lab: normalise(file) } : null
    return wrong
  }

  private async trace({ lab, ...params }: Params<'trace/run'>): Promise<Results['trace/run']> {
    const wrong = this.mean(lab)
    return wrong ? { ok: false, failure: wrong } : this.tracer.run(params)
  }

  private async check({ only, lab: file, explain = true }: Params<'lab/check'>): Promise<Results['lab/check']> {
    const wrong = this.mean(file)
    if (wrong) return { ok: false, failure: wrong }
    const lab = file ? normalise(file) : (this.now?.lab ?? null)
    if (lab === null)
      return {
        ok: false,
        failure: failure('nothing-deployed', said`No lab is deployed; deploy one, then run its checks.`),
      }
    const all = lab.checks
    const unknown = only?.find((name) => !all.some((check) => check.name === name))
    if (unknown !== undefined)
      return { ok: false, failure: failure('no-such-check', said`The lab has no check named "${unknown}".`, unknown) }
    const wanted = only === undefined ? all : all.filter(({ name }) => only.includes(name))
    await this.readAll()
    await untilBridgesForward(
      () => this.mirror.state,
      (namespaces) => this.readAll(namespaces),
    )
    const checks = await runChecks(
      this.worker,
      wanted,
      () => this.mirror.state,
      (check) => this.notify('check/result', { check }),
    )
    if (!explain) return { ok: true, checks }
    // One at a time: what is counted meanwhile must be of one probe alone.
    const explained: CheckResult[] = []
    for (const [index, result] of checks.entries()) {
      const check = wanted[index]
      const why = result.ok || check === undefined ? { diagnosis: null } : await this.tracer.explain(check)
      if ('failure' in why) return { ok: false, failure: why.failure }
      explained.push({ ...result, diagnosis: why.diagnosis })
    }
    return { ok: true, checks: explained }
  }

  private async freeze(params: Params<'capture/freeze'>): Promise<Results['capture/freeze']> {
    const stored = this.liveFilm.find(params)
    if (!stored)
      return {
        ok: false,
        failure: failure('no-such-packet', said`That packet is no longer kept; choose one that passed later.`),
      }
    const trace = await heldTrace(stored, this.mirror.state, this.now?.file.name ?? null)
    this.tracer.keepOverheard(trace)
    return { ok: true, trace }
  }

  private async refresh(): Promise<Results['live/refresh']> {
    await this.readAll()
    await this.mirror.readRulesets(
      this.mirror.state.namespaces.map(({ name }) => name),
      true,
    )
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
    await this.inOrder(async () => this.host?.end())
    this.services.dropAll()
    void this.liveFilm.stop()
    await Promise.all([this.terminals.closeAll(), this.worker.close()])
  }
}
