/**
 * Carries out plans. A deploy is a transaction: the first refused step takes everything back and is told with its text
 * and the kernel's own words.
 */
import type { LoadedText } from '../core/live/state.js'
import type { CommandRecord, DeployFailure, DeployReport } from '../core/rpc.js'
import type {
  IptablesStep,
  KernelStep,
  NetnsFileStep,
  Plan,
  PlannedStep,
  RulesetStep,
  RuleStep,
  Step,
} from '../core/plan/step.js'
import { stepText } from '../core/plan/text.js'
import { kindOf, partition, ruleLine, type Command } from './deploy-parts.js'
import type { KernelWorker } from './kernel/client.js'
import { moreFiles, openFilesLimit } from './room.js'
import { changeNetnsFile } from './netns-files.js'
import { restoreRules } from './ruleset.js'
import { listingAfter, loadRuleset } from './ruleset-listing.js'
import type { Services } from './services.js'
import { failure } from '../core/failure.js'
import { said } from '../core/words/said.js'

export interface DeployHooks {
  progress(done: number, total: number, text: string): void
  ran(records: readonly Omit<CommandRecord, 'sequence'>[]): void
  /** Asked before rules are changed; the answer is why they must not be, or null. */
  beforeRules?(steps: readonly RuleStep[]): Promise<string | null>
  /** On the machine itself: asked before a file of /etc/netns is changed; the answer is why it must not be, or null. */
  beforeFile?(step: NetnsFileStep): string | null
  /** A text of rules was loaded, and this is what became of it. */
  loaded?(namespace: string, text: LoadedText): void
}

export type Deployed =
  { readonly ok: true; readonly report: DeployReport } | { readonly ok: false; readonly failure: DeployFailure }

/** What stopped a run of steps: which one, and why. */
interface Refusal {
  readonly index: number
  /** Steps that have been carried out; fewer than `index` where the refused one took others of its transaction along. */
  readonly applied: number
  readonly code: string
  readonly output: string
}

const stepOf = ({ step }: Command): Step => step

const haltedCode = 'halted'

export class Deployer {
  /** Its first 32 bits are 1 once nobody is there any more for whom anything would be built; shared with the worker. */
  private readonly halted = new SharedArrayBuffer(4)

  constructor(
    private readonly worker: KernelWorker,
    private readonly services: Services,
    private readonly hooks: DeployHooks,
  ) {}

  /** From now on nothing is built; what is being built stops before its next step. Taking back goes on. */
  halt(): void {
    Atomics.store(new Int32Array(this.halted), 0, 1)
    // Nobody waits for a lease, either.
    this.services.dropAll()
  }

  get isHalted(): boolean {
    return Atomics.load(new Int32Array(this.halted), 0) !== 0
  }

  /**
   * @param takesBack false where the caller undoes everything itself after a refusal
   * @param isAsBefore looks whether everything is undone although some undo was refused: what it was to take away may have
   *   gone with something else
   */
  async deploy(
    plan: Plan,
    takesBack = true,
    isAsBefore: () => Promise<boolean> = () => Promise.resolve(false),
  ): Promise<Deployed> {
    const started = performance.now()
    const total = plan.length
    let lastDone = started
    const refusal = await this.run(plan, 'builds', () => (lastDone = performance.now()))
    if (refusal === null) {
      const deployMs = lastDone - started
      return { ok: true, report: { deployMs, steps: total } }
    }
    const stuck = takesBack ? await this.rollBack(plan.slice(0, refusal.applied)) : 0
    const refused = plan[refusal.index]
    const undone =
      stuck === 0 || (await isAsBefore())
        ? said`Everything before it was undone.`
        : said`${stuck} of the commands before it could not be undone; stop the lab to take everything down.`
    const code = refusal.code === haltedCode ? haltedCode : 'step-refused'
    const sentence =
      code === haltedCode
        ? said`Nobody is there any more for whom it would be built: it was stopped before step ${refusal.index + 1} of ${total}. ${undone}`
        : outOfFiles.test(refusal.output)
          ? said`Step ${refusal.index + 1} of ${total} needs one more open file, and this process may have ${openFilesLimit()}. ${undone} Allow more in the shell that starts Vethlab, then start it again: ${moreFiles(0)}`
          : said`The kernel refused step ${refusal.index + 1} of ${total}: ${refusal.output}. ${undone}`
    return {
      ok: false,
      failure: {
        ...failure(code, sentence, refused?.step.namespace ?? null, refusal.output),
        step: refusal.index + 1,
        total,
        command: refused?.text ?? '',
      },
    }
  }

  /** Takes a plan back that was carried out to its end. */
  async takeBack(plan: Plan): Promise<void> {
    await this.rollBack(plan)
  }

  /** @returns how many of the commands that undo could not be carried out; each refused one is passed over */
  private async rollBack(done: readonly PlannedStep[]): Promise<number> {
    let left: readonly Command[] = [...done]
      .reverse()
      .flatMap(({ undo }) => undo.map((step) => ({ step, text: stepText(step) })))
    let stuck = 0
    while (left.length > 0) {
      const refusal = await this.run(left, 'takes back')
      if (refusal === null) break
      stuck += 1
      left = [...left.slice(refusal.applied, refusal.index), ...left.slice(refusal.index + 1)]
    }
    return stuck
  }

  private async run(
    commands: readonly Command[],
    how: 'builds' | 'takes back',
    partDone: () => void = () => {},
  ): Promise<Refusal | null> {
    const builds = how === 'builds'
    const tell = (done: number): void => {
      const next = commands[Math.min(done, commands.length - 1)]
      if (builds && next) this.hooks.progress(done, commands.length, next.text)
    }
    for (const { start, part } of partition(commands)) {
      tell(start)
      const refusal = await this.runPart(part.map(stepOf), builds, (done) => tell(start + done))
      partDone()
      const carried = refusal === null ? part.length : refusal.applied
      const refused = refusal && part[refusal.index]
      this.record(part.slice(0, carried), refused ? { ...refused, output: refusal.output } : null)
      if (refusal !== null) return { ...refusal, index: start + refusal.index, applied: start + refusal.applied }
    }
    tell(commands.length)
    return null
  }

  private async runPart(part: readonly Step[], builds: boolean, told: (done: number) => void): Promise<Refusal | null> {
    if (builds && this.isHalted) return haltedAt(0)
    switch (kindOf(part[0] as Step)) {
      case 'kernel': {
        const stop = this.worker.on('progress', ({ done }) => told(done))
        const { done, error } = await this.worker.request('run', {
          steps: part as readonly KernelStep[],
          progress: true,
          halt: builds ? this.halted : undefined,
        })
        stop()
        if (error?.code === 'ECANCELED') return haltedAt(done)
        return error === null ? null : { index: done, applied: done, code: error.code, output: error.message }
      }
      case 'rule': {
        const steps = part as readonly IptablesStep[]
        const unwritten = await this.hooks.beforeRules?.(steps.filter((step) => step.op !== 'policy-set'))
        if (unwritten) return { index: 0, applied: 0, code: 'journal', output: unwritten }
        const refused = await restoreRules(part[0]?.namespace ?? '', steps.map(ruleLine))
        return refused === null ? null : { ...refused, code: 'iptables' }
      }
      case 'ruleset':
        return this.runRulesets(part as readonly RulesetStep[], builds)
      case 'service':
        return this.runServices(part, builds)
      case 'file':
        return this.runFiles(part as readonly NetnsFileStep[])
    }
  }

  private runFiles(part: readonly NetnsFileStep[]): Refusal | null {
    for (const [index, step] of part.entries()) {
      const output = this.hooks.beforeFile?.(step) ?? changeNetnsFile(step, this.hooks.beforeFile !== undefined)
      if (output !== null) return { index, applied: index, code: step.file, output }
    }
    return null
  }

  private async runRulesets(part: readonly RulesetStep[], builds: boolean): Promise<Refusal | null> {
    for (const [index, step] of part.entries()) {
      if (builds && this.isHalted) return haltedAt(index)
      const output = await loadRuleset(step)
      if (output !== null) return { index, applied: index, code: step.kind, output }
      if (step.text !== '' && this.hooks.loaded)
        this.hooks.loaded(step.namespace, await listingAfter(step.namespace, step.kind, step.text))
    }
    return null
  }

  private async runServices(part: readonly Step[], builds: boolean): Promise<Refusal | null> {
    // Each telling names all services of a namespace: told one by one, some thousand of them are a flood.
    const tell = this.services.hold()
    try {
      const refusal = await this.carryOutServices(part, builds)
      const asking = part.flatMap((step) => (step.op === 'dhcp-start' ? [step] : []))
      if (refusal === null) await this.services.settleDhcp(asking)
      return refusal
    } finally {
      tell()
    }
  }

  private async carryOutServices(part: readonly Step[], builds: boolean): Promise<Refusal | null> {
    for (const [index, step] of part.entries()) {
      if (builds && this.isHalted) return haltedAt(index)
      try {
        if (step.op === 'service-start') await this.services.start(step.namespace, step.service)
        else if (step.op === 'service-stop') this.services.stop(step.namespace, step.service)
        else if (step.op === 'dnsmasq-start') await this.services.startDnsmasq(step.namespace, step.serves)
        else if (step.op === 'dnsmasq-stop') await this.services.stopDnsmasq(step.namespace)
        else if (step.op === 'dhcp-start') await this.services.startDhcp(step.namespace, step.dev)
        else if (step.op === 'dhcp-stop') await this.services.stopDhcp(step.namespace, step.dev)
      } catch (error) {
        return {
          index,
          applied: index,
          code: 'service',
          output: error instanceof Error ? error.message : String(error),
        }
      }
    }
    return null
  }

  private record(done: readonly Command[], refused: (Command & { readonly output: string }) | null): void {
    const time = Date.now()
    const record = ({ step, text }: Command, output: string | null) => ({
      time,
      namespace: step.namespace,
      text,
      ok: output === null,
      output,
    })
    const records = done.map((command) => record(command, null))
    if (refused) records.push(record(refused, refused.output))
    if (records.length > 0) this.hooks.ran(records)
  }
}

const haltedAt = (index: number): Refusal => ({ index, applied: index, code: haltedCode, output: 'nobody is there' })

/** EMFILE in the words of libc, and as Node names it. */
const outOfFiles = /\bToo many open files\b|\bEMFILE\b/
