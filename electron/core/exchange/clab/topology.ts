/** A topology file's values with their places, and what of them is left out. */
import type { LabPath } from '../../lab/problem.js'
import { PlacedValues } from '../placed-values.js'
import { withoutEnvironment } from './words.js'

export class Topology extends PlacedValues {
  /** Text as containerlab sees it, or null. */
  override text(path: LabPath): string | null {
    const text = super.text(path)
    return text === null ? null : (withoutEnvironment(text) ?? text)
  }
}

/** Where a node's settings come from, the general before the special: each may say what the one before has said. */
export function levelsOf(
  topology: Topology,
  node: string,
): { readonly kind: string | null; readonly paths: readonly LabPath[] } {
  const own = ['topology', 'nodes', node]
  const defaults = ['topology', 'defaults']
  const group = topology.text([...own, 'group']) ?? topology.text([...defaults, 'group'])
  const ofGroup = group === null ? [] : [['topology', 'groups', group]]
  const kind = [own, ...ofGroup, defaults].map((path) => topology.text([...path, 'kind'])).find((text) => text !== null)
  const ofKind = kind === undefined ? [] : [['topology', 'kinds', kind]]
  return { kind: kind ?? null, paths: [defaults, ...ofKind, ...ofGroup, own] }
}
