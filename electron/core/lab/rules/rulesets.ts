/** Texts of rules: that they are only rules, and who else fills the same tables. */
import { error, warning, type Finding } from '../finding.js'
import { readNft } from '../ruleset/nft-text.js'
import { readSaved } from '../ruleset/iptables-text.js'
import type { TextRefusal } from '../ruleset/refusal.js'
import type { IndexedNamespace, Rule } from './lab-index.js'
import { said } from '../../words/said.js'

export const rulesetRules: Rule = function* (lab) {
  for (const namespace of lab.namespaces.values()) {
    const { nft, iptables, ip6tables } = namespace.entry
    if (nft !== undefined) yield* nftOf(namespace, nft)
    for (const [key, text] of [
      ['iptables', iptables],
      ['ip6tables', ip6tables],
    ] as const) {
      const read = text === undefined ? null : readSaved(text)
      if (read && 'message' in read) yield refused(namespace, key, read)
    }
    yield* bothLoaded(namespace)
  }
}

/** Whatever a lab is broken for: such a text is never loaded. */
const refused = ({ path }: IndexedNamespace, key: string, { line, message, hint }: TextRefusal): Finding => ({
  ...error('not-only-rules', [...path, key], said`Line ${line} of ${key}: ${message}`, hint),
  always: true,
})

const tablesOfIptables = new Set(['filter', 'nat', 'mangle', 'raw', 'security'])

function* nftOf(namespace: IndexedNamespace, text: string): Iterable<Finding> {
  const read = readNft(text)
  if ('message' in read) {
    yield refused(namespace, 'nft', read)
    return
  }
  const { entry, path } = namespace
  const others = (['iptables', 'ip6tables', 'nat', 'firewall'] as const).filter((key) => entry[key] !== undefined)
  const shared = read.tables.find(({ family, name }) => /^ip6?$/.test(family) && tablesOfIptables.has(name))
  if (shared && others.length > 0)
    yield error(
      'shared-table',
      [...path, 'nft'],
      said`The table ${`${shared.family} ${shared.name}`} is where ${others.join(', ')} may put rules, too.`,
      said`Give the table of \`nft\` another name, as in \`table inet filter\`.`,
    )
}

/** Nothing is wrong with it; but whoever reads one of them must know of the other. */
function* bothLoaded({ entry, path }: IndexedNamespace): Iterable<Finding> {
  const texts = (['nft', 'iptables', 'ip6tables'] as const).filter((key) => entry[key] !== undefined)
  const entries = (['nat', 'firewall'] as const).filter((key) => (entry[key] ?? []).length > 0)
  const [last] = texts.slice(-1)
  if (last === undefined || texts.length + entries.length < 2) return
  const isPair = texts.length === 2 && !texts.includes('nft')
  if (isPair && entries.length === 0) return
  yield warning(
    'both-loaded',
    [...path, last],
    said`All of ${[...texts, ...entries].join(', ')} are loaded, in this order; a packet must pass them all.`,
    said`Keep to one of them where you can.`,
  )
}
