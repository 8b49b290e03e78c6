/** A folder as an importer is given it: the texts that it may need, by path, and the names of the rest. */
export interface Folder {
  /** As the user called it, with a slash at its end, or nothing: what stands in front of the names of its files. */
  readonly prefix: string
  /** By path within the folder. */
  readonly files: ReadonlyMap<string, string | Uint8Array>
  /** Paths of what else is there, as far as they were looked at. */
  readonly others: readonly string[]
  /** It is one file alone: nobody could look at what lies beside it. */
  readonly alone?: true
}

export const labConf = 'lab.conf'
