/** The preflight as it is answered: findings with their evidence, the plan with what undoes it. */
import { hostNamespace } from '../../core/lab/lab.js'
import { isOnMachine } from '../../core/host/on-machine.js'
import { changeText, changeUndoText, type Finding, type Printed } from '../../core/host/facts.js'
import { commandLine } from '../../core/plan/shell-quote.js'
import type { Plan } from '../../core/plan/step.js'
import { stepText } from '../../core/plan/text.js'
import type { Conflict, Failure, Preflight } from '../../core/rpc.js'
import { runIn } from '../run.js'
import { failure } from '../../core/failure.js'
import { said } from '../../core/words/said.js'

/** Runs what proves each finding: what is shown is what the machine says, verbatim. */
export async function withEvidence(findings: readonly Finding[]): Promise<readonly Conflict[]> {
  const conflicts: Conflict[] = []
  for (const { evidence, remedy, ...rest } of findings) {
    const shown: Printed[] = []
    for (const each of evidence) shown.push('command' in each ? each : await ask(each.program, each.words))
    conflicts.push({
      ...rest,
      evidence: shown,
      remedy: remedy && {
        commands: remedy.changes.map(changeText),
        undo: [...remedy.changes].reverse().map(changeUndoText),
      },
    })
  }
  return conflicts
}

async function ask(program: string, words: readonly string[]): Promise<Printed> {
  const { stdout, stderr } = await runIn(hostNamespace, program, words)
  const output = [stdout, stderr].map((text) => text.trimEnd()).filter((text) => text !== '')
  return { command: commandLine([program, ...words]), output: output.join('\n') }
}

export const planListing = (plan: Plan): Preflight['plan'] =>
  plan.map(({ step, text, undo }) => ({
    namespace: step.namespace,
    text,
    undo: undo.map(stepText),
    onHost: isOnMachine(step),
  }))

/** Why nothing is deployed: the first thing in the way, and how many more there are. */
export function blockedFailure(blocking: readonly Conflict[]): Failure | null {
  const [first] = blocking
  if (!first) return null
  const more = blocking.length - 1
  return failure(
    first.code,
    more === 0
      ? first.said
      : more === 1
        ? said`${first.said} (And 1 more conflict.)`
        : said`${first.said} (And ${more} more conflicts.)`,
    first.where,
    first.evidence.map(({ command, output }) => `$ ${command}\n${output}`).join('\n') || null,
  )
}
