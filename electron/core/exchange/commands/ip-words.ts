/** What the objects of `ip` have in common. */
import { ownProcess } from '../shell/expand.js'
import type { Family } from '../../lab/lab.js'
import type { Word } from '../shell/word.js'
import { abbreviated, type Context, type Cursor } from './command.js'
import { findNamespace, hostOf } from './namespaces.js'

export interface IpOptions {
  readonly family: Family | null
}

/** Verbs that only look. */
export const showing = ['show', 'list', 'lst', 'get', 'monitor', 'help', 'identify', 'pids'] as const

/** Whether the verb only looks. No verb at all means `show`. */
export function isShowing(cursor: Cursor): boolean {
  const verb = cursor.peek()
  return !verb || abbreviated(verb.text, showing) !== null
}

/** Where `ip link set X netns Y` leads: by name, by the number of a shell's own process, or back to the host by that of its first. */
export function netnsOf(context: Context, word: Word | undefined): ReturnType<typeof findNamespace> {
  const name = word?.text ?? ''
  const own = name.startsWith(ownProcess) ? context.network.namespaces.get(name.slice(ownProcess.length)) : undefined
  if (own) return own
  if (name === '1' && !context.network.namespaces.has('1')) return hostOf(context.network)
  return findNamespace(context.network, name)
}
