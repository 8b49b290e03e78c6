/** Runs the meaning rules on a lab file that already follows the schema. */
import { toProblem } from './finding.js'
import type { Finding } from './finding.js'
import type { Problem } from './problem.js'
import { addressRules } from './rules/addresses.js'
import { bridgeLoopRules } from './rules/bridge-loops.js'
import { bondRules } from './rules/bonds.js'
import { bridgeRules } from './rules/bridges.js'
import { bridgeSettingRules } from './rules/bridge-settings.js'
import { checkRules } from './rules/checks.js'
import { dhcp4Rules } from './rules/dhcp4.js'
import { dnsmasqRules } from './rules/dnsmasq.js'
import { firewallRules } from './rules/firewall.js'
import { guideRules } from './rules/guide.js'
import { textRules } from './rules/texts.js'
import { indexLab } from './rules/lab-index.js'
import type { Rule } from './rules/lab-index.js'
import { limitRules } from './rules/limits.js'
import { linkRules } from './rules/links.js'
import { memberRules } from './rules/members.js'
import { nameFileRules } from './rules/names-files.js'
import { nameRules } from './rules/names.js'
import { natRules } from './rules/nat.js'
import { neighbourRules } from './rules/neighbours.js'
import { policyRules } from './rules/policy.js'
import { routeRules } from './rules/routes.js'
import { rulesetRules } from './rules/rulesets.js'
import { segmentRules } from './rules/segments.js'
import { shareRules } from './rules/shares.js'
import { serviceRules } from './rules/services.js'
import { sysctlRules } from './rules/sysctls.js'
import { tunnelRules } from './rules/tunnels.js'
import { vlanRules } from './rules/vlans.js'
import type { LabFile } from './schema.js'

const rules: readonly Rule[] = [
  nameRules,
  linkRules,
  tunnelRules,
  vlanRules,
  shareRules,
  bridgeRules,
  bridgeSettingRules,
  memberRules,
  bondRules,
  bridgeLoopRules,
  addressRules,
  segmentRules,
  policyRules,
  routeRules,
  neighbourRules,
  nameFileRules,
  natRules,
  firewallRules,
  rulesetRules,
  sysctlRules,
  serviceRules,
  dnsmasqRules,
  dhcp4Rules,
  checkRules,
  guideRules,
  textRules,
]

/**
 * Problems of one kind beyond this many have one cause. The search for the nearest of 2000 names, for each of 10 000
 * links that lead nowhere, would take half a minute.
 */
const maxPerRule = 200

export function meaningFindings(labFile: LabFile): readonly Finding[] {
  // Beyond the limits nothing else is worth its time.
  const beyond = [...limitRules(labFile)]
  if (beyond.length > 0) return beyond
  const index = indexLab(labFile)
  const findings = rules.flatMap((rule) => take(rule(index), maxPerRule))
  if (labFile.broken !== true) return findings
  return findings.map((found) => (found.always ? found : { ...found, severity: 'warning' as const }))
}

function take<T>(items: Iterable<T>, most: number): readonly T[] {
  const taken: T[] = []
  for (const item of items) {
    if (taken.length === most) break
    taken.push(item)
  }
  return taken
}

/**
 * What is wrong with a lab's meaning: references, addresses, limits. For labs that arrive as objects; a file's text
 * goes through `parseLabText`, which adds the places. A lab with `broken: true` gets warnings where others get errors.
 */
export const validateLabFile = (labFile: LabFile): readonly Problem[] => meaningFindings(labFile).map(toProblem)
