/** Changes of entries in lists: routes, rules, responders, checks; and of what is said of the lab as a whole. */
import { error } from '../lab/finding.js'
import type { Finding } from '../lab/finding.js'
import type { LabPath } from '../lab/problem.js'
import { pathText } from '../lab/describe.js'
import { said } from '../words/said.js'
import { noNamespace } from './draft.js'
import type { Carry, Draft } from './draft.js'
import type { EntryChange, WholeChange } from './lab-change.js'
import { isThere } from './namespace-ops.js'

type Lists = 'route' | 'rule' | 'neighbour' | 'nat' | 'firewall' | 'service' | 'check' | 'goal' | 'note'
type Ops = { readonly [Op in EntryChange['op']]: Carry<Op> }
interface Placed {
  readonly namespace?: string
}

const keys: Readonly<Record<Lists, string>> = {
  route: 'routes',
  rule: 'rules',
  neighbour: 'neighbours',
  nat: 'nat',
  firewall: 'firewall',
  service: 'services',
  check: 'checks',
  goal: 'goal',
  note: 'notes',
}

/** Where the list is that a change is about; the problem where there is nothing for it to be in. */
function listOf(draft: Draft, list: Lists, { namespace }: Placed): LabPath | Finding {
  if (namespace === undefined) return [keys[list]]
  return isThere(draft, namespace) ? ['namespaces', namespace, keys[list]] : noNamespace(namespace)
}

const isFinding = (found: LabPath | Finding): found is Finding => 'code' in found

function onEntry(draft: Draft, list: Lists, at: number, of: Placed, act: (path: LabPath) => void): Finding | null {
  const path = listOf(draft, list, of)
  if (isFinding(path)) return path
  const entry = [...path, at]
  if (draft.at(entry) === undefined) return error('no-entry', path, said`The lab has nothing at ${pathText(entry)}.`)
  act(entry)
  return null
}

function add(list: Lists) {
  return (draft: Draft, change: Placed & { readonly entry: unknown; readonly at?: number }): Finding | null => {
    const path = listOf(draft, list, change)
    if (isFinding(path)) return path
    const there = draft.at(path)
    const end = Array.isArray(there) ? there.length : 0
    draft.insert([...path, change.at ?? end], change.entry)
    return null
  }
}

function set(list: Lists) {
  return (draft: Draft, change: Placed & { readonly entry: object; readonly at: number }): Finding | null =>
    onEntry(draft, list, change.at, change, (path) => draft.merge(path, { ...change.entry }))
}

function remove(list: Lists) {
  return (draft: Draft, change: Placed & { readonly at: number }): Finding | null =>
    onEntry(draft, list, change.at, change, (path) => draft.remove(path))
}

function move(list: Lists) {
  return (draft: Draft, change: Placed & { readonly at: number; readonly to: number }): Finding | null =>
    onEntry(draft, list, change.at, change, (path) => draft.move(path, change.to))
}

export const entryOps: Ops = {
  'route-add': add('route'),
  'route-set': set('route'),
  'route-delete': remove('route'),
  'route-move': move('route'),
  'rule-add': add('rule'),
  'rule-set': set('rule'),
  'rule-delete': remove('rule'),
  'rule-move': move('rule'),
  'neighbour-add': add('neighbour'),
  'neighbour-set': set('neighbour'),
  'neighbour-delete': remove('neighbour'),
  'neighbour-move': move('neighbour'),
  'nat-add': add('nat'),
  'nat-set': set('nat'),
  'nat-delete': remove('nat'),
  'nat-move': move('nat'),
  'firewall-add': add('firewall'),
  'firewall-set': set('firewall'),
  'firewall-delete': remove('firewall'),
  'firewall-move': move('firewall'),
  'service-add': add('service'),
  'service-set': set('service'),
  'service-delete': remove('service'),
  'service-move': move('service'),
  'check-add': add('check'),
  'check-set': set('check'),
  'check-delete': remove('check'),
  'check-move': move('check'),
  'goal-add': add('goal'),
  'goal-set': set('goal'),
  'goal-delete': remove('goal'),
  'goal-move': move('goal'),
  'note-add': add('note'),
  'note-set': set('note'),
  'note-delete': remove('note'),
  'note-move': move('note'),
}

export const wholeOps: { readonly [Op in WholeChange['op']]: Carry<Op> } = {
  'lab-set': (draft, { keys: wanted }) => {
    for (const [key, value] of Object.entries(wanted)) draft.put([key], value)
    return null
  },
  'layout-set': (draft, { name, at }) => {
    draft.put(['layout', name], at)
    return null
  },
}
