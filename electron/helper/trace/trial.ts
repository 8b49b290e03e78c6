/**
 * Tries fixes before they are offered: carries one out, sends the probe again, and takes all of it back. In a sandbox only,
 * where nothing else hangs on the network; the window is told nothing of it.
 */
import type { Candidate, Tried } from '../../core/diagnosis/diagnose.js'
import { Network } from '../../core/diagnosis/network.js'
import { isFurther, progressOf, type Progress } from '../../core/diagnosis/progress.js'
import type { RepairStep } from '../../core/diagnosis/repair.js'
import { differences, restoration } from '../../core/diagnosis/restored.js'
import type { LiveState } from '../../core/live/state.js'
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
  /** @param deployer one that tells nobody what it does */
  constructor(
    private readonly mirror: Mirror,
    private readonly deployer: Deployer,
    private readonly refresh: () => Promise<void>,
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
    const was = this.mirror.state
    const settings = await this.settingsOf(steps)
    const done = await carryOut(steps, this.deployer, () => {})
    let helped = false
    try {
      if (done.ok) {
        await untilUsable(() => this.mirror.state, this.refresh)
        helped = isFurther(await probe(), before)
      }
    } finally {
      if (done.ok) await carryOut(done.carried.undo, this.deployer, () => {})
    }
    const left = await this.whatIsLeft(was, steps, settings)
    return left.length === 0
      ? helped
      : failure(
          'not-taken-back',
          said`A fix was tried and could not be taken back whole (${left.join('; ')}). Stop the lab and start it again.`,
          steps[0]?.namespace ?? null,
        )
  }

  private async whatIsLeft(
    was: LiveState,
    steps: readonly RepairStep[],
    settings: readonly string[],
  ): Promise<string[]> {
    await this.readAgain(steps)
    for (const step of restoration(was, this.mirror.state))
      await this.deployer.deploy([{ step, text: stepText(step), undo: [] }], new Map(), false)
    await this.readAgain(steps)
    const now = await this.settingsOf(steps)
    const changed = settings.filter((value, index) => now[index] !== value)
    return [...differences(was, this.mirror.state), ...changed]
  }

  private async readAgain(steps: readonly RepairStep[]): Promise<void> {
    await this.refresh()
    const ruled = steps.filter(({ op }) => /^(nat|firewall|saved-rule|nft)-/.test(op)).map(({ namespace }) => namespace)
    await this.mirror.readRulesets([...new Set(ruled)])
  }

  /** Settings that the steps change, as `KEY = VALUE`: not all of them are in the mirror. */
  private async settingsOf(steps: readonly RepairStep[]): Promise<string[]> {
    const read: string[] = []
    for (const step of steps)
      if (step.op === 'sysctl-set' && step.before !== null)
        read.push((await runIn(step.namespace, 'sysctl', [step.key])).stdout.trim())
    return read
  }

  /** How far a probe got whose frames these are. */
  progress(outcome: Parameters<typeof progressOf>[0], hops: Parameters<typeof progressOf>[1]): Progress {
    return progressOf(outcome, hops, new Network(this.mirror.state))
  }
}
