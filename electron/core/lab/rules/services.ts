import { quote } from '../describe.js'
import { error } from '../finding.js'
import type { Rule } from './lab-index.js'
import { said } from '../../words/said.js'

export const serviceRules: Rule = function* (lab) {
  for (const { name, path, entry } of lab.namespaces.values()) {
    const taken = new Set<string>()
    for (const [i, service] of (entry.services ?? []).entries()) {
      const key = `${service.listen} port ${service.port}`
      if (taken.has(key)) {
        yield error(
          'service-twice',
          [...path, 'services', i, 'port'],
          said`Something listens on ${service.listen} port ${service.port} in ${quote(name)} already.`,
          said`Choose another port.`,
        )
      }
      taken.add(key)
    }
  }
}
