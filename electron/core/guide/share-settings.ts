/** What a step says of macvlans and ipvlans beyond their being there, and the kernel has otherwise. */
import { homeOf, shareTables, type ShareTable } from '../lab/device-tables.js'
import { formatEndpoint } from '../lab/endpoint.js'
import type { NamespaceEntry } from '../lab/rules/lab-index.js'
import type { LiveLink, LiveNamespace } from '../live/state.js'
import type { DeviceDifference } from './device-settings.js'

interface ShareDifference extends DeviceDifference {
  /** Where it is, or was moved to. */
  readonly namespace: string
}

/** Of those that are there; `from` is the namespace of the entry, which their parents are in. */
export function* shareDifferences(
  entry: NamespaceEntry,
  from: string,
  known: ReadonlyMap<string, LiveNamespace>,
): Iterable<ShareDifference> {
  const placeOf = ({ share }: LiveLink): string => {
    const namespace = share?.parent.namespace ?? ''
    const parent = known.get(namespace)?.links.find(({ index }) => index === share?.parent.index)
    return parent ? formatEndpoint({ namespace, interface: parent.name }) : '-'
  }
  for (const table of Object.keys(shareTables) as ShareTable[])
    for (const [name, said] of Object.entries(entry[table] ?? {})) {
      const namespace = homeOf(from, said)
      const link = known.get(namespace)?.links.find((each) => each.name === name)
      if (!link) continue
      const parent = formatEndpoint({ namespace: from, interface: said.link })
      const differences: readonly DeviceDifference[] = [
        { key: `${name} type`, wanted: shareTables[table], actual: link.kind },
        { key: `${name} link`, wanted: parent, actual: placeOf(link) },
        ...(said.mode ? [{ key: `${name} mode`, wanted: said.mode, actual: link.share?.mode ?? '-' }] : []),
      ]
      // Of another kind of interface there is no more to say.
      const different = differences.filter((each) => each.wanted !== each.actual)
      for (const each of link.share ? different : different.slice(0, 1)) yield { namespace, ...each }
    }
}
