/** A plan as a bash script that needs nothing but iproute2, procps and iptables. */
import type { Lab } from '../lab/lab.js'
import { plainLine } from '../lab/plain-text.js'
import { commandLine } from './shell-quote.js'
import { execWithin } from './exec-within.js'
import { freshWords } from './fresh-settings.js'
import type { Plan, PlannedStep } from './step.js'
import { bridgeNetfilterKeys, hasBridge } from './sysctls.js'
import { stepText } from './text.js'

function title(lab: Lab): string {
  return typeof lab.title === 'string' ? lab.title : (lab.title.en ?? lab.title['zh-CN'] ?? lab.name)
}

/** Switches that only some kernels have: `-e` lets the unknown ones pass. */
function sysctlIfKnown(namespace: string, key: string, value: string): string {
  return commandLine([...execWithin(namespace), 'sysctl', '-e', '-w', `${key}=${value}`])
}

function line({ step, text }: PlannedStep): string | null {
  // Written for each bridge below, whether the plan knew of the switch or not.
  if (step.op === 'sysctl-set' && step.key.startsWith('net.bridge.')) return null
  if (step.op !== 'dummy-add') return text
  // Small kernels have no dummy driver; an ifb device holds an address just as well.
  return `${text} || ${text.replace(/ type dummy$/, ' type ifb')}`
}

/**
 * What a machine hands on to new namespaces is written over. The namespace that the script is started in is taken for new
 * where it is not the machine's first one, which alone has net.core.netdev_max_backlog, and leads nowhere yet.
 */
function freshLines(plan: Plan): string[] {
  const made = plan.flatMap(({ step }) => (step.op === 'namespace-add' ? [step.namespace] : []))
  const settings = ['sysctl', '-q', '-e', '-w', '$fresh'].join(' ')
  return [
    '# What a new namespace has of itself: many machines hand on their own settings (net.core.devconf_inherit_init_net).',
    `fresh='${freshWords.join(' ')}'`,
    `[ -e /proc/sys/net/core/netdev_max_backlog ] || [ -n "$(ip route)" ] || ${settings}`,
    ...(made.length > 0 ? [`for ns in ${commandLine(made)}; do ip netns exec "$ns" ${settings}; done`] : []),
  ]
}

const layer = 'mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work /etc'

/**
 * A runnable script that does what the plan does, in its order. A second run fails at the first thing that is there.
 * Services stay comments, because Vethlab itself answers for them. `plan` should start from an empty live state.
 */
export function planScript(lab: Lab, plan: Plan): string {
  const name = plainLine(lab.name)
  const heading = plainLine(title(lab))
  const lines = plan.flatMap((step) => line(step) ?? [])
  // Needed where br_netfilter is loaded, which a script cannot know before it runs. The lab's own value wins.
  const switches = [...lab.namespaces.values()]
    .filter(hasBridge)
    .flatMap((namespace) =>
      bridgeNetfilterKeys.map((key) => sysctlIfKnown(namespace.name, key, namespace.sysctls[key] ?? '0')),
    )
  const lastNamespace = plan.findLastIndex(({ step }) => step.op === 'namespace-add')
  const afterNamespaces = plan.slice(0, lastNamespace + 1).flatMap((step) => line(step) ?? []).length
  return `${[
    '#!/usr/bin/env bash',
    `# Vethlab: ${heading === name ? name : `${name} - ${heading}`}`,
    '# Builds the lab in the network namespace it is started in, which becomes `host`. Needs root.',
    '# To leave the machine as it is, run it in namespaces of its own:',
    ...(plan.some(({ step }) => step.op === 'netns-file')
      ? [
          '# (Names are written to /etc/netns, over which a layer is laid here.)',
          `#   unshare --net --mount bash -c 'mount -t tmpfs tmpfs /run && mkdir -p /run/etc/upper /run/etc/work && ${layer} && bash "$1" && exec bash' - FILE`,
        ]
      : [`#   unshare --net --mount bash -c 'mount -t tmpfs tmpfs /run && bash "$1" && exec bash' - FILE`]),
    'set -euo pipefail',
    '',
    ...lines.slice(0, afterNamespaces),
    ...freshLines(plan),
    ...switches,
    ...lines.slice(afterNamespaces),
  ].join('\n')}\n`
}

/** The plan as text, one command a line, as `vethlab plan` prints it. */
export function planText(plan: Plan): string {
  return plan.map(({ text }) => `${text}\n`).join('')
}

/** What would take the plan back: each step's undo, last step first. */
export function undoText(plan: Plan): string {
  return plan
    .toReversed()
    .flatMap(({ undo }) => undo.map((step) => `${stepText(step)}\n`))
    .join('')
}
