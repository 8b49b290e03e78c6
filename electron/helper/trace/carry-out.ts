/** Carries out a fix: steps of a plan through the deployer, the rest by the one tool that can. All of it, or nothing. */
import { repairCommand, repairText, undoRepair, type RepairStep } from '../../core/diagnosis/repair.js'
import type { Step } from '../../core/plan/step.js'
import { stepText } from '../../core/plan/text.js'
import { undoOf } from '../../core/plan/undo.js'
import type { CommandRecord, Failure } from '../../core/rpc.js'
import type { Deployer } from '../deploy.js'
import { runIn } from '../run.js'
import { failure } from '../../core/failure.js'
import { listedRules } from './listed-rules.js'
import { said } from '../../core/words/said.js'

export interface CarriedOut {
  /** Takes all of it back, in order. */
  readonly undo: readonly RepairStep[]
}

export type CarryOut =
  { readonly ok: true; readonly carried: CarriedOut } | { readonly ok: false; readonly failure: Failure }

export async function carryOut(
  steps: readonly RepairStep[],
  deployer: Pick<Deployer, 'deploy'>,
  ran: (records: readonly Omit<CommandRecord, 'sequence'>[]) => void,
): Promise<CarryOut> {
  const undo: RepairStep[] = []
  for (const step of steps) {
    const done = await one(step, deployer, ran)
    if ('undo' in done) {
      undo.unshift(...done.undo)
      continue
    }
    // Nothing must stay half done: what was carried out is taken back, and a second refusal changes nothing of that.
    for (const back of undo) await one(back, deployer, ran)
    return { ok: false, ...done }
  }
  return { ok: true, carried: { undo } }
}

async function one(
  step: RepairStep,
  deployer: Pick<Deployer, 'deploy'>,
  ran: (records: readonly Omit<CommandRecord, 'sequence'>[]) => void,
): Promise<CarriedOut | { readonly failure: Failure }> {
  const text = repairText(step)
  const command = repairCommand(step)
  if (command === null) {
    const plain = step as Step
    const deployed = await deployer.deploy([{ step: plain, text: stepText(plain), undo: undoOf(plain) }])
    return deployed.ok
      ? { undo: undoRepair(step) }
      : { failure: refused(text, step.namespace, deployed.failure.output ?? '') }
  }
  const isNewRule = step.op === 'nft-rule-insert'
  const { status, stderr, stdout } = await runIn(step.namespace, command.program, [
    ...(isNewRule ? echoing : []),
    ...command.arguments,
  ])
  const output = status === 0 ? null : stderr.trim() || stdout.trim() || `ended with ${status}`
  ran([{ time: Date.now(), namespace: step.namespace, text, ok: status === 0, output }])
  if (output !== null) return { failure: refused(text, step.namespace, output) }
  if (!isNewRule) return { undo: undoRepair(step) }
  const handle = /# handle (\d+)/.exec(stdout)?.[1]
  const number = handle === undefined ? await handleOf(step) : Number(handle)
  if (number === null) return { failure: refused(text, step.namespace, 'it is not where it was put') }
  return { undo: [{ ...step, op: 'nft-rule-delete', handle: number }] }
}

/** Of a rule that has just been put in, where nft did not tell: by its place and its words. */
async function handleOf(step: RepairStep & { readonly op: 'nft-rule-insert' }): Promise<number | null> {
  const there = (await listedRules(step.namespace, step))[step.position - 1]
  return there?.rule === step.rule ? there.handle : null
}

/** nft(8) tells the number of a rule that it has added. */
const echoing = ['--echo', '--handle'] as const

const refused = (text: string, namespace: string, output: string): Failure =>
  failure(
    'step-refused',
    said`The kernel refused "${text}": ${output}. Trace again: the lab has changed since.`,
    namespace,
    output,
  )
