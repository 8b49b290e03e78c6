import { quote } from '../describe.js'
import { error } from '../finding.js'
import type { Rule } from './lab-index.js'

export const serviceRules: Rule = function* (lab) {
  for (const { name, path, entry } of lab.namespaces.values()) {
    const taken = new Set<string>()
    for (const [i, service] of (entry.services ?? []).entries()) {
      const key = `${service.listen} port ${service.port}`
      if (taken.has(key)) {
        yield error(
          'service-twice',
          [...path, 'services', i, 'port'],
          `Something listens on ${key} in ${quote(name)} already.`,
          'Choose another port.',
        )
      }
      taken.add(key)
    }
  }
}
