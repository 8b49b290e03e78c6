/** What a hand does by chance: each gesture that the window has, chosen by numbers among what the lab has. */
import type { Gestured, Place } from '../../../electron/core/change/building.js'
import { fillRoutes } from '../../../electron/core/change/fill-routes.js'
import { connect, masquerade, neighbour, newObject } from '../../../electron/core/change/gestures.js'
import type { ObjectKind } from '../../../electron/core/change/gestures.js'
import type { LabChange } from '../../../electron/core/change/lab-change.js'
import { copyParts } from '../../../electron/core/change/parts.js'
import { pasteParts } from '../../../electron/core/change/paste.js'
import { replug } from '../../../electron/core/change/replug.js'
import { namespaceSettings } from '../../../electron/core/change/settings.js'
import { stampOf, stamps, type StampKind } from '../../../electron/core/change/stamps.js'
import { endsOf } from '../../../electron/core/lab/ends.js'
import { parseEndpoint } from '../../../electron/core/lab/endpoint.js'
import type { Endpoint } from '../../../electron/core/lab/lab.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import type { LabSource } from '../../../electron/core/lab/source.js'
import type { Target } from '../../../renderer/canvas/selection.js'
import { removal } from '../../../renderer/edit/removal.js'
import { fileOf } from './open.js'

export type Changes =
  { readonly ok: true; readonly changes: readonly LabChange[] } | Extract<Gestured, { readonly ok: false }>

/** One of a list by the next number. */
type Pick = <Item>(of: readonly Item[]) => Item
interface At {
  readonly source: LabSource
  readonly file: LabFile
  readonly pick: Pick
  /** How many were made before: nothing that is typed is typed twice. */
  readonly turn: number
}

const kinds: readonly ObjectKind[] = ['namespace', 'router', 'bridge', 'internet']

export const places = (source: LabSource): readonly Place[] =>
  Object.entries(fileOf(source).namespaces ?? {}).flatMap(([namespace, entry]): Place[] => [
    { namespace },
    ...Object.keys(entry?.bridges ?? {}).map((bridge) => ({ namespace, bridge })),
  ])

const names = (file: LabFile): readonly string[] => Object.keys(file.namespaces ?? {})
const ends = (file: LabFile): readonly string[] => (file.links ?? []).flatMap((link) => [...endsOf(link)])
const made = (changes: readonly LabChange[]): Changes => ({ ok: true, changes })
const ofCable = (end: Endpoint) => ({ namespace: end.namespace, name: end.interface })

/** Each by a word for who reads what went wrong; null where the lab has nothing for it yet. */
const hand: Readonly<Record<string, (at: At) => Changes | null>> = {
  'new object': ({ file, pick }) =>
    made(newObject(file, pick(kinds), { at: { x: pick([0, 40, 80]), y: 20 }, home: pick(names(file)) }).changes),
  connect: ({ source, pick }) => connect(source, pick(places(source)), pick(places(source))),
  neighbour: ({ source, pick }) => neighbour(source, pick(places(source)), pick(kinds)),
  NAT: ({ source, pick, file }) => (ends(file).length > 0 ? masquerade(source, parseEndpoint(pick(ends(file)))) : null),
  'rename a namespace': ({ file, pick, turn }) => {
    const own = names(file).filter((name) => name !== 'host')
    return own.length === 0 ? null : made([{ op: 'namespace-rename', namespace: pick(own), to: `named${turn}` }])
  },
  'rename an interface': ({ file, pick, turn }) =>
    ends(file).length === 0
      ? null
      : made([{ op: 'link-rename', ...ofCable(parseEndpoint(pick(ends(file)))), to: `if${turn}` }]),
  'plug an end elsewhere': ({ source, file, pick }) =>
    ends(file).length === 0 ? null : replug(source, parseEndpoint(pick(ends(file))), pick(places(source))),
  'copy and paste': ({ source, file, pick }) => {
    const parts = copyParts(source, [pick(names(file)), pick(names(file))])
    const { labFile } = parseLabText(parts?.text ?? '', '')
    return labFile && pasteParts(source, labFile, { x: 40, y: 40 }).gestured
  },
  stamp: ({ source, pick }) =>
    pasteParts(source, stampOf(pick(Object.keys(stamps) as StampKind[])), { x: 0, y: 400 }).gestured,
  delete: ({ file, pick }) => {
    const all: Target[] = [
      ...names(file).map((id) => ({ kind: 'namespace', id }) as const),
      ...ends(file).map((id) => ({ kind: 'interface', id }) as const),
      ...(file.links ?? []).map((link) => ({ kind: 'cable', id: endsOf(link).toSorted().join('~') }) as const),
      ...(file.notes ?? []).map((_, at) => ({ kind: 'note', id: String(at) }) as const),
      ...Object.entries(file.namespaces ?? {}).flatMap(([namespace, entry]) =>
        (entry?.nat ?? []).flatMap((rule) =>
          'out' in rule && rule.out !== undefined ? [{ kind: 'nat', id: `${namespace}:${rule.out}` } as const] : [],
        ),
      ),
    ]
    const chosen = new Map(pick([[pick(all)], [pick(all), pick(all)]]).map((each) => [`${each.kind} ${each.id}`, each]))
    return made(removal(file, [...chosen.values()]))
  },
  'a field of several': ({ file, pick }) => {
    const namespaces = [...new Set([pick(names(file)), pick(names(file))])]
    const forwarding = pick([true, null])
    return made(namespaces.map((namespace) => ({ op: 'forwarding-set', namespace, forwarding })))
  },
  'a field of several interfaces': ({ file, pick }) => {
    if (ends(file).length === 0) return null
    const chosen = [...new Set([pick(ends(file)), pick(ends(file))])].map((end) => ofCable(parseEndpoint(end)))
    const change = pick<object>([
      { op: 'link-mtu', mtu: 1400 },
      { op: 'link-mtu', mtu: null },
      { op: 'link-up', up: false },
      { op: 'link-up', up: null },
    ])
    return made(chosen.map((each) => ({ ...change, ...each }) as LabChange))
  },
  'a cable': ({ file, pick }) => {
    if (ends(file).length === 0) return null
    const end = parseEndpoint(pick(ends(file)))
    return made([
      pick<LabChange>([
        { op: 'unplug-set', end, unplugged: true },
        { op: 'unplug-set', end, unplugged: null },
        { op: 'impair-set', end, impair: { rate: '10mbit' } },
        { op: 'impair-set', end, impair: null },
        { op: 'veth-mtu', end, mtu: 1450 },
      ]),
    ])
  },
  'a field': ({ file, pick, turn }) => {
    const namespace = pick(names(file))
    const addresses = file.namespaces?.[namespace]?.interfaces?.['lo']?.addresses ?? []
    const typed = `10.99.${turn % 250}.1/32`
    const set = (key: string, value: unknown): readonly LabChange[] =>
      namespaceSettings(file, namespace)
        .find((each) => each.key === key)
        ?.change(value) ?? []
    return made(
      pick<readonly LabChange[]>([
        [{ op: 'address-add', namespace, dev: 'lo', address: typed }],
        addresses.length > 0 ? [{ op: 'address-set', namespace, dev: 'lo', at: 0, address: typed }] : [],
        addresses.length > 0 ? [{ op: 'address-delete', namespace, dev: 'lo', address: addresses[0] ?? '' }] : [],
        [{ op: 'route-add', namespace, entry: { to: `10.98.${turn % 250}.0/24`, type: 'blackhole' } }],
        set('firewall', [{ chain: 'input', protocol: 'tcp', port: 81, action: 'drop' }]),
        set('firewall', null),
        set('sysctls', { 'net.ipv4.ip_default_ttl': 44 }),
        set('sysctls', null),
        set('services', [{ listen: 'tcp', port: 8080 + (turn % 9) }]),
      ]),
    )
  },
  'fill in routes': ({ file }) => made(fillRoutes(file).map(({ value }) => value)),
  'a note, a place': ({ file, pick, turn }) =>
    made([
      pick<LabChange>([
        { op: 'note-add', entry: { text: `note ${turn}`, x: turn, y: 0 } },
        { op: 'layout-set', name: pick(names(file)), at: { x: turn, y: 7 } },
      ]),
    ]),
  'expect this': ({ file, pick }) =>
    made([{ op: 'check-add', entry: { from: pick(names(file)), ping: pick(names(file)) } }]),
}

export const gestures = Object.keys(hand)

/** Which of them, and its choices. */
export type Chance = readonly [number, readonly number[]]

export function gestureByChance(
  source: LabSource,
  [which, numbers]: Chance,
  turn: number,
): { readonly what: string; readonly done: Changes | null } {
  let next = 0
  const pick: Pick = (of) => of[(numbers[next++ % numbers.length] ?? 0) % of.length] as (typeof of)[number]
  const what = gestures[which % gestures.length] ?? 'connect'
  return { what, done: hand[what]?.({ source, file: fileOf(source), pick, turn }) ?? null }
}
