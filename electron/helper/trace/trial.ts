/**
 * Tries fixes before they are offered: carries one out, sends the probe again, and takes all of it back. In a sandbox only,
 * where nothing else hangs on the network; the window is told nothing of it.
 */
import type { Candidate, Tried } from '../../core/diagnosis/diagnose.js'
import { factsOf, type Facts } from '../../core/diagnosis/facts.js'
import { Network } from '../../core/diagnosis/network.js'
import { isFurther, progressOf, type Progress } from '../../core/diagnosis/progress.js'
import type { RepairStep } from '../../core/diagnosis/repair.js'
import { isOthers, left, restoration, type Moments } from '../../core/diagnosis/restored.js'
import { stepText } from '../../core/plan/text.js'
import type { Failure } from '../../core/rpc.js'
import type { Deployer } from '../deploy.js'
import { failure } from '../../core/failure.js'
import { said } from '../../core/words/said.js'
import type { Mirror } from '../mirror.js'
import { runIn } from '../run.js'
import { carryOut } from './carry-out.js'
import { untilUsable } from './until-usable.js'

/** Fixes tried for one trace: each may cost the probe's whole patience. */
const mostTrials = 3

export type Trials = { readonly tried: Tried } | { readonly failure: Failure }

export class Trial {
  /**
   * @param deployer one that tells nobody what it does
   * @param refresh reads everything into the mirror, `readSome` these namespaces, where they still are
   */
  constructor(
    private readonly mirror: Mirror,
    private readonly deployer: Deployer,
    private readonly refresh: () => Promise<void>,
    private readonly readSome: (names: readonly string[]) => Promise<void>,
  ) {}

  /**
   * The most promising fixes one after the other, until one has helped.
   * @param probe sends the probe once more and says how far it got
   */
  async run(candidates: readonly Candidate[], before: Progress, probe: () => Promise<Progress>): Promise<Trials> {
    const results = new Map<string, boolean>()
    const fixes = new Set<string>()
    const named = ({ diagnosis }: Candidate): string => `${diagnosis.code} ${diagnosis.cause}`
    const release = this.mirror.hold()
    try {
      for (const candidate of candidates) {
        const fix = candidate.diagnosis.fix?.commands.join('\n') ?? ''
        if (candidate.repair === null || fixes.has(fix)) continue
        if (fixes.size >= mostTrials) break
        fixes.add(fix)
        const helped = await this.one(candidate.repair.steps, before, probe)
        if (typeof helped !== 'boolean') return { failure: helped }
        results.set(named(candidate), helped)
        if (helped) break
      }
    } finally {
      release()
    }
    return { tried: (candidate) => results.get(named(candidate)) }
  }

  private async one(
    steps: readonly RepairStep[],
    before: Progress,
    probe: () => Promise<Progress>,
  ): Promise<boolean | Failure> {
    const first = await this.facts(steps)
    const done = await carryOut(steps, this.deployer, () => {})
    const changed = await this.facts(steps)
    let helped = false
    let kept: Facts
    try {
      if (done.ok) {
        await untilUsable(() => this.mirror.state, this.refresh)
        helped = isFurther(await probe(), before)
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
      await this.deployer.deploy([{ step, text: stepText(step), undo: [] }], new Map(), false)
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
