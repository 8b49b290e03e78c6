import { canonicalAddress } from './address.js'
import type { LabCheck, LabNamespace } from './lab.js'
import type { CheckEntry } from './schema.js'
import { parseHostTarget, parsePortTarget } from './target.js'
import type { Target } from './target.js'
import { englishText } from './text.js'

/** One check with its target resolved, or none where the target leads nowhere. */
export function normaliseCheck(check: CheckEntry, namespaces: ReadonlyMap<string, LabNamespace>): readonly LabCheck[] {
  const kind = 'ping' in check ? 'ping' : 'tcp' in check ? 'tcp' : 'udp'
  const text = 'ping' in check ? check.ping : 'tcp' in check ? check.tcp : check.udp
  if (!namespaces.has(check.from)) return []
  const plain = `${check.from} ${kind} ${text}`
  const title = check.name ?? plain
  const common = {
    name: englishText(title) || plain,
    title,
    from: check.from,
    expect: check.expect ?? (kind === 'tcp' ? ('connected' as const) : ('reply' as const)),
    ttl: check.ttl ?? null,
    path: check.path ?? null,
    snat: check.snat === undefined ? null : canonicalAddress(check.snat),
  }
  if (kind === 'ping') {
    const target = addressOf(parseHostTarget(text), namespaces)
    return target === null ? [] : [{ ...common, kind, target }]
  }
  const parsed = parsePortTarget(text)
  const target = addressOf(parsed, namespaces)
  return target === null || !parsed ? [] : [{ ...common, kind, target, port: parsed.port }]
}

/** A namespace stands for its first address: of its interfaces in their order, of `lo` only if no other has one. */
function addressOf(target: Target | null, namespaces: ReadonlyMap<string, LabNamespace>): string | null {
  if (target?.host.kind !== 'namespace') return target?.host.text ?? null
  const interfaces = namespaces.get(target.host.name)?.interfaces ?? []
  const device = interfaces.find((i) => i.kind !== 'loopback' && i.addresses.length > 0) ?? interfaces[0]
  return device?.addresses[0]?.split('/')[0] ?? null
}
