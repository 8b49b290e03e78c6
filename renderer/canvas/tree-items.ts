/** The picture in words: namespaces, their interfaces, and what each is plugged into. */
import type { Translate } from '../i18n/catalogue.js'
import type { Scene, SceneInterface, SceneNamespace } from './scene.js'
import type { Reach, Target } from './selection.js'

export interface TreeItem {
  readonly key: string
  readonly target: Target
  readonly level: 1 | 2 | 3
  /** The whole accessible name. */
  readonly name: string
  /** Position among its siblings, from 1. */
  readonly position: number
  readonly siblings: number
  readonly parent: string | null
  readonly firstChild: string | null
  /** The item that the cable leads to. */
  readonly along: string | null
}

type Say = Translate<
  | 'up'
  | 'down'
  | 'noCarrier'
  | 'notDeployed'
  | 'noAddress'
  | 'madeInTerminal'
  | 'leaving'
  | 'notReached'
  | 'inNamespace'
  | 'cableTo'
  | 'peerIn'
  | 'namespaceItem'
  | 'portOf'
  | 'forwardsPackets'
  | 'bridgeItem'
  | 'uplink'
  | 'internet'
  | 'noteItem'
>

const stateKey = { up: 'up', down: 'down', 'no-carrier': 'noCarrier', planned: 'notDeployed' } as const

export const itemKey = (target: Target): string => `${target.kind} ${target.id}`

/** @param notes what each of them says, in the order of the file */
export function treeItems(
  scene: Scene,
  reach: Reach,
  t: Say,
  separator = ', ',
  notes: readonly string[] = [],
): TreeItem[] {
  const siblings = scene.namespaces.length + notes.length
  const interfaces = new Map(
    scene.namespaces.flatMap((each) => each.interfaces.map((item) => [item.id, item] as const)),
  )
  const items: TreeItem[] = []
  for (const [index, each] of scene.namespaces.entries()) {
    const key = `namespace ${each.id}`
    const shown = each.interfaces
    items.push({
      key,
      target: { kind: 'namespace', id: each.id },
      level: 1,
      name: namespaceName(each, reach, t, separator),
      position: index + 1,
      siblings,
      parent: null,
      firstChild: shown[0] ? `interface ${shown[0].id}` : null,
      along: null,
    })
    for (const [at, item] of shown.entries()) {
      const peer = item.peer === null ? undefined : interfaces.get(item.peer)
      items.push({
        key: `interface ${item.id}`,
        target: { kind: 'interface', id: item.id },
        level: 2,
        name: interfaceName(item, peer, reach, t, separator),
        position: at + 1,
        siblings: shown.length,
        parent: key,
        firstChild: peer ? `peer ${item.id}` : null,
        along: peer ? `interface ${peer.id}` : null,
      })
      if (!peer) continue
      items.push({
        key: `peer ${item.id}`,
        target: { kind: 'interface', id: peer.id },
        level: 3,
        name: t('peerIn', { interface: peer.name, namespace: peer.namespace }),
        position: 1,
        siblings: 1,
        parent: `interface ${item.id}`,
        firstChild: null,
        along: `interface ${peer.id}`,
      })
    }
  }
  for (const [at, words] of notes.entries()) {
    const target: Target = { kind: 'note', id: String(at) }
    const place = { level: 1, position: scene.namespaces.length + at + 1, siblings } as const
    const alone = { parent: null, firstChild: null, along: null }
    items.push({ key: itemKey(target), target, name: t('noteItem', { words }), ...place, ...alone })
  }
  return items
}

const standing = (presence: SceneNamespace['presence'], t: Say): string[] =>
  presence === 'planned'
    ? [t('notDeployed')]
    : presence === 'foreign'
      ? [t('madeInTerminal')]
      : presence === 'leaving'
        ? [t('leaving')]
        : []

function namespaceName(each: SceneNamespace, reach: Reach, t: Say, separator: string): string {
  const failure = reach.failed.get(each.id)
  return [
    each.role === 'outside' ? t('internet') : t('namespaceItem', { name: each.name }),
    ...(each.forwarding ? [t('forwardsPackets')] : []),
    ...each.routes.map((route) => route.text),
    ...standing(each.presence, t),
    ...(failure === undefined ? [] : [failure]),
    ...(reach.drained.has(each.id) ? [t('notReached')] : []),
  ].join(separator)
}

function interfaceName(
  item: SceneInterface,
  peer: SceneInterface | undefined,
  reach: Reach,
  t: Say,
  separator: string,
): string {
  const addresses = item.addresses.map((address) =>
    address.presence === 'planned' ? `${address.text} (${t('notDeployed')})` : address.text,
  )
  return [
    item.kind === 'bridge' ? `${t('bridgeItem')} ${item.name}` : item.name,
    t('inNamespace', { namespace: item.namespace }),
    t(stateKey[item.state]),
    ...(item.master === null ? [] : [t('portOf', { bridge: item.master })]),
    ...(addresses.length > 0 ? addresses : item.kind === 'loopback' ? [] : [t('noAddress')]),
    ...(peer ? [t('cableTo', { interface: peer.name, namespace: peer.namespace })] : []),
    ...(item.state === 'planned' ? [] : standing(item.presence, t)),
    ...(reach.drained.has(item.id) ? [t('notReached')] : []),
  ].join(separator)
}
