/** Names that must lead somewhere. */
import { quote } from '../describe.js'
import { error, warning } from '../finding.js'
import type { Finding } from '../finding.js'
import { didYouMean } from '../nearest.js'
import type { LabPath } from '../problem.js'
import { hasInterface, mayBeUplink } from './lab-index.js'
import type { LabIndex } from './lab-index.js'
import { said } from '../../words/said.js'

export function* namespaceExists(lab: LabIndex, name: string, path: LabPath): Iterable<Finding> {
  if (lab.namespaces.has(name)) return
  const hint = didYouMean(name, lab.namespaces.keys()) ?? said`Add \`${name}:\` below \`namespaces:\`.`
  yield error('unknown-namespace', path, said`There is no namespace ${quote(name)} in the lab.`, hint)
}

/** An interface of that namespace. The name `eth0` in a host with an uplink is the uplink. */
export function* interfaceExists(lab: LabIndex, namespace: string, name: string, path: LabPath): Iterable<Finding> {
  if (!lab.namespaces.has(namespace) || hasInterface(lab, namespace, name)) return
  const uplink = mayBeUplink(lab, namespace)
  if (uplink && name === 'eth0') return
  const names = [...(lab.namespaces.get(namespace)?.interfaces.keys() ?? [])]
  const hint = didYouMean(name, names) ?? said`Interfaces there: ${names.slice(0, 12).join(', ')}.`
  const message = said`There is no interface ${quote(name)} in namespace ${quote(namespace)}.`
  yield (uplink ? warning : error)('unknown-interface', path, message, hint)
}

/** An interface that a rule of iptables speaks of: there, some names mean something else. */
export function* ruleInterface(lab: LabIndex, namespace: string, name: string, path: LabPath): Iterable<Finding> {
  yield* interfaceExists(lab, namespace, name, path)
  const meaning = name.endsWith('+')
    ? said`all interfaces whose names begin like this`
    : name.startsWith('-')
      ? said`an option`
      : name.startsWith('!')
        ? said`a negation`
        : null
  if (meaning)
    yield error(
      'name-not-for-rules',
      path,
      said`iptables takes ${quote(name)} for ${meaning}, not for an interface.`,
      said`Give the interface another name.`,
    )
}
