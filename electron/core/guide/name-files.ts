/** What a step says of names and resolvers, and the files of the namespace have otherwise. */
import { parseAddress } from '../lab/address.js'
import { readNetnsFile, type NetnsTexts } from '../lab/netns-files.js'
import type { NamespaceEntry } from '../lab/rules/lab-index.js'
import { netnsDirectoryOf } from '../plan/netns-files.js'
import type { DeviceDifference } from './device-settings.js'

const canonical = (text: string): string => parseAddress(text)?.text ?? text
const orNone = (words: readonly string[]): string => words.join(' ') || '-'

/** Of nameservers the order counts, too; of the names of an address others may be there as well. */
export function* nameFileDifferences(
  { resolver, hosts }: NamespaceEntry,
  namespace: string,
  files: NetnsTexts = {},
): Iterable<DeviceDifference> {
  const directory = netnsDirectoryOf(namespace)
  const { resolver: there } = readNetnsFile('resolv.conf', files['resolv.conf'] ?? '').entry
  const said = (key: string, wanted: readonly string[], actual: readonly string[]): readonly DeviceDifference[] =>
    wanted.join(' ') === actual.join(' ') ? [] : [{ key, wanted: orNone(wanted), actual: orNone(actual) }]
  if (resolver) {
    const path = `${directory}/resolv.conf`
    yield* said(`${path} nameserver`, resolver.nameservers.map(canonical), there?.nameservers ?? [])
    if (resolver.search) yield* said(`${path} search`, resolver.search, there?.search ?? [])
  }
  const known = readNetnsFile('hosts', files.hosts ?? '').entry.hosts ?? {}
  for (const [address, names] of Object.entries(hosts ?? {})) {
    const actual = known[canonical(address)] ?? []
    if (names.some((name) => !actual.includes(name)))
      yield { key: `${directory}/hosts ${canonical(address)}`, wanted: orNone(names), actual: orNone(actual) }
  }
}
