/** A folder as an importer is given it: the texts that it may need, by path, and the names of the rest. */
import { said, type Said } from '../words/said.js'

export interface Folder {
  /** As the user called it, with a slash at its end, or nothing: what stands in front of the names of its files. */
  readonly prefix: string
  /** By path within the folder. */
  readonly files: ReadonlyMap<string, string | Uint8Array>
  /** Paths of what else is there, as far as they were looked at. */
  readonly others: readonly string[]
  /** What an importer would have needed, and what nobody could look into. */
  readonly unread?: readonly Unread[]
  /** There is more than what was looked at, which is so many entries. */
  readonly lookedAt?: number
  /** It is one file alone: nobody could look at what lies beside it. */
  readonly alone?: true
}

export interface Unread {
  /** Within the folder. */
  readonly path: string
  readonly why: WhyUnread
}

export type WhyUnread = 'forbidden' | 'outside' | 'no-file' | 'no-text' | 'too-large' | 'failed'

export const whyUnread: Readonly<Record<WhyUnread, Said>> = {
  forbidden: said`no permission to read it`,
  outside: said`a link that leads out of the folder, or nowhere`,
  'no-file': said`no regular file`,
  'no-text': said`no UTF-8 text`,
  'too-large': said`more than ${4} MiB together`,
  failed: said`the system cannot read it`,
}

export const labConf = 'lab.conf'
