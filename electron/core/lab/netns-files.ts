/**
 * Files of /etc/netns/NAME: what `ip netns exec` puts in the place of /etc/resolv.conf and /etc/hosts for the programs that
 * it starts (ip-netns(8)).
 */
import { parseAddress } from './address.js'
import type { NamespaceEntry } from './rules/lab-index.js'

export const netnsFiles = ['resolv.conf', 'hosts'] as const
export type NetnsFile = (typeof netnsFiles)[number]
export type NetnsTexts = Readonly<Partial<Record<NetnsFile, string>>>
export type NamesEntry = Pick<NamespaceEntry, 'resolver' | 'hosts'>

/** The first line of a file that a lab has made, by which it is known from those of others. */
export const netnsFileMark = '# Written by Vethlab for a lab.'

/** The names of the machine itself are in the place of which the lab's file comes. */
const ownNames = ['127.0.0.1 localhost', '::1 localhost ip6-localhost ip6-loopback']

const fileText = (lines: readonly string[]): string => [netnsFileMark, ...lines].map((line) => `${line}\n`).join('')

const canonical = (text: string): string => parseAddress(text)?.text ?? text

export function netnsTexts({ resolver, hosts }: NamesEntry): NetnsTexts {
  const named = Object.entries(hosts ?? {})
  return {
    ...(resolver === undefined
      ? {}
      : {
          'resolv.conf': fileText([
            ...resolver.nameservers.map((each) => `nameserver ${canonical(each)}`),
            ...(resolver.search?.length ? [`search ${resolver.search.join(' ')}`] : []),
          ]),
        }),
    ...(named.length === 0
      ? {}
      : {
          hosts: fileText([...ownNames, ...named.map(([address, names]) => [canonical(address), ...names].join(' '))]),
        }),
  }
}

export interface ReadNetnsFile {
  readonly entry: NamesEntry
  /** Lines that a lab file has no words for. */
  readonly rest: readonly string[]
}

/** What a file says, whoever has written it. */
export function readNetnsFile(file: NetnsFile, text: string): ReadNetnsFile {
  const lines = text.split('\n').flatMap(
    (line) =>
      line
        .replace(/[#;].*/, '')
        .trim()
        .replace(/\s+/g, ' ') || [],
  )
  return file === 'hosts' ? readHosts(lines) : readResolver(lines)
}

function readHosts(lines: readonly string[]): ReadNetnsFile {
  const hosts: Record<string, string[]> = {}
  const rest: string[] = []
  for (const line of lines) {
    if (ownNames.includes(line)) continue
    const [address = '', ...names] = line.split(' ')
    const known = parseAddress(address)?.text
    if (known === undefined || names.length === 0) rest.push(line)
    else for (const name of names) (hosts[known] ??= []).push(name)
  }
  return { entry: Object.keys(hosts).length > 0 ? { hosts } : {}, rest }
}

function readResolver(lines: readonly string[]): ReadNetnsFile {
  const nameservers: string[] = []
  const rest: string[] = []
  let search: string[] | null = null
  for (const line of lines) {
    const [word, ...values] = line.split(' ')
    const address = word === 'nameserver' && values.length === 1 ? parseAddress(values[0] ?? '') : null
    if (address) nameservers.push(address.text)
    // Of several lines the last counts (resolv.conf(5)).
    else if (word === 'search' || word === 'domain') search = values
    else rest.push(line)
  }
  if (nameservers.length === 0) return { entry: {}, rest: [...rest, ...(search ? [`search ${search.join(' ')}`] : [])] }
  return { entry: { resolver: { nameservers, ...(search ? { search } : {}) } }, rest }
}

/** Whether both say the same, whatever their comments and blanks. */
export const sameNetnsFile = (file: NetnsFile, a: string, b: string): boolean =>
  JSON.stringify(readNetnsFile(file, a)) === JSON.stringify(readNetnsFile(file, b))
