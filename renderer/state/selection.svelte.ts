/** What is selected on the canvas, in the tree and in the lists. */
import { sameTarget, type Target } from '../canvas/selection.js'

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
  /** In the order in which they were chosen. */
  all = $state.raw<readonly Target[]>([])

  /** The object that was chosen last: what is said, and done to one object, is of this one. */
  get target(): Target | null {
    return this.all.at(-1) ?? null
  }

  /** That object alone, or none. */
  set target(target: Target | null) {
    this.all = target ? [target] : []
  }

  /** The namespace that is selected, or that the selected interface is in. */
  readonly namespace = $derived.by(() => {
    const { target } = this
    if (!target || target.kind === 'cable' || target.kind === 'note') return null
    return target.kind === 'namespace' ? target.id : partsOf(target.id).namespace
  })

  /** Names of the namespaces among what is selected. */
  readonly namespaces: readonly string[] = $derived(
    this.all.flatMap(({ kind, id }) => (kind === 'namespace' ? [id] : [])),
  )

  selectNamespace(name: string): void {
    this.target = { kind: 'namespace', id: name }
  }

  /** Beside what is selected; what was among it leaves it. */
  toggle(target: Target): void {
    const others = this.all.filter((each) => !sameTarget(each, target))
    this.all = others.length < this.all.length ? others : [...this.all, target]
  }

  /** Beside what is selected. */
  add(targets: readonly Target[]): void {
    this.all = [...this.all.filter((each) => !targets.some((one) => sameTarget(each, one))), ...targets]
  }
}
