/** `dnsmasq` with what it serves on its command line: names, leases, router advertisements. */
import { containsAddress, formatPrefix, networkPrefix, parseAddress, parsePrefix } from '../../lab/address.js'
import { quote } from '../../lab/describe.js'
import { plainName, type LabDhcp, type LabDnsmasq } from '../../lab/dnsmasq.js'
import { readNetnsFile } from '../../lab/netns-files.js'
import { netnsText, type Device, type Namespace } from '../network/network.js'
import type { Notice } from '../notice.js'
import type { Word } from '../shell/word.js'
import { fileKey, harmless, success, type Context, type Outcome } from './command.js'
import { said } from '../../words/said.js'

/** Its short options that a lab knows (dnsmasq(8)). */
const longNames: Readonly<Record<string, string>> = {
  ...{ C: 'conf-file', u: 'user', g: 'group', x: 'pid-file', h: 'no-hosts', c: 'cache-size', k: 'keep-in-foreground' },
  ...{
    d: 'no-daemon',
    z: 'bind-interfaces',
    K: 'dhcp-authoritative',
    l: 'dhcp-leasefile',
    R: 'no-resolv',
    N: 'no-negcache',
  },
  ...{
    n: 'no-poll',
    8: 'log-facility',
    q: 'log-queries',
    D: 'domain-needed',
    b: 'bogus-priv',
    i: 'interface',
    p: 'port',
  },
  ...{ A: 'address', F: 'dhcp-range', O: 'dhcp-option', 5: 'no-ping', 9: 'leasefile-ro', w: 'help', v: 'version' },
  ...{
    a: 'listen-address',
    I: 'except-interface',
    r: 'resolv-file',
    S: 'server',
    G: 'dhcp-host',
    H: 'addn-hosts',
    s: 'domain',
  },
}

/** What serves the same in a lab, with it or without. */
const indifferent = new Set(
  (
    'user group pid-file no-hosts cache-size keep-in-foreground no-daemon bind-interfaces bind-dynamic dhcp-authoritative ' +
    'dhcp-leasefile no-negcache no-poll log-facility log-queries log-dhcp domain-needed bogus-priv no-ping leasefile-ro ' +
    'no-resolv enable-ra local local-service dhcp-lease-max log-async strict-order'
  ).split(' '),
)
/** Options whose value may be the next word. */
const valued = new Set(
  (
    'user group pid-file cache-size dhcp-leasefile log-facility conf-file interface port address dhcp-range dhcp-option ' +
    'listen-address except-interface resolv-file server dhcp-host addn-hosts domain host-record local conf-dir hostsdir'
  ).split(' '),
)

interface Option {
  readonly name: string
  readonly value: string
  readonly word: Word
}

function* optionsOf(words: readonly Word[]): Iterable<Option> {
  for (let i = 1; i < words.length; i++) {
    const word = words[i]
    if (!word) continue
    const [, long, value] = /^--([a-z0-9-]+)(?:=(.*))?$/s.exec(word.text) ?? []
    const [, letter, glued] = /^-([A-Za-z0-9])(.*)$/s.exec(word.text) ?? []
    const name = long ?? (letter === undefined ? '' : (longNames[letter] ?? letter))
    const inWord = long === undefined ? glued || undefined : value
    const takesNext = inWord === undefined && valued.has(name) && !(words[i + 1]?.text.startsWith('-') ?? true)
    yield { name, value: inWord ?? (takesNext ? (words[++i]?.text ?? '') : ''), word }
  }
}

/** Ranges stand before what is said of them, and what is said of all before what is said of one, in whatever order they came. */
const rank = ({ name, value }: Option): number =>
  name === 'dhcp-range' ? 0 : name === 'dhcp-option' && /(?:^|,)tag:/.test(value) ? 2 : 1

export function dnsmasq({ network, namespace, files, tell }: Context, words: readonly Word[]): Outcome {
  const options = [...optionsOf(words)].sort((a, b) => rank(a) - rank(b))
  const given = new Set(options.map(({ name }) => name))
  if (given.has('help') || given.has('version') || given.has('test')) return harmless
  const records = new Map<string, Set<string>>()
  const dhcp = new Map<string, LabDhcp>()
  const ra: LabDnsmasq['ra'][number][] = []
  let port = 53
  let forward = !given.has('no-resolv')
  if (!given.has('no-hosts')) addHosts(records, netnsText(network, namespace, 'hosts'))
  for (const option of options) {
    const { name, value, word } = option
    const leave = (): void => tell(word.offset, notSaid(option))
    if (indifferent.has(name)) continue
    const parts = value.split(',')
    if (name === 'conf-file' && (value === '' || value === '/dev/null')) continue
    else if (name === 'port' && (value === '0' || value === '53')) port = Number(value)
    else if (name === 'resolv-file') forward = true
    else if (name === 'addn-hosts') {
      if (!addHosts(records, files.get(fileKey(value)))) leave()
    } else if (name === 'host-record') {
      if (!addRecord(records, parts)) leave()
    } else if (name === 'address') {
      const [, domain, address] = /^\/([^/#]+)\/(.+)$/.exec(value) ?? []
      if (!domain || !address || !addRecord(records, [domain, address])) leave()
      else
        tell(word.offset, {
          message: said`${quote(word.text)} answers for all names below ${quote(domain)}, too; in the lab it is that name alone.`,
          hint: said`Write --host-record=${domain},${address} for the same.`,
        })
    } else if (name === 'dhcp-range') {
      const added = addRange(namespace, parts, dhcp, ra)
      if (!added) leave()
      else if (added.lease !== null)
        tell(word.offset, { message: said`Leases of ${added.lease} become leases of ${'1h'}.`, hint: null })
    } else if (name === 'dhcp-option') {
      if (!addOption(namespace, dhcp, parts)) leave()
    } else leave()
  }
  namespace.dnsmasq = {
    dns:
      port === 0
        ? null
        : { records: [...records].map(([name, addresses]) => ({ name, addresses: [...addresses] })), forward },
    dhcp: [...dhcp.values()],
    ra,
  }
  return success
}

const notSaid = ({ value, word }: Option): Notice => ({
  message: said`${quote(`dnsmasq ${word.text}${word.text.endsWith(value) ? '' : ` ${value}`}`)} is nothing a lab file can say.`,
  hint: said`The rest of the command counts.`,
})

function addRecord(records: Map<string, Set<string>>, parts: readonly string[]): boolean {
  const addresses = parts.flatMap((part) => parseAddress(part)?.text ?? [])
  const names = parts.filter((part) => parseAddress(part) === null && !/^\d+$/.test(part)).map(plainName)
  if (addresses.length === 0 || names.length === 0 || !names.every((each) => /^[a-z0-9_-][a-z0-9_.-]*$/.test(each)))
    return false
  for (const name of names) {
    const known = records.get(name) ?? new Set<string>()
    for (const each of addresses) known.add(each)
    records.set(name, known)
  }
  return true
}

/** Of a file of hosts(5). False where not all of it is known. */
function addHosts(records: Map<string, Set<string>>, text: string | null | undefined): boolean {
  const { entry, rest } = readNetnsFile('hosts', text ?? '')
  const lines = Object.entries(entry.hosts ?? {})
  const added = lines.flatMap(([address, names]) => names.map((name) => addRecord(records, [name, address])))
  return typeof text === 'string' && rest.length === 0 && !added.includes(false)
}

/** The address of the namespace's own in the subnet of another, and where it is: what dnsmasq tells as the router. */
function ownIn({ devices }: Namespace, address: string): { readonly device: Device; readonly own: string } | null {
  for (const device of devices.values()) {
    const own = device.addresses.find((each) => containsAddress(each, address))
    if (own) return { device, own: own.text }
  }
  return null
}

/** By the tag that is set, or by the number of the range. `lease`: how long, where the lab has it another time. */
function addRange(
  namespace: Namespace,
  parts: readonly string[],
  dhcp: Map<string, LabDhcp>,
  ra: LabDnsmasq['ra'][number][],
): { readonly lease: string | null } | null {
  const tag = parts.find((part) => part.startsWith('set:'))?.slice(4) ?? `range ${dhcp.size}`
  const rest = parts.filter((part) => !/^(?:set|tag):/.test(part))
  const [first = '', last = ''] = rest
  const [from, to] = [parseAddress(first), parseAddress(last)]
  if (from?.family === 'ipv4' && to?.family === 'ipv4') {
    const found = ownIn(namespace, from.text)
    // A lab has one range of an interface.
    if (!found || [...dhcp.values()].some((each) => each.interface === found.device.name)) return null
    const others = rest.slice(2).filter((part) => parseAddress(part) === null)
    const [lease = '1h', ...more] = others
    if (more.length > 0 || !/^(?:\d+[smhdw]?|infinite)$/.test(lease)) return null
    // Without option 3 dnsmasq names itself (do_options, rfc2131.c).
    dhcp.set(tag, { interface: found.device.name, range: [from.text, to.text], router: found.own, nameservers: [] })
    return { lease: /^(?:1h|60m|3600s?)$/.test(lease) ? null : lease }
  }
  const length = rest.find((part) => /^\d+$/.test(part)) ?? '64'
  const prefix = from?.family === 'ipv6' ? parsePrefix(`${from.text}/${length}`) : null
  if (!prefix || !rest.includes('ra-only') || length !== '64') return null
  const device = [...namespace.devices.values()].find(({ addresses }) =>
    addresses.some((each) => containsAddress(prefix, each)),
  )
  if (!device) return null
  ra.push({ interface: device.name, prefix: formatPrefix(networkPrefix(prefix)) })
  return { lease: null }
}

/** Without a tag: of every range. An address of zeros is the server's own. */
function addOption(namespace: Namespace, dhcp: Map<string, LabDhcp>, parts: readonly string[]): boolean {
  const tag = parts.find((part) => part.startsWith('tag:'))?.slice(4)
  const [what = '', ...values] = parts.filter((part) => !part.startsWith('tag:'))
  const addresses = values.flatMap((each) => parseAddress(each)?.text ?? [])
  if (addresses.length < values.length) return false
  const isRouter = /^(?:3|option:router)$/.test(what)
  if (!isRouter && !/^(?:6|option:dns-server)$/.test(what)) return false
  if (addresses.length > (isRouter ? 1 : 3)) return false
  for (const [key, range] of dhcp) {
    if (tag !== undefined && tag !== key) continue
    const told = addresses.map((each) => (each === '0.0.0.0' ? (ownIn(namespace, range.range[0])?.own ?? each) : each))
    dhcp.set(key, isRouter ? { ...range, router: told[0] ?? null } : { ...range, nameservers: told })
  }
  return tag === undefined || dhcp.has(tag)
}
