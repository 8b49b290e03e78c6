/** A file that is no lab but can be read as one: a shell script, a containerlab topology. Reading runs nothing. */
import type { NoticeGroup } from '../../electron/core/exchange/groups.js'
import type { Problem } from '../../electron/core/lab/problem.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import { hostNamespace } from '../../electron/core/lab/lab.js'
import { shellQuote } from '../../electron/core/plan/shell-quote.js'

export type Foreign = 'script' | 'clab'

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

/** Null for a lab file, and for what nobody knows. */
export function foreignKind(name: string, text: string): Foreign | null {
  if (/\.(?:sh|bash)$/i.test(name)) return 'script'
  return /^topology\s*:/m.test(text) && !/^vethlab\s*:/m.test(text) ? 'clab' : null
}

export async function readForeign(from: Foreign, path: string, text: string): Promise<ForeignRead> {
  // The readers of other tools' files are a part of the program that most windows never need.
  const [{ importScript }, { importClab }, { groupNotices }] = await Promise.all([
    import('../../electron/core/exchange/from-script.js'),
    import('../../electron/core/exchange/clab/from-clab.js'),
    import('../../electron/core/exchange/groups.js'),
  ])
  const name = path.split('/').at(-1) ?? path
  const { labFile, notices, problems, followed } = from === 'script' ? importScript(text, name) : importClab(text, name)
  const lab = `${labFile?.name ?? 'lab'}.vethlab.yaml`
  // A name that begins with a dash is no option.
  const file = path.startsWith('-') ? `./${path}` : path
  const command = `import ${shellQuote(file)} --from script --run > ${shellQuote(lab)}`
  return {
    from,
    name,
    labFile,
    groups: groupNotices(notices),
    harmless: followed?.harmless ?? 0,
    problems,
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
