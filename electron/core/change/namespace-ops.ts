/** Changes of namespaces and of what they are told as a whole. */
import { error } from '../lab/finding.js'
import type { Finding } from '../lab/finding.js'
import { quote } from '../lab/describe.js'
import { hostNamespace } from '../lab/lab.js'
import { dottedSysctl } from '../lab/sysctl.js'
import { said } from '../words/said.js'
import { namespaceOf, noNamespace } from './draft.js'
import type { Carry, Draft } from './draft.js'
import { removeNamespace, renameAll } from './follow.js'
import type { NamespaceChange } from './lab-change.js'
import { namespaceReferences } from './references.js'

/** `host` is there even where the file does not name it. */
export const isThere = (draft: Draft, name: string): boolean =>
  name === hostNamespace || Object.hasOwn(draft.labFile.namespaces ?? {}, name)

const taken = (name: string): Finding =>
  error(
    'name-taken',
    ['namespaces', name],
    said`There is a namespace ${quote(name)} in the lab already.`,
    said`Choose another name.`,
  )

const reserved = error(
  'reserved-name',
  ['namespaces', hostNamespace],
  said`"host" is the namespace that every lab has; it stays, and keeps its name.`,
  said`Remove what is in it.`,
)

export const namespaceOps: { readonly [Op in NamespaceChange['op']]: Carry<Op> } = {
  'namespace-add': (draft, { namespace, entry, at }) => {
    if (Object.hasOwn(draft.labFile.namespaces ?? {}, namespace)) return taken(namespace)
    draft.set(['namespaces', namespace], entry ?? {})
    if (at) draft.set(['layout', namespace], at)
    return null
  },
  'namespace-delete': (draft, { namespace }) => {
    if (namespace === hostNamespace) return reserved
    if (!isThere(draft, namespace)) return noNamespace(namespace)
    removeNamespace(draft, namespace)
    return null
  },
  'namespace-rename': (draft, { namespace, to }) => {
    if (namespace === to) return null
    if (namespace === hostNamespace) return reserved
    if (!isThere(draft, namespace)) return noNamespace(namespace)
    if (isThere(draft, to)) return taken(to)
    renameAll(draft, namespaceReferences(draft.labFile, namespace), to)
    return null
  },
  'forwarding-set': (draft, { namespace, forwarding }) => {
    if (!isThere(draft, namespace)) return noNamespace(namespace)
    draft.put(['namespaces', namespace, 'forwarding'], forwarding)
    return null
  },
  'names-set': (draft, { namespace, keys }) => {
    if (!isThere(draft, namespace)) return noNamespace(namespace)
    for (const [key, value] of Object.entries(keys)) draft.put(['namespaces', namespace, key], value)
    return null
  },
  'ruleset-set': (draft, { namespace, kind, text }) => {
    if (!isThere(draft, namespace)) return noNamespace(namespace)
    draft.put(['namespaces', namespace, kind], text)
    return null
  },
  'sysctl-set': (draft, { namespace, key, value }) => {
    if (!isThere(draft, namespace)) return noNamespace(namespace)
    // A key has two spellings; the one in the file stays.
    const known = Object.keys(namespaceOf(draft, namespace).sysctls ?? {}).find(
      (each) => each === key || (dottedSysctl(each) !== null && dottedSysctl(each) === dottedSysctl(key)),
    )
    draft.put(['namespaces', namespace, 'sysctls', known ?? key], value)
    return null
  },
}
