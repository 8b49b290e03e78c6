/** Sentences for text that does not match the pattern its place asks for. */
import { pathText, quote } from './describe.js'
import { error } from './finding.js'
import type { Finding } from './finding.js'
import type { LabPath } from './problem.js'
import { linePattern, refusedCharacter, replyPattern, textPattern } from './plain-text.js'
import { endpointPattern, interfaceNamePattern, namespaceNamePattern } from './schema.js'
import { said } from '../words/said.js'

export function patternFinding(pattern: string, path: LabPath, text: string): Finding {
  switch (pattern) {
    case namespaceNamePattern.toString():
      return error(
        'illegal-name',
        path,
        said`${quote(text)} cannot be the name of a namespace.`,
        said`Use up to 32 letters, digits, dots, dashes and underscores, a letter or digit first.`,
      )
    case interfaceNamePattern.toString():
      return error(
        'illegal-name',
        path,
        said`${quote(text)} cannot be the name of an interface.`,
        said`The kernel allows no slash, colon, per cent sign or white space, and not . or .. alone.`,
      )
    case endpointPattern.toString():
      return error(
        'bad-endpoint',
        path,
        said`${quote(text)} is no end of a link.`,
        said`Write NAMESPACE:INTERFACE, as in ns0:veth0.`,
      )
  }
  const plain = [linePattern, textPattern, replyPattern].find((each) => each.toString() === pattern)
  if (plain) {
    const oneLine = plain === linePattern && /[\n\r]/.test(text)
    return error(
      'bad-character',
      path,
      said`${pathText(path)} holds the character ${refusedCharacter(text, plain) ?? ''}, which is no text.`,
      oneLine ? said`Write it on one line; a guide lists several commands one by one.` : said`Remove it.`,
    )
  }
  const key = path.at(-1)
  if (key === 'mac')
    return error(
      'bad-mac',
      path,
      said`${quote(text)} is no MAC address.`,
      said`Write six pairs of hex digits, as in 02:00:00:00:00:01.`,
    )
  if (path.at(-2) === 'sysctls') {
    return error(
      'illegal-sysctl',
      path,
      said`${quote(text)} is not a sysctl that a lab may set.`,
      said`Only keys below net are allowed, as in net.ipv4.conf.all.rp_filter.`,
    )
  }
  if (path.length === 1 && key === 'name') {
    return error(
      'illegal-name',
      path,
      said`${quote(text)} cannot be the name of a lab.`,
      said`Use 1 to 40 lower-case letters, digits and dashes.`,
    )
  }
  return error('bad-value', path, said`${pathText(path)} cannot be ${quote(text)}.`)
}
