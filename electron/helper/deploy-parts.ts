/** A plan divided into runs of steps, each of which one engine carries out. */
import { spellStep } from '../core/plan/rules.js'
import type { IptablesStep, PlannedStep, Step } from '../core/plan/step.js'
import type { RuleLine } from './ruleset.js'

/** What carries a step out. */
type Kind = 'kernel' | 'rule' | 'ruleset' | 'service' | 'file'

/** A step with the command that says it. */
export type Command = Pick<PlannedStep, 'step' | 'text'>

export const kindOf = (step: Step): Kind => {
  switch (step.op) {
    case 'nat-add':
    case 'nat-delete':
    case 'firewall-add':
    case 'firewall-delete':
    case 'policy-set':
      return 'rule'
    case 'ruleset-load':
      return 'ruleset'
    case 'netns-file':
      return 'file'
    case 'service-start':
    case 'service-stop':
    case 'dnsmasq-start':
    case 'dnsmasq-stop':
    case 'dhcp-start':
    case 'dhcp-stop':
      return 'service'
    default:
      return 'kernel'
  }
}

/** Rules that one run of iptables-restore is given: it ends in time on a slow machine, and progress is told between. */
const rulesAtOnce = 1000

/** Runs of steps that one engine carries out in one go; rules only together within one namespace and family. */
export function partition(commands: readonly Command[]): { readonly start: number; readonly part: Command[] }[] {
  const parts: { start: number; part: Command[] }[] = []
  let last = ''
  commands.forEach((command, index) => {
    const { step } = command
    const kind = kindOf(step)
    const key = kind === 'rule' ? `${kind} ${step.namespace} ${ruleLine(step as IptablesStep).family}` : kind
    const current = parts.at(-1)
    if (key === last && current && (kind !== 'rule' || current.part.length < rulesAtOnce)) current.part.push(command)
    else parts.push({ start: index, part: [command] })
    last = key
  })
  return parts
}

export function ruleLine(step: IptablesStep): RuleLine {
  if (step.op === 'policy-set') {
    const line = `-P ${step.chain.toUpperCase()} ${step.policy.toUpperCase()}`
    return { family: step.family, table: 'filter', line }
  }
  const { family, table, chain, restored } = spellStep(step)
  const verb = step.op.endsWith('-add') ? '-A' : '-D'
  return { family, table, line: `${verb} ${chain} ${restored}` }
}
