/** `sysctl -w KEY=VALUE`, and the same by writing to /proc/sys. */
import { quote } from '../../lab/describe.js'
import { dottedSysctl } from '../../lab/sysctl.js'
import { findDevice } from '../network/links.js'
import { most, type Namespace } from '../network/network.js'
import type { Word } from '../shell/word.js'
import { harmless, leftOut, refused, success, type Context, type Outcome } from './command.js'

export function sysctl(context: Context, words: readonly Word[]): Outcome {
  let outcome: Outcome = harmless
  for (const word of words.slice(1)) {
    if (/^-(?:[wqenaNbA]+|-write|-quiet|-ignore|-all|-values|-names)$/.test(word.text)) continue
    if (word.text.startsWith('-'))
      return leftOut(
        `${quote(`sysctl ${word.text}`)} reads files that are not here.`,
        'Write `sysctl -w KEY=VALUE`.',
        word,
      )
    const equals = word.text.indexOf('=')
    // Without a value it prints.
    if (equals < 0) continue
    outcome = setSysctl(context.namespace, word.text.slice(0, equals).trim(), word.text.slice(equals + 1), word)
    if (outcome.notice) return outcome
  }
  return outcome
}

export const procSysctl = (path: string): string | null => /^\/proc\/sys\/(.+)$/.exec(path)?.[1] ?? null

/** Characters of a value in a lab file. */
const maxValue = 256

export function setSysctl(namespace: Namespace, key: string, value: string, word: Word): Outcome {
  const dotted = /^[A-Za-z0-9_./-]+$/.test(key) ? dottedSysctl(key) : null
  if (dotted === null)
    return leftOut(`${quote(key)} is not a sysctl that a lab may set.`, 'Only keys below net are allowed.', word)
  const text = value.trim().replace(/\s+/g, ' ')
  if (text === '' || text.length > maxValue || /[\u0000-\u001f\u007f]/.test(text))
    return leftOut(`${quote(value)} is no value of a sysctl.`, null, word)
  const [, family, group, name = ''] = dotted.split('.')
  const device = name.replaceAll('/', '.')
  if (
    (group === 'conf' || group === 'neigh') &&
    /^ipv[46]$/.test(family ?? '') &&
    device !== 'all' &&
    device !== 'default'
  ) {
    const found = findDevice(namespace, device)
    if ('message' in found) return refused(found, word)
  }
  if (namespace.sysctls.size >= most.sysctls)
    return leftOut(`More than ${most.sysctls} sysctls are more than a lab may have.`)
  namespace.sysctls.set(dotted, text)
  return success
}
