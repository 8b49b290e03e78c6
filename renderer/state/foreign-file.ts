/** A file that is no lab but can be read as one: of a script, of another tool. Reading runs nothing. */
import type { Folder } from '../../electron/core/exchange/folder.js'
import type { Foreign } from '../../electron/core/exchange/foreign.js'
import type { NoticeGroup } from '../../electron/core/exchange/groups.js'
import type { Problem } from '../../electron/core/lab/problem.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import { hostNamespace } from '../../electron/core/lab/lab.js'
import type { OpenedFile } from '../../electron/core/rpc-shell.js'
import { shellQuote } from '../../electron/core/plan/shell-quote.js'

export interface ForeignRead {
  readonly from: Foreign
  readonly name: string
  /** Null: no lab can be made of it. */
  readonly labFile: LabFile | null
  /** What was left out of the text, by kind. */
  readonly groups: readonly NoticeGroup[]
  /** Commands that change no network, so that nothing of them is missing. */
  readonly harmless: number
  /** And of the lab itself. */
  readonly problems: readonly Problem[]
  /** Words of the command that runs a script in a sandbox of its own, for a terminal; null for what is no program. */
  readonly command: string | null
}

/** A file of another tool, and where it is a folder's, what lies beside it. */
export interface ForeignFile {
  readonly from: Foreign
  readonly path: string
  readonly text: string
  readonly folder?: OpenedFile['folder']
}

export async function readForeign({ from, path, text, folder }: ForeignFile): Promise<ForeignRead> {
  // The readers of other tools' files are a part of the program that most windows never need.
  const [{ readForeignText }, { groupNotices }] = await Promise.all([
    import('../../electron/core/exchange/read-foreign.js'),
    import('../../electron/core/exchange/groups.js'),
  ])
  const name = path.split('/').at(-1) ?? path
  const beside: Folder = folder
    ? { ...folder, prefix: '', files: new Map(Object.entries(folder.files)) }
    : { prefix: '', files: new Map([[name, text]]), others: [], alone: true }
  const { labFile, notices, problems, followed } = readForeignText(from, { name, path, text, folder: beside })
  const lab = `${labFile?.name ?? 'lab'}.vethlab.yaml`
  // A name that begins with a dash is no option.
  const file = path.startsWith('-') ? `./${path}` : path
  const command = `import ${shellQuote(file)} --from script --run > ${shellQuote(lab)}`
  return {
    ...{ from, name, labFile, problems },
    groups: groupNotices(notices),
    harmless: followed?.harmless ?? 0,
    command: from === 'script' ? command : null,
  }
}

export interface Listing {
  readonly kind: 'namespaces' | 'bridges' | 'links'
  readonly names: readonly string[]
}

/** What a lab holds, by name. The host is there in every lab, so it counts as nothing of this one. */
export function contentsOf({ namespaces = {}, links = [] }: LabFile): readonly Listing[] {
  const listings: readonly Listing[] = [
    { kind: 'namespaces', names: Object.keys(namespaces).filter((name) => name !== hostNamespace) },
    {
      kind: 'bridges',
      names: Object.entries(namespaces).flatMap(([name, namespace]) =>
        Object.keys(namespace?.bridges ?? {}).map((bridge) => `${name}:${bridge}`),
      ),
    },
    { kind: 'links', names: links.map((link) => ('ends' in link ? link.ends : link).join(' – ')) },
  ]
  return listings.filter(({ names }) => names.length > 0)
}
