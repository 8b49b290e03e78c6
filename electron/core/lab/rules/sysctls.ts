import { quote } from '../describe.js'
import { error, warning } from '../finding.js'
import { dottedSysctl, forwardingKeys } from '../sysctl.js'
import type { Rule } from './lab-index.js'
import { said } from '../../words/said.js'

export const sysctlRules: Rule = function* (lab) {
  for (const { path, entry } of lab.namespaces.values()) {
    const seen = new Map<string, string>()
    for (const [key, value] of Object.entries(entry.sysctls ?? {})) {
      const at = [...path, 'sysctls', key]
      const dotted = dottedSysctl(key)
      if (dotted === null) {
        const message = said`${quote(key)} is not a sysctl that a lab may set.`
        // Not even in a lab that is broken on purpose: the key names a file.
        yield {
          ...error('illegal-sysctl', at, message, said`Only keys below net are allowed.`),
          at: 'key',
          always: true,
        }
        continue
      }
      if (typeof value === 'string' && /[\r\n]/.test(value)) {
        yield error(
          'bad-value',
          at,
          said`The value of ${quote(key)} has more than one line.`,
          said`A sysctl has one line.`,
        )
      }
      const before = seen.get(dotted)
      if (before !== undefined) {
        yield {
          ...error(
            'sysctl-twice',
            at,
            said`${quote(key)} and ${quote(before)} are the same sysctl.`,
            said`Keep one of them.`,
          ),
          at: 'key',
        }
      }
      seen.set(dotted, key)
      const forwards = forwardingKeys.some((known) => known === dotted)
      if (forwards && entry.forwarding !== undefined && String(value).trim() !== (entry.forwarding ? '1' : '0')) {
        yield warning(
          'sysctl-forwarding',
          at,
          said`${quote(key)} says another thing than \`forwarding: ${String(entry.forwarding)}\`.`,
          said`The sysctl wins; keep one of them.`,
        )
      }
    }
  }
}
