/** What a plan changes on this machine itself, by kind, and what it changes inside the lab's namespaces. */
import type { HostPlan } from '../../state/host.svelte.js'

export const groupNames = ['namespaces', 'links', 'addresses', 'settings', 'rules', 'other'] as const
export type GroupName = (typeof groupNames)[number]

export interface PlanGroups {
  /** In the order of `groupNames`; empty ones are left out. */
  readonly onHost: readonly { readonly name: GroupName; readonly lines: HostPlan }[]
  readonly inside: HostPlan
}

/** By the command's own words: they are what is shown and what runs. */
const kinds: readonly (readonly [RegExp, GroupName])[] = [
  [/^ip netns (?:add|del)/, 'namespaces'],
  [/^sysctl/, 'settings'],
  [/^(?:ip6?tables|nft|firewall-cmd|ufw)/, 'rules'],
  [/^ip (?:-6 |-4 )?(?:addr|route|neigh|rule)/, 'addresses'],
  [/^(?:ip (?:link|-)|bridge|tc|nmcli)/, 'links'],
]

export function groupPlan(plan: HostPlan): PlanGroups {
  const groups = new Map<GroupName, HostPlan[number][]>(groupNames.map((name) => [name, []]))
  const inside: HostPlan[number][] = []
  for (const line of plan) {
    const kind = kinds.find(([pattern]) => pattern.test(line.text))?.[1] ?? 'other'
    if (line.onHost) groups.get(kind)?.push(line)
    else inside.push(line)
  }
  const onHost = [...groups].flatMap(([name, lines]) => (lines.length > 0 ? [{ name, lines }] : []))
  return { onHost, inside }
}
