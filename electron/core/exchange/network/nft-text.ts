/** What a script gives to `nft`, as the text of a lab file. */
import { readNft } from '../../lab/ruleset/nft-text.js'
import { textLimit, type TextRefusal } from '../../lab/ruleset/refusal.js'
import type { Namespace } from './network.js'

/** Each command in a line of its own. */
export const nftText = ({ nft: { lines } }: Namespace): string | null =>
  lines.length === 0 ? null : `${lines.join('\n')}\n`

export function clearNft({ nft: { lines, tables } }: Namespace): void {
  lines.length = 0
  tables.clear()
}

/** `none`: it is about a table that is not there. */
export function addNft(namespace: Namespace, text: string): TextRefusal | 'none' | null {
  const { lines, tables } = namespace.nft
  const gone = /^(?:delete|destroy|flush)\s+table\s+(?:(ip6?|inet|arp|bridge|netdev)\s+)?(\S+)$/.exec(text)
  const table = gone ? `${gone[1] ?? 'ip'} ${gone[2] ?? ''}` : null
  if (table !== null && !tables.has(table)) return 'none'
  const all = lines.reduce((length, line) => length + line.length + 1, text.length)
  // Said of the whole: that is what would be loaded.
  const read = readNft(all > textLimit ? ' '.repeat(all) : text)
  if ('message' in read) return read
  lines.push(text)
  for (const { family, name } of read.tables) tables.add(`${family} ${name}`)
  if (table !== null && !text.startsWith('flush')) tables.delete(table)
  if (tables.size === 0) clearNft(namespace)
  return null
}
