/** Why a text of rules is not loaded: one sentence with its place. */
import type { Said } from '../../words/said.js'

export interface TextRefusal {
  /** Of the text, from 1. */
  readonly line: number
  readonly message: Said
  readonly hint: Said | null
}

export type RulesetKind = 'nft' | 'iptables' | 'ip6tables'

/** Longer than anybody writes, and short enough to be read again with every change (characters). */
export const textLimit = 256 * 1024

/** What no text of rules needs: a NUL ends it for the program that reads it. */
export const unreadable = /[\u0000-\u0008\u000b-\u001f\u007f]/

export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length
