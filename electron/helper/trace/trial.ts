/**
 * Tries fixes before they are offered: carries one out, sends the probe again, and takes all of it back. In a sandbox only,
 * where nothing else hangs on the network; the window is told nothing of it.
 */
import { pairsOf, type Candidate, type Tried } from '../../core/diagnosis/diagnose.js'
import { factsOf, type Facts } from '../../core/diagnosis/facts.js'
import { Network } from '../../core/diagnosis/network.js'
import { isFurther, progressOf, type Progress } from '../../core/diagnosis/progress.js'
import type { RepairStep } from '../../core/diagnosis/repair.js'
import { isOthers, left, restoration, type Moments } from '../../core/diagnosis/restored.js'
import type { LiveState } from '../../core/live/state.js'
import type { Failure } from '../../core/rpc.js'
import type { Deployer } from '../deploy.js'
import { failure } from '../../core/failure.js'
import { said } from '../../core/words/said.js'
import type { Mirror } from '../mirror.js'
import { runIn } from '../run.js'
import { carryOut } from './carry-out.js'
import { Patience } from './patience.js'
import { Strangers } from './strangers.js'
import { untilUsable } from './until-usable.js'

/** Fixes tried for one trace, and pairs of them where none has helped. */
const mostTrials = 4
const mostPairs = 3
/** Waits of all trials together: somebody waits for the answer (milliseconds). */
const patienceMs = 3000
/** Without time for an answer nothing is tried. */
const leastMs = 250

export interface Sent {
  readonly progress: Progress
  /** Namespaces that have sent anything of it, questions for neighbours too. */
  readonly senders: readonly string[]
}

export type Probe = (patienceMs: number) => Promise<Sent>

/** Put back, a rule of nftables has another number: then its cause tells which it is. */
const fixOf = ({ diagnosis: { fix, cause } }: Candidate): string => {
  const commands = fix?.commands.join('\n') ?? ''
  const plain = commands.replace(/ handle \d+/g, '')
  return plain === commands ? plain : `${plain}\n${cause}`
}

/** Namespaces of which the kernel has told anything since: the far end of a cable, for one. */
const changedSince = (first: LiveState, { namespaces }: LiveState): string[] =>
  namespaces.flatMap((now) => (first.namespaces.includes(now) ? [] : [now.name]))

export type Trials = { readonly tried: Tried } | { readonly failure: Failure }

export class Trial {
  /**
   * @param deployer one that tells nobody what it does
   * @param readSome reads these namespaces into the mirror, where they still are
   * @param hush keeps what passes out of the live film until it is told
   */
  constructor(
    private readonly mirror: Pick<Mirror, 'state' | 'hold' | 'readRulesets'>,
    private readonly deployer: Pick<Deployer, 'deploy'>,
    private readonly readSome: (names: readonly string[]) => Promise<void>,
    private readonly hush: () => () => void,
  ) {}

  /**
   * The most promising fixes one after the other, until one has helped.
   * @param probe sends the probe once more, and waits so long at most (milliseconds)
   */
  async run(candidates: readonly Candidate[], before: Progress, probe: Probe): Promise<Trials> {
    if (candidates.every(({ repair }) => repair === null)) return { tried: () => undefined }
    const results = new Map<string, boolean>()
    const patience = new Patience(patienceMs)
    const release = this.mirror.hold()
    const letSpeak = this.hush()
    const first = this.mirror.state
    const strangers = new Strangers(first)
    const senders = new Set<string>()
    const send: Probe = async (limitMs) => {
      const sent = await probe(limitMs)
      for (const name of sent.senders) senders.add(name)
      return sent
    }
    try {
      const singles = await this.each(candidates, mostTrials, results, patience, before, send)
      const tried = candidates.filter((candidate) => results.has(fixOf(candidate)))
      const failed = singles ?? (await this.each(pairsOf(tried), mostPairs, results, patience, before, send))
      if (failed !== null && failed !== true) return { failure: failed }
    } finally {
      // In a large lab somebody would wait for all the others.
      await this.readSome([...new Set([...senders, ...changedSince(first, this.mirror.state)])])
      const forgetful = await strangers.forget(this.mirror.state, senders)
      // On its way out a neighbour is told of as failed (neigh_delete, net/core/neighbour.c).
      if (forgetful.length > 0) await this.readSome(forgetful)
      letSpeak()
      release()
    }
    return { tried: (candidate) => results.get(fixOf(candidate)) }
  }

  /** True as soon as one has helped; null where none has. */
  private async each(
    candidates: readonly Candidate[],
    most: number,
    results: Map<string, boolean>,
    patience: Patience,
    before: Progress,
    probe: Probe,
  ): Promise<true | Failure | null> {
    let count = 0
    for (const candidate of candidates) {
      const fix = fixOf(candidate)
      if (candidate.repair === null || results.has(fix)) continue
      if (count++ >= most || patience.left < leastMs) break
      const helped = await this.one(candidate.repair.steps, before, patience, probe)
      if (typeof helped !== 'boolean') return helped
      results.set(fix, helped)
      if (helped) return true
    }
    return null
  }

  private async one(
    steps: readonly RepairStep[],
    before: Progress,
    patience: Patience,
    probe: Probe,
  ): Promise<boolean | Failure> {
    const left = (): number => Math.max(leastMs, patience.left)
    const first = await this.facts(steps)
    const done = await carryOut(steps, this.deployer, () => {})
    const changed = await this.facts(steps)
    let helped = false
    let kept: Facts
    try {
      if (done.ok) {
        const names = [...new Set(steps.map(({ namespace }) => namespace))]
        await patience.wait(left(), (limitMs) =>
          untilUsable(
            () => this.mirror.state,
            () => this.readSome(names),
            limitMs,
          ),
        )
        helped = isFurther((await patience.wait(left() / 2, probe)).progress, before)
      }
    } finally {
      kept = await this.facts(steps)
      // Each by itself: one that somebody has taken back already must not keep the others from it.
      for (const step of done.ok ? done.carried.undo : [])
        if (!isOthers(step, { changed, kept })) await carryOut([step], this.deployer, () => {})
    }
    const rest = await this.whatIsLeft(steps, { before: first, changed, kept })
    return rest.length === 0
      ? helped
      : failure(
          'not-taken-back',
          said`A fix was tried and could not be taken back whole (${rest.join('; ')}). Stop the lab and start it again.`,
          steps[0]?.namespace ?? null,
        )
  }

  private async whatIsLeft(steps: readonly RepairStep[], moments: Omit<Moments, 'now'>): Promise<string[]> {
    for (const step of restoration(left({ ...moments, now: await this.facts(steps) })))
      await carryOut([step], this.deployer, () => {})
    const rest = left({ ...moments, now: await this.facts(steps) })
    return [...new Set(rest.map(({ what }) => what))]
  }

  /** What the kernel has now of all that the steps can reach. */
  private async facts(steps: readonly RepairStep[]): Promise<Facts> {
    const names = [...new Set(steps.map(({ namespace }) => namespace))]
    await this.readSome(names)
    const ruled = steps.filter(({ op }) => /^(nat|firewall|saved-rule|nft)-/.test(op)).map(({ namespace }) => namespace)
    await this.mirror.readRulesets([...new Set(ruled)])
    const settings: [string, string, string][] = []
    for (const step of steps)
      if (step.op === 'sysctl-set' && step.before !== null)
        settings.push([
          step.namespace,
          step.key,
          (await runIn(step.namespace, 'sysctl', ['-n', step.key])).stdout.trim(),
        ])
    return factsOf(this.mirror.state, steps, settings)
  }

  /** How far a probe got whose frames these are. */
  progress(outcome: Parameters<typeof progressOf>[0], hops: Parameters<typeof progressOf>[1]): Progress {
    return progressOf(outcome, hops, new Network(this.mirror.state))
  }
}
