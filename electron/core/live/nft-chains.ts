/** Chains of nftables as `nft -j list ruleset` tells them. */
import type { LiveRuleset } from './state.js'

export interface NftChain {
  readonly family: string
  readonly table: string
  readonly name: string
  /** Of a base chain, which the kernel calls by itself. */
  readonly hook?: string
  readonly policy?: string
}

export const nftChains = ({ nft }: Pick<LiveRuleset, 'nft'>): NftChain[] =>
  nft.flatMap((entry) => (entry as { readonly chain?: NftChain }).chain ?? [])
