/** Files of /etc/netns, which are in no namespace but in the file system: they come with theirs, and go before it. */
import { hostNamespace } from '../lab/lab.js'
import { netnsFiles, sameNetnsFile } from '../lab/netns-files.js'
import { formerLab, type Scope } from './scope.js'
import { commandLine } from './shell-quote.js'
import type { NetnsFileStep } from './step.js'

export const netnsDirectoryOf = (namespace: string): string => `/etc/netns/${namespace}`

export function planNetnsFiles({ draft, former, index, lab, goneNamespaces }: Scope, namespace: string): void {
  if (namespace === hostNamespace) return
  const live = index.namespaces.get(namespace)?.live.files ?? {}
  const wanted = goneNamespaces.has(namespace) ? {} : (lab.namespaces.get(namespace)?.files ?? {})
  const had = formerLab(former)?.namespaces.get(namespace)?.files ?? {}
  for (const file of netnsFiles) {
    const [before, text] = [live[file] ?? null, wanted[file] ?? null]
    const at = { op: 'netns-file', namespace, file, before } as const
    if (text !== null) {
      if (before === null || !sameNetnsFile(file, before, text)) draft.add('netns-file-add', { ...at, text })
    } else if (before !== null && (former === 'everything' || had[file] !== undefined)) {
      draft.add('netns-file-delete', { ...at, text: null })
    }
  }
}

/** As one would type it. */
export function netnsFileCommand({ namespace, file, text }: NetnsFileStep): string {
  const directory = netnsDirectoryOf(namespace)
  if (text === null) return commandLine(['rm', `${directory}/${file}`])
  const lines = text.replace(/\n$/, '').split('\n')
  const print = commandLine(['printf', '%s\\n', ...lines])
  return `${commandLine(['mkdir', '-p', directory])} && ${print} >${commandLine([`${directory}/${file}`])}`
}
