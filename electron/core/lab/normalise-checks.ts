import { canonicalAddress } from './address.js'
import type { LabCheck, LabNamespace } from './lab.js'
import type { CheckEntry } from './schema.js'
import { firstAddress, parseHostTarget, parsePortTarget } from './target.js'
import type { Target } from './target.js'
import { englishText } from './text.js'

/** The payload of a plain `ping`, bytes. */
export const pingSize = 56

/** One check with its target resolved, or none where the target leads nowhere. */
export function normaliseCheck(check: CheckEntry, namespaces: ReadonlyMap<string, LabNamespace>): readonly LabCheck[] {
  if ('dns' in check) return normaliseNameCheck(check, namespaces)
  const word = 'ping' in check ? 'ping' : 'tcp' in check ? 'tcp' : 'udp'
  const text = 'ping' in check ? check.ping : 'tcp' in check ? check.tcp : check.udp
  if (!namespaces.has(check.from)) return []
  const plain = `${check.from} ${word} ${text}`
  const title = check.name ?? plain
  const common = {
    name: englishText(title) || plain,
    title,
    from: check.from,
    expect: check.expect ?? (word === 'tcp' ? ('connected' as const) : ('reply' as const)),
    ttl: check.ttl ?? null,
    path: check.path ?? null,
    snat: check.snat === undefined ? null : canonicalAddress(check.snat),
  }
  if ('ping' in check) {
    const { size = pingSize, df = false, count = 1, ipv6 } = check
    const target = addressOf(parseHostTarget(text), namespaces, ipv6)
    return target === null ? [] : [{ ...common, kind: 'ping', target, size, df, count }]
  }
  const kind = 'tcp' in check ? 'tcp' : 'udp'
  const parsed = parsePortTarget(text)
  const target = addressOf(parsed, namespaces)
  return target === null || !parsed ? [] : [{ ...common, kind, target, port: parsed.port }]
}

function normaliseNameCheck(
  { name, from, dns, expect = 'resolved', answer }: Extract<CheckEntry, { readonly dns: unknown }>,
  namespaces: ReadonlyMap<string, LabNamespace>,
): readonly LabCheck[] {
  if (!namespaces.has(from)) return []
  const plain = `${from} dns ${dns}`
  const title = name ?? plain
  return [
    {
      ...{ name: englishText(title) || plain, title, from, kind: 'dns', target: dns, expect },
      answer: answer === undefined ? null : canonicalAddress(answer),
    },
  ]
}

/** The address it is aimed at; a namespace stands for one of its own, of the family that is asked for. */
function addressOf(
  target: Target | null,
  namespaces: ReadonlyMap<string, LabNamespace>,
  ipv6?: boolean,
): string | null {
  if (target?.host.kind !== 'namespace') return target?.host.text ?? null
  const interfaces = namespaces.get(target.host.name)?.interfaces ?? []
  return firstAddress(
    interfaces.flatMap(({ name: dev, addresses }) =>
      addresses
        .filter((address) => ipv6 === undefined || address.includes(':') === ipv6)
        .map((address) => ({ dev, address })),
    ),
  )
}
