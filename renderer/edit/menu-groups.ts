/** Which actions are in the menu of an object, in groups; those that mean nothing now are left out. */
import type { Target } from '../canvas/selection.js'
import type { Action } from '../state/actions.js'

type Groups = readonly (readonly string[])[]

const change: Groups = [
  ['cable', 'nat', 'rename'],
  ['duplicate', 'copy', 'cut', 'keep-stamp', 'remove'],
]
const arrange: Groups = [
  ['align-left', 'align-centre', 'align-right', 'align-top', 'align-middle', 'align-bottom'],
  ['distribute-x', 'distribute-y', 'tidy'],
]
const groupsOf: Readonly<Record<Target['kind'] | 'nothing', Groups>> = {
  namespace: [['terminal-here', 'run-in-all', 'trace-from', 'trace-to'], ...arrange, ...change, ['copy-name', 'file']],
  interface: [
    ['terminal-here', 'trace-from', 'trace-to'],
    ['set-up', 'set-down', 'unplug-cable', 'plug-cable', 'impair'],
    ...change,
    ['copy-name', 'copy-address', 'copy-mac', 'file'],
  ],
  nat: [['terminal-here'], ['remove'], ['file']],
  cable: [['set-up', 'set-down', 'unplug-cable', 'plug-cable', 'impair'], ['remove'], ['copy-name', 'file']],
  note: [['note-text'], ['remove'], ['file']],
  nothing: [
    ['add-namespace', 'add-router', 'add-bridge', 'add-internet', 'add-note'],
    ['paste', 'select-all', 'fill-routes'],
    ['undo', 'redo'],
    ['find', 'fit', 'edit'],
  ],
}

/** @param editing where it is not, nothing is offered that a hand only does in Edit */
export function menuGroups(
  actions: readonly Action[],
  target: Target | null,
  editing: boolean,
): readonly (readonly Action[])[] {
  const byId = new Map(actions.map((action) => [action.id, action]))
  return groupsOf[target?.kind ?? 'nothing']
    .map((group) =>
      group.flatMap((id) => {
        const action = byId.get(id)
        const fits = action && (action.enabled?.() ?? true) && (editing || action.when !== 'edit')
        return fits ? [action] : []
      }),
    )
    .filter((group) => group.length > 0)
}
