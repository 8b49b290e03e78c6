/** Source NAT that native rules of nftables do, as far as a lab file has words for the rule as well. */
import type { NatPart } from '../../lab/schema.js'
import { nftChains } from '../../live/nft-chains.js'
import type { Scene } from '../scene.js'
import type { SourceNat } from './nat.js'

export interface NftSourceNat {
  readonly rule: SourceNat
  readonly family: string
  readonly table: string
  readonly chain: string
  /** Place in its chain, from 1. */
  readonly position: number
}

/** As `nft -j` tells it (libnftables-json(5)). */
interface NftRule {
  readonly family: string
  readonly table: string
  readonly chain: string
  readonly expr: readonly Readonly<Record<string, unknown>>[]
}

interface Match {
  readonly op: string
  readonly left: {
    readonly meta?: { readonly key: string }
    readonly payload?: { readonly protocol: string; readonly field: string }
  }
  readonly right: unknown
}

/** Rules that say more than a lab file can are left out: what they mean is not known here. */
export function nftSourceNat({ network }: Scene, namespace: string): NftSourceNat[] {
  const ruleset = network.namespace(namespace)?.ruleset
  if (!ruleset) return []
  const native = nftChains(ruleset).filter(
    ({ hook, table, name }) =>
      hook === 'postrouting' && !ruleset.iptables.some((rule) => rule.table === table && rule.chain === name),
  )
  return native.flatMap(({ family, table, name: chain }) =>
    ruleset.nft
      .flatMap((entry) => (entry as { readonly rule?: NftRule }).rule ?? [])
      .filter((each) => each.family === family && each.table === table && each.chain === chain)
      .flatMap((each, at) => {
        const rule = sourceNat(each)
        return rule ? [{ rule, family, table, chain, position: at + 1 }] : []
      }),
  )
}

const anywhere = { ipv4: '0.0.0.0/0', ipv6: '::/0' } as const

function sourceNat({ family, expr }: NftRule): SourceNat | null {
  const parts: Partial<Record<'source' | 'destination' | 'out', string>> = {}
  const not: NatPart[] = []
  let ip = family === 'ip6' ? ('ipv6' as const) : ('ipv4' as const)
  let action: { readonly kind: 'masquerade' } | { readonly kind: 'snat'; readonly to: string } | null = null
  for (const each of expr) {
    if ('match' in each) {
      const match = each['match'] as Match
      const [part, value] = partOf(match) ?? []
      if (part === undefined || value === undefined || part in parts) return null
      parts[part] = value
      if (match.op === '!=') not.push(part)
      if (match.left.payload?.protocol === 'ip6') ip = 'ipv6'
    } else if ('masquerade' in each && each['masquerade'] === null) action = { kind: 'masquerade' }
    else if ('snat' in each) {
      const { addr, ...more } = each['snat'] as { readonly addr?: unknown }
      if (typeof addr !== 'string' || Object.keys(more).some((key) => key !== 'family')) return null
      action = { kind: 'snat', to: addr }
    } else if (!('counter' in each)) return null
  }
  const { out = null, source = anywhere[ip], ...rest } = parts
  return action && { ...action, ...rest, family: ip, source, out, ...(not.length > 0 ? { not } : {}) }
}

function partOf({ op, left: { meta, payload }, right }: Match): ['source' | 'destination' | 'out', string] | null {
  if (op !== '==' && op !== '!=') return null
  if (meta) return meta.key === 'oifname' && typeof right === 'string' && !right.includes('*') ? ['out', right] : null
  if (!payload || (payload.protocol !== 'ip' && payload.protocol !== 'ip6')) return null
  const prefix = prefixOf(right, payload.protocol === 'ip6' ? 128 : 32)
  if (prefix === null) return null
  return payload.field === 'saddr' ? ['source', prefix] : payload.field === 'daddr' ? ['destination', prefix] : null
}

function prefixOf(right: unknown, whole: number): string | null {
  if (typeof right === 'string') return `${right}/${whole}`
  const { prefix } = right as { readonly prefix?: { readonly addr: string; readonly len: number } }
  return prefix ? `${prefix.addr}/${prefix.len}` : null
}

/** The rule as nft(8) reads it. */
export function nftSourceNatText(rule: SourceNat): string {
  const is = (part: NatPart): string => (rule.not?.includes(part) ? '!= ' : '')
  const ip = rule.family === 'ipv6' ? 'ip6' : 'ip'
  return [
    ...(rule.source === anywhere[rule.family] ? [] : [`${ip} saddr ${is('source')}${rule.source}`]),
    ...(rule.destination === undefined ? [] : [`${ip} daddr ${is('destination')}${rule.destination}`]),
    ...(rule.out === null ? [] : [`oifname ${is('out')}"${rule.out}"`]),
    rule.kind === 'snat' ? `snat ${ip} to ${rule.to}` : 'masquerade',
  ].join(' ')
}
