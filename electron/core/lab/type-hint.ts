/** What to write where a value is of the wrong type. */
import { inEnglish, said, type Said } from '../words/said.js'
import { quote } from './describe.js'
import { isRecord } from './schema-shape.js'

/** Keys whose text is an address: quotes do not make one of `true` or of a number. */
const examples: Readonly<Record<string, string>> = {
  ...{
    masquerade: '10.0.0.0/24',
    snat: '10.0.0.0/24',
    source: '10.0.0.0/24',
    prefix: 'fd00:1::/64',
  },
  ...{ to: '10.0.0.1', via: '10.0.0.1', destination: '10.0.0.1', address: '10.0.0.1', router: '10.0.0.1' },
  ...{ local: '10.0.0.1', remote: '10.0.0.1', answer: '10.0.0.1' },
  ...{ endpoint: '10.0.0.1:51820', mac: '02:00:00:00:00:01' },
}

/** The slips that YAML makes easy. */
export function typeHint(kind: Said, value: unknown, key: string | number | undefined): Said | null {
  const expected = inEnglish(kind)
  const example = expected.includes('text') ? examples[String(key ?? '')] : undefined
  if (example !== undefined) return said`Write it as in ${example}.`
  if (value === null)
    return expected === 'text' ? said`Write a value, or remove the line.` : said`Write ${kind}, or remove the line.`
  if (expected.includes('text') && (typeof value === 'number' || typeof value === 'boolean'))
    return said`Put it in quotes: "${String(value)}".`
  if (expected.includes('number') && typeof value === 'string' && /^-?[0-9]+$/.test(value))
    return said`Remove the quotes.`
  if (expected === 'true or false' && typeof value === 'string') return said`YAML 1.2 knows only true and false.`
  if (expected === 'a list' && typeof value === 'string') return said`Put it in brackets: [${value.slice(0, 40)}].`
  if (expected === 'a list' && isRecord(value)) return said`Start each entry with a dash.`
  if (expected === 'a map' && Array.isArray(value))
    return said`Write \`name:\` lines below ${quote(String(key ?? ''))}, without dashes.`
  return null
}
