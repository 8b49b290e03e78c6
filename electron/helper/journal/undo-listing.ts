/** What undoing a journal comes to, in commands and in order, as far as everything still is what the lab made. */
import { hostNamespace } from '../../core/lab/lab.js'
import { namedForDeletion } from '../../core/plan/route-metric.js'
import { commandLine } from '../../core/plan/shell-quote.js'
import type { Step } from '../../core/plan/step.js'
import { stepText } from '../../core/plan/text.js'
import { iptablesProgram } from '../host/iptables.js'
import { entryRoute, entryRule } from './entry.js'
import type { Folded } from './fold.js'

export function undoListing(made: Folded): readonly string[] {
  const namespace = hostNamespace
  const steps: readonly Step[] = [
    ...made.policyRules.map((rule): Step => ({ op: 'policy-rule-delete', namespace, rule: entryRule(rule) })),
    ...made.routes.map((route): Step => ({
      op: 'route-delete',
      namespace,
      route: namedForDeletion(entryRoute(route)),
    })),
    ...made.addresses.map(({ dev, address }): Step => {
      const family = address.includes(':') ? 'ipv6' : 'ipv4'
      return { op: 'address-delete', namespace, dev, address, family }
    }),
    ...[...made.links.keys()].map((name): Step => ({ op: 'link-delete', namespace, name, restore: [] })),
    ...[...made.namespaces.keys()].map((name): Step => ({ op: 'namespace-delete', namespace: name })),
  ]
  return [
    ...made.rules.map(({ engine, family, table, chain, words }) =>
      commandLine([iptablesProgram(engine, family), '-t', table, '-D', chain, ...words]),
    ),
    ...steps.map(stepText),
    ...[...made.files.values()].map(({ namespace: of, file }) =>
      stepText({ op: 'netns-file', namespace: of, file, text: null, before: null }),
    ),
    ...made.programs.map(({ program, undo }) => commandLine([program, ...undo])),
    ...[...made.set].reverse().map(([key, { before }]) => `sysctl -w ${key}=${before.trim().replace(/\s+/g, ' ')}`),
  ]
}
