/**
 * The words of `ip link add` and `set`. Some are taken by any beginning of theirs, the others only whole, and the first that
 * fits in the order of iproute2's own table is meant (iplink_parse, ip/iplink.c): `ip link add a type veth` gives an address.
 */
import { quote } from '../../lab/describe.js'
import { said, type Said } from '../../words/said.js'
import type { Word } from '../shell/word.js'

/** Taken only whole; all but `name`, `netns` and `link` stand behind the ones that they could be a beginning of. */
const whole = new Set([
  ...['up', 'down', 'name', 'index', 'brd', 'qlen', 'mtu', 'netns', 'multicast', 'allmulticast', 'promisc', 'trailers'],
  ...['arp', 'carrier', 'vf', 'vrf', 'group', 'mode', 'state', 'protodown', 'gso_max_size', 'gso_max_segs'],
  ...['gro_max_size', 'dev'],
])

/** Taken by their beginnings, in this order. */
const shortened = [
  ...['link', 'address', 'broadcast', 'txqueuelen', 'txqlen', 'master', 'nomaster', 'dynamic', 'type', 'alias'],
  ...['numtxqueues', 'numrxqueues', 'addrgenmode'],
] as const

/** The word that is meant; null for a name. */
export function linkWord(text: string): string | null {
  if (whole.has(text)) return text
  return text === '' ? null : (shortened.find((word) => word.startsWith(text)) ?? null)
}

/** Whoever called an interface `a` did not mean `address`: said where its value is none; null where the word was written whole. */
export const takenFor = ({ text }: Word, meant: string): Said | null =>
  text === meant
    ? null
    : said`ip takes ${quote(text)} for ${quote(meant)} here. Write \`dev ${text}\`, or \`name ${text}\` where it is added.`
