/**
 * Writes what undoes a step before the step is carried out, for steps that change the machine's own namespace or give a
 * namespace a name. What happens inside the lab's own namespaces goes with them.
 */
import { readdirSync } from 'node:fs'
import { hostNamespace } from '../../core/lab/lab.js'
import type { KernelStep, StepRoute } from '../../core/plan/step.js'
import type { EntryOf, JournalEntry } from '../journal/entry.js'
import { JournalWriter } from '../journal/writer.js'
import { EINVAL, EPERM, EOPNOTSUPP, Refusal } from './errno.js'
import { readSysctl, sysctlInterface } from './sysctl.js'

export class StepJournal {
  readonly #writer: JournalWriter

  constructor(path: string) {
    this.#writer = new JournalWriter(path)
  }

  /** Null where the step may be carried out. A namespace is announced by itself, when its cookie is known. */
  step(step: KernelStep): Refusal | null {
    const entries = entriesOf(step)
    return entries instanceof Refusal ? entries : this.#write(entries)
  }

  namespace(name: string, cookie: string | null): Refusal | null {
    if (cookie === null)
      return Refusal.of(EOPNOTSUPP, 'This kernel gives namespaces no cookies (SO_NETNS_COOKIE, Linux 5.14 or later)')
    return this.#write([{ op: 'namespace', name, cookie, time: Date.now() }])
  }

  #write(entries: readonly JournalEntry[]): Refusal | null {
    try {
      this.#writer.append(...entries)
      return null
    } catch (error) {
      return Refusal.of(EPERM, error instanceof Error ? error.message : String(error))
    }
  }

  close(): void {
    this.#writer.close()
  }
}

const routeEntry = ({ nexthops, ...route }: StepRoute): JournalEntry => ({
  op: 'route',
  route: { ...route, ...(nexthops ? { nexthops: nexthops.map((hop) => ({ ...hop })) } : {}) },
})

function entriesOf(step: KernelStep): readonly JournalEntry[] | Refusal {
  switch (step.op) {
    case 'veth-add':
      return links([step, step.peer])
    case 'bridge-add':
    case 'vxlan-add':
    case 'tunnel-add':
    case 'wireguard-add':
    case 'dummy-add':
    case 'vlan-add':
    case 'share-add':
    case 'bond-add':
    case 'vrf-add':
    case 'link-mac':
      return links([step])
    case 'address-add':
      // On links of ours they go with them; those of others are nobody's to change, but `lo` may have more.
      return step.namespace === hostNamespace && step.dev === 'lo'
        ? [{ op: 'address', dev: step.dev, address: step.address }]
        : []
    case 'route-add':
      return step.namespace === hostNamespace ? [routeEntry(step.route)] : []
    case 'policy-rule-add':
      return step.namespace === hostNamespace ? [{ op: 'policy-rule', rule: { ...step.rule } }] : []
    case 'sysctl-set':
      return step.namespace === hostNamespace ? sysctl(step.key, step.value) : []
    default:
      return []
  }
}

interface End {
  readonly namespace: string
  readonly name: string
  readonly mac: string | null
}

function links(ends: readonly End[]): readonly JournalEntry[] | Refusal {
  const entries: EntryOf<'link'>[] = []
  for (const { namespace, name, mac } of ends) {
    if (namespace !== hostNamespace) continue
    if (mac === null) return Refusal.of(EINVAL, `${name} would not be known again without a MAC address of its own`)
    entries.push({ op: 'link', name, mac })
  }
  return entries
}

function sysctl(key: string, value: string): readonly JournalEntry[] | Refusal {
  const before = readSysctl(key)
  if (before === null) return Refusal.of(EPERM, `setting key "${key}": it cannot be read, so it could not be put back`)
  const others: Record<string, { value: string; before: string }> = {}
  for (const [other, made] of changedAlong(key, value)) {
    const known = readSysctl(other)
    if (known !== null && other !== key) others[other] = { value: made, before: known }
  }
  return [{ op: 'sysctl', key, value, before, others }]
}

/**
 * Keys that the kernel may change along with one, and what it makes of them. `conf.default` is copied to interfaces that
 * nobody has set (devinet_copy_dflt_conf), forwarding to all, and forwarding IPv4 refuses redirects (inet_forward_change,
 * net/ipv4/devinet.c; addrconf_fixup_forwarding, net/ipv6/addrconf.c).
 */
function* changedAlong(key: string, value: string): Iterable<readonly [string, string]> {
  const every = /^net\.(ipv4|ipv6)\.(conf|neigh)\.(?:all|default)\.([a-z0-9_]+)$/.exec(key)
  const [, family = 'ipv4', kind = 'conf', leaf = 'forwarding'] = every ?? []
  const forwarding = key === 'net.ipv4.ip_forward' || key === 'net.ipv4.conf.all.forwarding'
  if (!every && !forwarding) return
  for (const name of namesBelow(`/proc/sys/net/${family}/${kind}`))
    yield [`net.${family}.${kind}.${sysctlInterface(name)}.${leaf}`, value]
  if (!forwarding) return
  yield ['net.ipv4.ip_forward', value]
  yield ['net.ipv4.conf.all.accept_redirects', value === '0' ? '1' : '0']
}

function namesBelow(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    // A kernel without that family.
    return []
  }
}
