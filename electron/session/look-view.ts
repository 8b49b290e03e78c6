/** What several have seen of this machine, in one view; what nobody could read is counted, and said why. */
import { merge } from '../core/machine/merge.js'
import type { MachineView } from '../core/machine/view.js'
import { inEnglish, said, type Said } from '../core/words/said.js'
import type { Looked } from './look.js'
import { isRoot } from './root-helper.js'
import { rootCommand } from './sudo.js'

export interface Unread {
  readonly unread: number
  readonly reason: Said | null
  /** Reads all of it, in a terminal; null where there is nothing to read, or nothing that would help. */
  readonly command: string | null
}

export function viewOf(all: readonly Looked[]): MachineView {
  const { namespaces, unread } = merge(all)
  const { reason, command } = whyUnread(unread, all)
  const sentence = reason === null ? null : inEnglish(reason)
  return {
    partial: unread > 0,
    reason: sentence !== null && command !== null ? `${sentence} Root sees all of them: ${command}` : sentence,
    namespaces,
  }
}

export function whyUnread(unread: number, all: readonly Looked[]): Unread {
  if (unread === 0) return { unread, reason: null, command: null }
  if (!isRoot())
    return {
      ...{ unread, command: rootCommand(['look']) },
      reason:
        unread === 1
          ? said`1 network namespace of other users could not be read.`
          : said`${unread} network namespaces of other users could not be read.`,
    }
  const [first] = all.flatMap(({ refused }) => refused)
  const words = first?.reason ?? null
  const reason =
    unread === 1
      ? words === null
        ? said`1 network namespace could not be read.`
        : said`1 network namespace could not be read; the kernel says: ${words}.`
      : words === null
        ? said`${unread} network namespaces could not be read.`
        : said`${unread} network namespaces could not be read; of the first the kernel says: ${words}.`
  return { unread, reason, command: null }
}
