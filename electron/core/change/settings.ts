/**
 * Every key of the lab file that an object may have besides those with gestures and fields of their own (name, addresses,
 * MAC, MTU, `up`, routes, forwarding): what the file says there, and the changes that say something else. Pure.
 */
import { deviceEntry } from '../lab/device-tables.js'
import type { Endpoint, LinkSetting } from '../lab/lab.js'
import type { LabFile } from '../lab/schema.js'
import { sameValue } from '../lab/source.js'
import { own } from '../own.js'
import { bondKeys, bridgeKeys, type LabChange } from './lab-change.js'

/** How it is typed: one thing on or off, one value, a list of entries, values by key, or a text of many lines. */
export type SettingForm = 'switch' | 'value' | 'list' | 'map' | 'text'

export interface Setting {
  /** As the file calls it. */
  readonly key: string
  readonly form: SettingForm
  /** Undefined: the file says nothing. */
  readonly value: unknown
  /** Of a switch: what it is where the file says nothing. */
  readonly usual?: boolean
  /** Of a list: its first entry that fits decides. */
  readonly ordered?: boolean
  /** Of what may be typed; empty: anything the file takes. */
  readonly example: string
  /** Null takes the key out of the file. */
  readonly change: (value: unknown) => readonly LabChange[]
}

type Values = Readonly<Record<string, unknown>>

const lists = {
  rules: ['rule', 'from: 10.0.1.0/24, table: 100'],
  nat: ['nat', 'masquerade: 10.0.1.0/24, out: eth0'],
  firewall: ['firewall', 'chain: forward, protocol: tcp, port: 80, action: accept'],
  neighbours: ['neighbour', 'address: 10.0.1.9, mac: 02:00:00:00:00:09, dev: eth0'],
  services: ['service', 'listen: tcp, port: 80, reply: hello'],
} as const
const texts = {
  nft: 'table inet filter { }',
  iptables: '*filter … COMMIT',
  ip6tables: '*filter … COMMIT',
} as const

export function namespaceSettings(file: LabFile, namespace: string): readonly Setting[] {
  const entry = own(file.namespaces, namespace) ?? {}
  return [
    ...(Object.keys(lists) as (keyof typeof lists)[]).map((key): Setting => {
      const [name, example] = lists[key]
      const there = entry[key] ?? []
      return {
        key,
        form: 'list',
        value: entry[key],
        ordered: key === 'nat' || key === 'firewall',
        example,
        change: (value) => listChanges(name, namespace, there, Array.isArray(value) ? value : []),
      }
    }),
    {
      key: 'sysctls',
      form: 'map',
      value: entry.sysctls,
      example: 'net.ipv4.conf.all.rp_filter: 2',
      change: (value) => mapChanges(entry.sysctls ?? {}, value, (key, to) => sysctl(namespace, key, to)),
    },
    {
      key: 'resolver',
      form: 'value',
      value: entry.resolver,
      example: 'nameservers: [10.0.0.53]',
      change: (value) => [
        { op: 'names-set', namespace, keys: { resolver: value as NonNullable<typeof entry.resolver> } },
      ],
    },
    {
      key: 'hosts',
      form: 'map',
      value: entry.hosts,
      example: '10.0.0.80: [web, web.lab]',
      change: (value) => [{ op: 'names-set', namespace, keys: { hosts: value as NonNullable<typeof entry.hosts> } }],
    },
    ...(Object.keys(texts) as (keyof typeof texts)[]).map((kind): Setting => ({
      key: kind,
      form: 'text',
      value: entry[kind],
      example: texts[kind],
      change: (value) => [{ op: 'ruleset-set', namespace, kind, text: typeof value === 'string' ? value : null }],
    })),
  ]
}

const sysctl = (namespace: string, key: string, value: unknown): LabChange => ({
  op: 'sysctl-set',
  namespace,
  key,
  value: value as string | number | null,
})

/** Of an interface of whatever kind; `kind` is as the normalised lab has it. */
export function interfaceSettings(file: LabFile, end: Endpoint, kind: string): readonly Setting[] {
  const { namespace, interface: name } = end
  const of = { namespace, name }
  const said = (deviceEntry(file, end) ?? {}) as Values
  const forwards = own(file.namespaces, namespace)?.forwarding === true
  const linkSet = (key: LinkSetting | 'dhcp4' | 'accept-ra') => (value: unknown) => [
    { op: 'link-set', ...of, keys: { [key]: value } } as LabChange,
  ]
  const at = (key: string, form: SettingForm, example: string, change: Setting['change']): Setting => ({
    key,
    form,
    value: said[key],
    example,
    change,
  })
  const toggle = (key: 'multicast' | 'promisc' | 'arp' | 'accept-ra' | 'dhcp4', usual: boolean): Setting => ({
    ...at(key, 'switch', '', linkSet(key)),
    usual,
  })
  const common = [
    ...(kind === 'loopback' ? [] : [toggle('dhcp4', false), toggle('accept-ra', !forwards)]),
    toggle('multicast', kind !== 'dummy' && kind !== 'loopback'),
    toggle('promisc', false),
    toggle('arp', kind !== 'dummy'),
    at('txqueuelen', 'value', '1000', linkSet('txqueuelen')),
    at('group', 'value', '0', linkSet('group')),
  ]
  return [...ofKind(file, end, kind, said, at), ...common]
}

function ofKind(
  file: LabFile,
  end: Endpoint,
  kind: string,
  said: Values,
  at: (key: string, form: SettingForm, example: string, change: Setting['change']) => Setting,
): readonly Setting[] {
  const of = { namespace: end.namespace, name: end.interface }
  const given = (key: 'ports' | 'members', example: string): Setting =>
    at(key, 'list', example, (value) => masters(of.namespace, of.name, said[key], value))
  switch (kind) {
    case 'bridge': {
      const set = (key: string) => (value: unknown) => [
        { op: 'bridge-set', ...of, keys: { [key]: value } } as LabChange,
      ]
      const stp: Setting = {
        ...at('stp', 'switch', '', (on) => [{ op: 'bridge-stp', ...of, stp: on === true ? true : null }]),
        usual: false,
      }
      return [given('ports', 'eth1'), stp, ...bridgeKeys.map((key) => bridgeSetting(key, at, set(key)))]
    }
    case 'vlan':
      return vlanKeys.map(([key, example]) =>
        at(key, 'value', example, (value) => [
          {
            op: 'vlan-set',
            ...of,
            entry: { ...pick(said, ['link', 'id', 'protocol']), [key]: value ?? undefined },
          } as LabChange,
        ]),
      )
    case 'macvlan':
    case 'ipvlan':
      return [
        at('mode', 'value', kind === 'macvlan' ? 'bridge' : 'l2', (mode) => [
          { op: 'share-set', ...of, mode: mode ?? (kind === 'macvlan' ? 'bridge' : 'l2') } as LabChange,
        ]),
      ]
    case 'bond':
      return [
        given('members', 'eth1'),
        ...bondKeys.map((key) =>
          at(key, 'value', bondExamples[key], (value) => [
            { op: 'bond-set', ...of, keys: { ...pick(said, bondKeys), [key]: value ?? undefined } } as LabChange,
          ]),
        ),
      ]
    case 'vrf':
      return [
        at('table', 'value', '10', (table) => [{ op: 'vrf-set', ...of, table } as LabChange]),
        given('members', 'eth1'),
      ]
    default:
      return tunnelSettings(file, end)
  }
}

const vlanKeys = [
  ['link', 'eth0'],
  ['id', '10'],
  ['protocol', '802.1q'],
] as const
const bondExamples = { mode: 'active-backup', primary: 'eth1', miimon: '100' } as const

function bridgeSetting(
  key: (typeof bridgeKeys)[number],
  at: (key: string, form: SettingForm, example: string, change: Setting['change']) => Setting,
  change: Setting['change'],
): Setting {
  switch (key) {
    case 'vlan-filtering':
      return { ...at(key, 'switch', '', change), usual: false }
    case 'hairpin':
    case 'isolated':
      return at(key, 'list', 'eth1', change)
    case 'learning':
      return at(key, 'map', 'eth1: false', change)
    case 'port-vlans':
      return at(key, 'map', 'eth1: { pvid: 10 }', change)
    case 'priority':
      return at(key, 'value', '32768', change)
    case 'forward-delay':
      return at(key, 'value', '15', change)
    case 'ageing':
      return at(key, 'value', '300', change)
  }
}

const tunnelExamples: Readonly<Record<string, string>> = {
  id: '42',
  local: '10.0.0.1',
  remote: '10.0.0.2',
  port: '4789',
  ttl: '64',
  key: '7',
  fdb: 'mac: 00:00:00:00:00:00, remote: 10.0.0.3',
  listen: '51820',
  peers: 'namespace: r2, allowed: [10.9.0.2/32]',
}
const tunnelKeys: Readonly<Record<string, readonly string[]>> = {
  vxlan: ['id', 'local', 'remote', 'port', 'ttl', 'learning', 'fdb'],
  geneve: ['id', 'local', 'remote', 'port', 'ttl'],
  wireguard: ['listen', 'peers'],
  gre: ['local', 'remote', 'key', 'ttl'],
  gretap: ['local', 'remote', 'key', 'ttl'],
  ip6gre: ['local', 'remote', 'key', 'ttl'],
}

function tunnelSettings(file: LabFile, end: Endpoint): readonly Setting[] {
  const entry = file.tunnels?.find((each) => each.namespace === end.namespace && each.name === end.interface)
  if (!entry) return []
  const said = entry as Values
  return (tunnelKeys[entry.type] ?? ['local', 'remote', 'ttl']).map((key): Setting => {
    const change = (value: unknown): readonly LabChange[] => {
      const { namespace, name, ...tunnel } = { ...said, [key]: value ?? undefined } as typeof entry
      return [{ op: 'tunnel-set', namespace, name, tunnel } as LabChange]
    }
    const form = key === 'learning' ? 'switch' : key === 'fdb' || key === 'peers' ? 'list' : 'value'
    return { key, form, value: said[key], usual: true, example: tunnelExamples[key] ?? '', change }
  })
}

const pick = (from: Values, keys: readonly string[]): Values =>
  Object.fromEntries(keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]])))

/** Who comes to an interface that has others, and who leaves it. */
function masters(namespace: string, name: string, before: unknown, after: unknown): readonly LabChange[] {
  const [had, has] = [before, after].map((each) => (Array.isArray(each) ? each.map(String) : []))
  const change = (each: string, master: string | null): LabChange => ({
    op: 'link-master',
    namespace,
    name: each,
    master,
  })
  return [
    ...(had ?? []).filter((each) => !has?.includes(each)).map((each) => change(each, null)),
    ...(has ?? []).filter((each) => !had?.includes(each)).map((each) => change(each, name)),
  ]
}

/** One entry more, one less, one at another place, or others in their places: an entry that stays keeps its comments. */
function listChanges(
  name: (typeof lists)[keyof typeof lists][0],
  namespace: string,
  before: readonly unknown[],
  after: readonly unknown[],
): readonly LabChange[] {
  const differs = after.flatMap((each, i) => (i < before.length && sameValue(each, before[i]) ? [] : [i]))
  const [first = 0, last = 0] = [differs[0], differs.at(-1)]
  const one = (op: 'add' | 'set' | 'delete' | 'move', rest: object): LabChange =>
    ({ op: `${name}-${op}`, namespace, ...rest }) as unknown as LabChange
  if (after.length < before.length) {
    const gone = before.findIndex((each, i) => !sameValue(each, after[i]))
    return [one('delete', { at: gone })]
  }
  if (after.length === before.length && differs.length > 1) {
    if (sameValue(after[first], before[last])) return [one('move', { at: last, to: first })]
    if (sameValue(after[last], before[first])) return [one('move', { at: first, to: last })]
  }
  return differs.map((at) =>
    at < before.length ? one('set', { at, entry: after[at] }) : one('add', { entry: after[at] }),
  )
}

function mapChanges(
  before: Values,
  after: unknown,
  change: (key: string, value: unknown) => LabChange,
): readonly LabChange[] {
  const has = (after ?? {}) as Values
  return [...new Set([...Object.keys(before), ...Object.keys(has)])].flatMap((key) =>
    sameValue(before[key], has[key]) ? [] : [change(key, has[key] ?? null)],
  )
}
