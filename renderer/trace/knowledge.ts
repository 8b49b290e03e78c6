/** What a namespace knows that bears on a cause, in the words of the command that prints it. */
import type { DiagnosisCode } from '../../electron/core/diagnosis/diagnosis.js'
import { mainTable } from '../../electron/core/lab/table.js'
import type { LiveNamespace } from '../../electron/core/live/state.js'
import { policyRuleText, routeHead, routeTail, sortedRoutes } from '../panels/inspector/facts.js'

export interface Knowledge {
  readonly command: string
  /** What matters of a line, and the rest. */
  readonly lines: readonly (readonly [string, string])[]
}

const aboutRoutes: ReadonlySet<DiagnosisCode> = new Set<DiagnosisCode>([
  'no-route',
  'no-return-route',
  'gateway-unreachable',
  'wrong-prefix',
  'duplicate-subnet',
  'rp-filter',
  'route-blocked',
  'own-gateway',
  'wrong-gateway',
])
const aboutNeighbours: ReadonlySet<DiagnosisCode> = new Set<DiagnosisCode>([
  'neighbour-failed',
  'no-such-address',
  'duplicate-address',
  'arp-off',
  'duplicate-mac',
])

export const isAboutRoutes = (code: DiagnosisCode): boolean => aboutRoutes.has(code)

/** Null where neither routes, rules nor neighbours explain the cause. Only of the target's own family. */
export function knowledgeOf(code: DiagnosisCode, namespace: LiveNamespace, target: string): Knowledge | null {
  const family = target.includes(':') ? 'ipv6' : 'ipv4'
  if (aboutRoutes.has(code)) {
    const routes = namespace.routes.filter((route) => route.family === family && route.table === mainTable)
    return {
      command: family === 'ipv6' ? 'ip -6 route' : 'ip route',
      lines: sortedRoutes(routes).map((route) => [routeHead(route), routeTail(route)] as const),
    }
  }
  if (code === 'policy-rule') {
    const rules = namespace.rules.filter((rule) => rule.family === family)
    return {
      command: family === 'ipv6' ? 'ip -6 rule' : 'ip rule',
      lines: rules.map((rule) => [`${rule.priority}:`, policyRuleText(rule)] as const),
    }
  }
  if (!aboutNeighbours.has(code)) return null
  const known = namespace.neighbours.filter((each) => each.family === family && each.state !== 'NOARP')
  return {
    command: 'ip neigh',
    lines: known.map(
      ({ address, dev, mac, state }) =>
        [address, `dev ${dev}${mac === null ? '' : ` lladdr ${mac}`} ${state}`] as const,
    ),
  }
}

/** Errors of the kernel as they stand in its words. */
const errnos: Readonly<Record<string, string>> = {
  'Network is unreachable': 'ENETUNREACH',
  'No route to host': 'EHOSTUNREACH',
  'Connection refused': 'ECONNREFUSED',
  'Operation not permitted': 'EPERM',
  'Permission denied': 'EACCES',
  'Invalid argument': 'EINVAL',
  'Message too long': 'EMSGSIZE',
}
export function errnoOf(message: string | null): string | null {
  const found = Object.entries(errnos).find(([words]) => message?.includes(words))
  return found ? found[1] : null
}

/** Output that says that something failed, as opposed to what was asked. */
export const isRefusal = (line: string): boolean =>
  /unreachable|failed|error|refused|denied|not permitted|no route|invalid|prohibit|blackhole|timed? ?out|100% packet loss|\bDROP\b|\bREJECT\b/i.test(
    line,
  )
