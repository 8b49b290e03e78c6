/** Numbers of /etc/iproute2/rt_* in words, as `ip` prints them where those files are the usual ones. */

const scopes = new Map([
  [0, 'global'],
  [200, 'site'],
  [253, 'link'],
  [254, 'host'],
  [255, 'nowhere'],
])
export const scopeName = (scope: number): string => scopes.get(scope) ?? String(scope)

const protocols = new Map([
  [0, 'unspec'],
  [1, 'redirect'],
  [2, 'kernel'],
  [3, 'boot'],
  [4, 'static'],
  [8, 'gated'],
  [9, 'ra'],
  [10, 'mrt'],
  [11, 'zebra'],
  [12, 'bird'],
  [13, 'dnrouted'],
  [14, 'xorp'],
  [15, 'ntk'],
  [16, 'dhcp'],
  [18, 'keepalived'],
  [42, 'babel'],
  [99, 'openr'],
  [186, 'bgp'],
  [187, 'isis'],
  [188, 'ospf'],
  [189, 'rip'],
  [192, 'eigrp'],
])
export const protocolName = (protocol: number): string => protocols.get(protocol) ?? String(protocol)

/** RTN_* (linux/rtnetlink.h), by number. */
const routeTypes = [
  'unspec',
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'nat',
]
export const routeTypeName = (type: number): string => routeTypes[type] ?? String(type)
export const routeTypeNumber = (name: string): number => routeTypes.indexOf(name)

const neighbourStates = new Map([
  [0x00, 'NONE'],
  [0x01, 'INCOMPLETE'],
  [0x02, 'REACHABLE'],
  [0x04, 'STALE'],
  [0x08, 'DELAY'],
  [0x10, 'PROBE'],
  [0x20, 'FAILED'],
  [0x40, 'NOARP'],
  [0x80, 'PERMANENT'],
])
export const neighbourStateName = (state: number): string => neighbourStates.get(state) ?? String(state)

/** FR_ACT_* (linux/fib_rules.h). */
const ruleActions = new Map([
  [1, 'to-table'],
  [2, 'goto'],
  [3, 'nop'],
  [6, 'blackhole'],
  [7, 'unreachable'],
  [8, 'prohibit'],
])
export const ruleActionNumber = (name: string): number => [...ruleActions].find(([, word]) => word === name)?.[0] ?? 0
export const ruleActionName = (action: number): string => ruleActions.get(action) ?? String(action)
