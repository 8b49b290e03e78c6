/** `modprobe`: most modules only make possible what other commands then do. */
import { quote } from '../../lab/describe.js'
import type { Word } from '../shell/word.js'
import { leftOut, success, type Context, type Outcome } from './command.js'
import { said } from '../../words/said.js'

/** They change what is there by being loaded: devices of their own, or packets of bridges that rules now see. */
const changing =
  /^(?:dummy|ifb|bonding|tun_?l?\d*|ipip|ip6?_gre|ip_tunnel|sit|ip6_tunnel|ip_vti|br_netfilter|nf_nat_.*|nf_conntrack_.*)$/

export function modprobe(_context: Context, words: readonly Word[]): Outcome {
  const names = words.slice(1).filter(({ text }) => !text.startsWith('-') && !text.includes('='))
  const isRemoving = words.some(({ text }) => /^(?:-[a-z]*r[a-z]*|--remove)$/.test(text))
  const found = names.find(({ text }) => isRemoving || changing.test(text.replaceAll('-', '_')))
  if (!found) return success
  return leftOut(
    said`${quote(`modprobe ${found.text}`)} is not a command that a lab is made from.`,
    said`A lab takes the kernel as it is.`,
    words[0],
  )
}
