import type { LiveChange, LiveNamespace, LiveState } from './state.js'

const emptyNamespace = (name: string, inode: number): LiveNamespace => ({
  name,
  inode,
  links: [],
  addresses: [],
  routes: [],
  rules: [],
  neighbours: [],
  fdb: [],
  ruleset: { nft: [], iptables: [] },
  sysctls: {},
  services: [],
})

/** One namespace after a change that does not remove it. Sections that the change leaves out keep their identity. */
export function applyToNamespace(
  known: LiveNamespace | undefined,
  change: Exclude<LiveChange, { readonly removed: true }>,
): LiveNamespace {
  const { namespace: name, removed: _, ...sections } = change
  // A name that comes back with another inode is another namespace: nothing of the old one may shine through.
  const base = known?.inode === change.inode ? known : emptyNamespace(name, change.inode)
  return { ...base, ...sections }
}

/**
 * Folds pushed changes into a state. Returns a new state; untouched namespaces and sections keep their identity,
 * so that a view can tell by `===` what it must draw again.
 */
export function applyChanges(state: LiveState, revision: number, changes: readonly LiveChange[]): LiveState {
  const namespaces = new Map(state.namespaces.map((namespace) => [namespace.name, namespace]))
  for (const change of changes) {
    if (change.removed) namespaces.delete(change.namespace)
    else namespaces.set(change.namespace, applyToNamespace(namespaces.get(change.namespace), change))
  }
  return { revision, namespaces: [...namespaces.values()] }
}
