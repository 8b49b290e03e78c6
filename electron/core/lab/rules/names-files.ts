/** `resolver` and `hosts`: where a namespace's programs learn what a name stands for. */
import { parseAddress } from '../address.js'
import { quote } from '../describe.js'
import { error } from '../finding.js'
import { hostNamespace } from '../lab.js'
import { badAddress } from './addresses.js'
import type { Rule } from './lab-index.js'
import { said } from '../../words/said.js'

export const nameFileRules: Rule = function* (lab) {
  for (const { name, path, entry } of lab.namespaces.values()) {
    for (const key of ['resolver', 'hosts'] as const)
      if (name === hostNamespace && entry[key] !== undefined)
        yield error(
          'names-of-host',
          [...path, key],
          said`"host" has the names of the machine that it is on, which a lab does not change.`,
          said`Write ${quote(key)} into another namespace.`,
        )
    for (const [i, text] of (entry.resolver?.nameservers ?? []).entries())
      if (!parseAddress(text)) yield badAddress(text, [...path, 'resolver', 'nameservers', i])
    const seen = new Set<string>()
    for (const text of Object.keys(entry.hosts ?? {})) {
      const address = parseAddress(text)
      if (!address) yield badAddress(text, [...path, 'hosts', text])
      else if (seen.has(address.text))
        yield error(
          'address-twice',
          [...path, 'hosts', text],
          said`The names of ${text} are said twice.`,
          said`Write all of its names into one list.`,
        )
      if (address) seen.add(address.text)
    }
  }
}
