/** Traces: sends a probe while everything is captured, puts the film together, and finds out why it failed. */
import { randomBytes } from 'node:crypto'
import { investigate, pairsOf, settle, type Candidate, type Settled } from '../../core/diagnosis/diagnose.js'
import { findDeath } from '../../core/diagnosis/death.js'
import { nameUnresolved } from '../../core/diagnosis/names.js'
import { Network } from '../../core/diagnosis/network.js'
import { repairText, type Repair, type RepairStep } from '../../core/diagnosis/repair.js'
import type { ProbeFacts, RuleVerdict, Scene } from '../../core/diagnosis/scene.js'
import { isAnswer, type Trace, type TraceSummary, usualTimeoutMs } from '../../core/diagnosis/trace.js'
import type { Lab, LabCheck, NameCheck } from '../../core/lab/lab.js'
import type { LiveNamespace, LiveState } from '../../core/live/state.js'
import { stitch } from '../../core/packet/stitch.js'
import type { CommandRecord, Failure, Params, Results } from '../../core/rpc.js'
import type { Deployer } from '../deploy.js'
import { resolveName } from '../check-names.js'
import { KernelRefusal, type KernelWorker } from '../kernel/client.js'
import type { CapturedFrame, RuleEvent } from '../kernel/protocol.js'
import type { Mirror } from '../mirror.js'
import { carryOut } from './carry-out.js'
import { gather } from './evidence.js'
import { nextIdentifier } from './identifier.js'
import { failure } from '../../core/failure.js'
import { frameJson, grown, identityOf, interfacesOf, onlyProbe, probeJson, rulesOf } from './parts.js'
import { withReasons } from './reasons.js'
import { sendProbe, verdictOf, type Aimed, type Shot, type Volley } from './send.js'
import { aim } from './target.js'
import type { Trial } from './trial.js'
import { untilPlugged, untilUsable } from './until-usable.js'
import { unturnedBy } from '../../core/diagnosis/rules/untracked.js'
import { countedVerdicts, familiesOf, ruleVerdicts, withHandles } from './verdicts.js'
import { said } from '../../core/words/said.js'

/** Traces kept of a lab. */
const keptTraces = 50
/** Fixes that can be taken back. */
const keptUndos = 50

export interface TracerHooks {
  /** Reads everything of the kernel into the mirror. */
  refresh(): Promise<void>
  lab(): { readonly lab: Lab; readonly name: string } | null
  progress(from: string, to: string, sent: number, most: number): void
  ran(records: readonly Omit<CommandRecord, 'sequence'>[]): void
  /** Why a fix must not be carried out, or null. */
  mayRepair(steps: readonly RepairStep[]): Promise<Failure | null>
  /** Whether frames that are none of the probe's may be kept: in a sandbox all of them are the lab's. */
  readonly keepsForeign: boolean
  /**
   * Asked with the namespaces that have rules, before these are traced: that puts a table of ours into each for as long as
   * it takes. Without this, they are. Where not, counters of rules say what can be known.
   */
  mayTraceRules?(namespaces: readonly string[]): boolean
  /** Tries fixes before they are offered; null on the machine itself, where nothing is done unasked. */
  readonly trial: Trial | null
}

interface Kept {
  readonly trace: Trace
  readonly repair: Repair | null
  /** What the repair was made for: where the lab has changed since, it is made anew. */
  readonly scene: Scene | null
}

/**
 * A fix may have made an interface anew, whose first packet waits for all the questions for neighbours on the way: a probe that
 * was sent with less patience does not get its fix judged in less (milliseconds).
 */
const leastTrialMs = 750

type Counters = Awaited<ReturnType<Tracer['count']>>

export class Tracer {
  private kept: Kept[] = []
  private readonly undos = new Map<string, readonly RepairStep[]>()

  constructor(
    private readonly worker: KernelWorker,
    private readonly mirror: Mirror,
    /** Carries out fixes; null: nothing is ever changed. */
    private readonly deployer: Deployer | null,
    private readonly hooks: TracerHooks,
  ) {}

  /** Another lab, another story. */
  forget(): void {
    this.kept = []
    this.undos.clear()
  }

  list(): readonly TraceSummary[] {
    return this.kept.map(({ trace }) => {
      const { id, lab, time, probe, outcome, rttUs, ttl, message, diagnosis, overheard } = trace
      return { id, lab, time, probe, outcome, rttUs, ttl, message, diagnosis, ...(overheard ? { overheard } : {}) }
    })
  }

  get(id: string): Results['trace/get'] {
    const found = this.kept.find(({ trace }) => trace.id === id)
    return found ? { ok: true, trace: found.trace } : { ok: false, failure: noSuchTrace(id) }
  }

  async run(params: Params<'trace/run'>): Promise<Results['trace/run']> {
    await untilPlugged(
      () => this.mirror.state,
      () => this.hooks.refresh(),
    )
    const result = await this.trace(params)
    if ('failure' in result) return { ok: false, failure: result.failure }
    this.keep(result)
    return { ok: true, trace: result.trace }
  }

  /** Among the traces of the lab: a film of other traffic is one, too. */
  keepOverheard(trace: Trace): void {
    this.keep({ trace, repair: null, scene: null })
  }

  private keep(kept: Kept): void {
    this.kept = [...this.kept, kept].slice(-keptTraces)
  }

  /** Why a check that failed did so; null where a trace of the same probe gets its answer. Not kept. */
  async explain(check: LabCheck): Promise<{ readonly diagnosis: Trace['diagnosis'] } | { readonly failure: Failure }> {
    await this.hooks.refresh()
    if (check.kind === 'dns') return this.explainName(check)
    const result = await this.trace({
      from: check.from,
      to: check.target,
      ...(check.kind === 'ping'
        ? { protocol: 'icmp', size: check.size, df: check.df }
        : { protocol: check.kind, port: check.port }),
    })
    if (!('failure' in result)) return { diagnosis: result.trace.diagnosis }
    return result.failure.code === notTakenBack ? result : { diagnosis: null }
  }

  /** Where a question is not answered, why not: a probe by the way of the question has the same fate. */
  private async explainName(check: NameCheck): ReturnType<Tracer['explain']> {
    const resolution = await resolveName(this.worker, this.mirror.state, check)
    const silent = resolution.asked.find(({ code }) => code === null)
    const isAnswered = resolution.asked.some(({ code }) => code !== null)
    const result =
      silent && !isAnswered
        ? await this.trace({ from: check.from, to: silent.nameserver, protocol: 'udp', port: 53 }, silent)
        : null
    if (result && 'failure' in result && result.failure.code === notTakenBack) return result
    const inside = result && !('failure' in result) ? result.trace.diagnosis : null
    return { diagnosis: nameUnresolved(resolution, check.answer, inside) }
  }

  private async trace(
    params: Params<'trace/run'>,
    question?: Aimed['question'],
  ): Promise<Kept | { readonly failure: Failure }> {
    const refused = this.refuse(params)
    if (refused) return { failure: refused }
    const labNow = this.hooks.lab()
    const aimed = aim(params.to, params.from, this.mirror.state, labNow?.lab ?? null)
    if (!aimed.ok) return { failure: aimed.failure }
    const { protocol = 'icmp' } = params
    const probe: Aimed = {
      ...params,
      protocol,
      target: aimed.address,
      identifier: nextIdentifier(),
      timeoutMs: params.timeoutMs ?? usualTimeoutMs,
      ...(question ? { question } : {}),
    }
    const time = Date.now()
    const before = await this.count()
    await this.readLegacy(before)
    const live = this.mirror.state
    const ruled = live.namespaces.filter(({ ruleset }) => ruleset.nft.length > 0)
    const mayTrace = this.hooks.mayTraceRules?.(ruled.map(({ name }) => name)) ?? true
    const countedBefore = rulesOf(live, !mayTrace)
    const traced = await this.traceRules(mayTrace ? ruled : [], () =>
      sendProbe(this.worker, probe, (sent, most) => this.hooks.progress(params.from, params.to, sent, most)),
    )
    if ('failure' in traced) return traced
    const { volley, events } = traced
    const seen = await this.withAppeared(live, volley)
    const { shot, outcome } = verdictOf(volley.shots, params.series ?? false)
    const verdicts = await ruleVerdicts(events, live)
    const frames = volley.shots.flatMap((each) => each.frames)
    const hops = this.film(probe, frames, volley.shots, seen, isAnswer(outcome) || outcome === 'refused', verdicts)
    const found = isAnswer(outcome)
      ? null
      : await this.explainFailure(
          probe,
          shot,
          seen,
          before,
          { counted: countedBefore, all: !mayTrace },
          verdicts,
          volley.dropped + volley.beyond > 0,
        )
    const concluded = found && (await this.tryFixes(probe, shot, found))
    if (concluded && 'failure' in concluded) return concluded
    const { answer } = shot
    const kept = this.hooks.keepsForeign ? { hops, frames } : onlyProbe(hops, frames)
    const trace: Trace = {
      id: randomBytes(8).toString('hex'),
      lab: labNow?.name ?? null,
      time,
      probe: probeJson(params, aimed.address, protocol),
      outcome,
      rttUs: answer.rttUs,
      ttl: answer.replyTtl,
      message: answer.message,
      diagnosis: concluded?.diagnosis ?? null,
      answers: volley.shots.map((each) => each.answer),
      hops: await withReasons(kept.hops, [...verdicts, ...(found?.counted ?? [])]),
      frames: kept.frames.map((frame) => frameJson(frame, seen)),
      dropped: volley.dropped,
      beyond: volley.beyond,
      interfaces: interfacesOf(seen),
    }
    return { trace, repair: concluded?.repair ?? null, scene: concluded?.scene ?? null }
  }

  /** The state before the probe, and what has come since: frames were captured there, too. */
  private async withAppeared(live: LiveState, { shots }: Volley): Promise<LiveState> {
    const known = new Map(live.namespaces.map(({ name, links }) => [name, new Set(links.map(({ index }) => index))]))
    const isKnown = ({ namespace, ifindex }: CapturedFrame): boolean => known.get(namespace)?.has(ifindex) ?? false
    if (shots.every(({ frames }) => frames.every(isKnown))) return live
    await this.hooks.refresh()
    const now = this.mirror.state.namespaces
    return {
      ...live,
      namespaces: [
        ...live.namespaces.map((namespace) => {
          const later = now.find(({ name, inode }) => name === namespace.name && inode === namespace.inode)
          const links = later?.links.filter(({ index }) => !known.get(namespace.name)?.has(index)) ?? []
          return links.length === 0 ? namespace : { ...namespace, links: [...namespace.links, ...links] }
        }),
        ...now.filter(({ name }) => !known.has(name)),
      ],
    }
  }

  private refuse({ from, protocol = 'icmp', port }: Params<'trace/run'>): Failure | null {
    if (!this.mirror.state.namespaces.some(({ name }) => name === from))
      return failure('no-such-namespace', said`There is no namespace "${from}" to send from.`, from)
    if (protocol !== 'icmp' && port === undefined)
      return failure('no-port', said`A ${protocol} probe needs a port, for instance 80.`, protocol)
    return null
  }

  private count() {
    return this.worker.request('counters', { namespaces: null })
  }

  /** The legacy engine sends no events: where it has tables, its rules and counters are read now. */
  private async readLegacy({ legacyTables }: Counters): Promise<void> {
    const names = Object.entries(legacyTables).flatMap(([name, tables]) => (tables.length > 0 ? [name] : []))
    await this.mirror.readRulesets(names, true)
  }

  /** Runs `send` while the rules on the way are heard, in namespaces that have any. */
  private async traceRules<T>(
    ruled: readonly LiveNamespace[],
    send: () => Promise<T>,
  ): Promise<{ readonly volley: T; readonly events: readonly RuleEvent[] } | { readonly failure: Failure }> {
    let rules: number | null = null
    try {
      if (ruled.length > 0)
        rules = await this.worker
          .request('rule-trace-start', {
            ruled: ruled.map((namespace) => ({ namespace: namespace.name, ...familiesOf(namespace) })),
          })
          .then(({ trace }) => trace)
          // Without the right to trace rules the film is whole but for them.
          .catch(() => null)
      const volley = await send()
      return { volley, events: rules === null ? [] : await this.endRules(rules) }
    } catch (error) {
      if (rules !== null) await this.endRules(rules)
      if (error instanceof KernelRefusal)
        return {
          failure: failure('probe-refused', said`The probe could not be sent: ${error.message}.`, null, error.message),
        }
      throw error
    }
  }

  private async endRules(trace: number): Promise<readonly RuleEvent[]> {
    return (await this.worker.request('rule-trace-stop', { trace })).events
  }

  private film(
    probe: Aimed,
    frames: readonly CapturedFrame[],
    shots: readonly Shot[],
    live: LiveState,
    answered: boolean,
    verdicts: readonly RuleVerdict[] = [],
  ) {
    const identity = identityOf(probe, shots, answered)
    const given = { frames, namespaces: live.namespaces, probe: identity }
    const hops = stitch(given)
    const unturned = unturnedBy({ hops, verdicts })
    return unturned.length > 0 ? stitch({ ...given, probe: { ...identity, unturned } }) : hops
  }

  private async explainFailure(
    probe: Aimed,
    shot: Shot,
    live: LiveState,
    before: Counters,
    rulesBefore: { readonly counted: ReturnType<typeof rulesOf>; readonly all: boolean },
    verdicts: readonly RuleVerdict[],
    incomplete: boolean,
  ): Promise<{
    readonly scene: Scene
    readonly candidates: readonly Candidate[]
    readonly counted: readonly RuleVerdict[]
  }> {
    const { counters } = await this.count()
    await this.hooks.refresh()
    await this.readLegacy(before)
    const counted = [...rulesOf(this.mirror.state, rulesBefore.all)].flatMap(([name, after]) =>
      countedVerdicts(name, rulesBefore.counted.get(name) ?? [], after),
    )
    // Neighbours that failed while the probe waited are known now.
    const now = this.mirror.state
    const network = new Network(now)
    const hops = this.film(probe, shot.frames, [shot], live, false, verdicts)
    const facts: ProbeFacts = {
      from: probe.from,
      target: probe.target.replace(/%.*/, ''),
      protocol: probe.protocol,
      port: probe.port ?? null,
      ttl: probe.series ? null : (probe.ttl ?? null),
      size: probe.size ?? null,
      outcome: shot.answer.outcome,
      message: shot.answer.message,
    }
    const scene: Scene = {
      probe: facts,
      hops,
      live: now,
      network,
      lab: this.hooks.lab()?.lab ?? null,
      death: findDeath(facts, hops, shot.frames, network),
      counters: grown(before.counters, counters),
      verdicts: [...verdicts, ...counted],
    }
    const investigation = investigate(scene, incomplete)
    return { scene, counted, candidates: investigation.conclude(await gather(investigation.commands)) }
  }

  /** The cause whose fix gets the probe further; nothing of the trial stays. */
  private async tryFixes(
    probe: Aimed,
    shot: Shot,
    { scene, candidates }: { readonly scene: Scene; readonly candidates: readonly Candidate[] },
  ): Promise<(Settled & { readonly scene: Scene }) | { readonly failure: Failure }> {
    const { trial } = this.hooks
    if (!trial) return { ...settle(candidates, null), scene }
    const { count: _count, series: _series, ...plain } = probe
    const once: Aimed = { ...plain, ttl: shot.answer.ttl ?? undefined }
    const trials = await trial.run(candidates, trial.progress(shot.answer.outcome, scene.hops), async (patienceMs) => {
      const timeoutMs = Math.min(Math.max(once.timeoutMs, leastTrialMs), Math.round(patienceMs))
      const again = { ...once, identifier: nextIdentifier(), timeoutMs }
      const { shots } = await sendProbe(this.worker, again, () => {})
      const frames = shots.flatMap((each) => each.frames)
      const outcome = shots[0]?.answer.outcome ?? 'lost'
      const hops = this.film(again, frames, shots, this.mirror.state, isAnswer(outcome))
      const senders = hops.flatMap(({ direction, namespace }) => (direction === 'out' ? [namespace] : []))
      return { progress: trial.progress(outcome, hops), senders }
    })
    if ('failure' in trials) return trials
    const settled = settle([...candidates, ...pairsOf(candidates)], trials.tried)
    if (!settled.repair?.steps.some(({ op }) => op === 'nft-rule-delete')) return { ...settled, scene }
    // Taken away and put back, a rule of nftables has another number.
    const renumbered = { ...scene, verdicts: withHandles(scene.verdicts, this.mirror.state) }
    const investigation = investigate(renumbered, false)
    const again = investigation.conclude(await gather(investigation.commands))
    return { ...settle([...again, ...pairsOf(again)], trials.tried), scene: renumbered }
  }

  /** The fix is made anew from what was seen and what is now: nothing of it comes from a client. */
  async fix(id: string): Promise<Results['trace/fix']> {
    const found = this.kept.find(({ trace }) => trace.id === id)
    if (!found) return { ok: false, failure: noSuchTrace(id) }
    if (!found.repair || !found.scene)
      return {
        ok: false,
        failure: failure('no-fix', said`This trace has no fix; trace again after a change of the lab.`, null),
      }
    await this.hooks.refresh()
    const scene: Scene = { ...found.scene, live: this.mirror.state, network: new Network(this.mirror.state) }
    const investigation = investigate(scene, false)
    const commands = found.repair.steps.map(repairText)
    const spelled = commands.join('\n')
    const candidates = investigation.conclude(await gather(investigation.commands))
    const repair = [...candidates, ...pairsOf(candidates)].find(
      (each) => each.repair?.steps.map(repairText).join('\n') === spelled,
    )?.repair
    if (!repair)
      return {
        ok: false,
        failure: failure(
          'stale-fix',
          said`The lab has changed since this trace; trace again for a fix that fits.`,
          found.repair.namespace,
        ),
      }
    const forbidden = await this.hooks.mayRepair(repair.steps)
    if (forbidden) return { ok: false, failure: forbidden }
    const done = await this.carryOut(repair.steps)
    await this.settle(repair.steps)
    if (!done.ok) return done
    const undo = randomBytes(8).toString('hex')
    this.undos.set(undo, done.carried.undo)
    for (const oldest of [...this.undos.keys()].slice(0, -keptUndos)) this.undos.delete(oldest)
    return { ok: true, undo, namespace: repair.namespace, commands }
  }

  async unfix(id: string): Promise<Results['trace/unfix']> {
    const steps = this.undos.get(id)
    if (!steps)
      return {
        ok: false,
        failure: failure(
          'no-such-fix',
          said`There is no such fix to take back; it may have been taken back already.`,
          id,
        ),
      }
    const forbidden = await this.hooks.mayRepair(steps)
    if (forbidden) return { ok: false, failure: forbidden }
    const done = await this.carryOut(steps)
    await this.settle(steps)
    if (!done.ok) return done
    this.undos.delete(id)
    return { ok: true, commands: steps.map(repairText) }
  }

  private carryOut(steps: readonly RepairStep[]): ReturnType<typeof carryOut> {
    if (this.deployer === null) throw new Error('Nothing is changed here: mayRepair refuses every fix')
    return carryOut(steps, this.deployer, (records) => this.hooks.ran(records))
  }

  private async settle(steps: readonly RepairStep[]): Promise<void> {
    await untilUsable(
      () => this.mirror.state,
      () => this.hooks.refresh(),
    )
    const ruled = steps
      .filter(({ op }) => /^(nat|firewall|saved-rule|nft-rule)-/.test(op))
      .map(({ namespace }) => namespace)
    await this.mirror.readRulesets([...new Set(ruled)])
    this.mirror.flush()
  }
}

const notTakenBack = 'not-taken-back'

const noSuchTrace = (id: string): Failure =>
  failure('no-such-trace', said`There is no trace ${id}; the latest ${keptTraces} of a lab are kept.`, id)
