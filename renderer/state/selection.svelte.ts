/** What is selected on the canvas, in the tree and in the lists. */
import type { Target } from '../canvas/selection.js'

export const interfaceTarget = (namespace: string, name: string): Target => ({
  kind: 'interface',
  id: `${namespace}:${name}`,
})

/** Namespace and interface of an id like `ns0:veth0`: no name holds a colon. */
export function partsOf(id: string): { readonly namespace: string; readonly name: string } {
  const colon = id.indexOf(':')
  return { namespace: id.slice(0, colon), name: id.slice(colon + 1) }
}

export class Selection {
  target = $state.raw<Target | null>(null)

  /** The namespace that is selected, or that the selected interface is in. */
  readonly namespace = $derived.by(() => {
    if (!this.target || this.target.kind === 'cable') return null
    return this.target.kind === 'namespace' ? this.target.id : partsOf(this.target.id).namespace
  })

  selectNamespace(name: string): void {
    this.target = { kind: 'namespace', id: name }
  }
}
