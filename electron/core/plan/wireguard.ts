/** WireGuard in plans. Keys are nobody's to write: a peer is the tunnel whose key it has. */
import type { Endpoint, LabInterface, WireguardPeer } from '../lab/lab.js'
import type { LiveLink, LiveWireguard } from '../live/state.js'
import { linkKey, type LinkRef, type LiveIndex } from './live-index.js'
import type { Scope } from './scope.js'
import type { KernelStep, WireguardPeerStep } from './step.js'

type WireguardInterface = Extract<LabInterface, { readonly kind: 'wireguard' }>
type LivePeer = LiveWireguard['peers'][number]

const samePrefixes = (a: readonly string[], b: readonly string[]): boolean => a.join() === b.join()

const peerOf = (peer: LivePeer, of: Endpoint | null): WireguardPeerStep => ({
  ...{ of, publicKey: peer.publicKey, endpoint: peer.endpoint, allowed: peer.allowed },
})

export function planWireguard(
  scope: Scope,
  namespace: string,
  wanted: WireguardInterface,
  live: LiveLink | undefined,
): void {
  const { draft, index, gone } = scope
  const at = { namespace, name: wanted.name }
  const there = live?.wireguard
  // What may not be asked of is taken to be as it should.
  if (live && !there) return
  if (there && wanted.listen !== null && there.listen !== wanted.listen)
    draft.add('wireguard-set', { op: 'wireguard-listen', ...at, listen: wanted.listen, before: there.listen })
  const keyOf = ({ namespace: name, interface: device }: Endpoint): string | null =>
    gone.has(linkKey(name, device)) ? null : (index.link(name, device)?.wireguard?.publicKey ?? null)
  const had = scope.formerInterfaces.get(namespace)?.get(wanted.name)
  const former = had?.kind === 'wireguard' ? had.peers : []
  const kept = new Set<string>()
  for (const peer of wanted.peers) {
    const key = keyOf(peer.of)
    const known = key === null ? undefined : there?.peers.find(({ publicKey }) => publicKey === key)
    if (known) kept.add(known.publicKey)
    const { of, endpoint, allowed } = peer
    // An endpoint cannot be taken from a peer.
    if (known && known.endpoint !== null && endpoint === null && formerOf(peer, former)?.endpoint) {
      draft.add('wireguard-peer-delete', { op: 'wireguard-peer-delete', ...at, ...peerOf(known, null) })
      draft.add('wireguard-peer-set', { op: 'wireguard-peer-set', ...at, of, publicKey: null, endpoint, allowed })
      continue
    }
    if (known && samePrefixes(known.allowed, allowed) && sameEndpoint(known, peer, former)) continue
    const before = known ? { before: { endpoint: known.endpoint, allowed: known.allowed } } : {}
    draft.add('wireguard-peer-set', {
      op: 'wireguard-peer-set',
      ...at,
      of,
      publicKey: null,
      endpoint,
      allowed,
      ...before,
    })
  }
  const formerKeys = new Set(former.map(({ of }) => index.link(of.namespace, of.interface)?.wireguard?.publicKey))
  for (const peer of there?.peers ?? []) {
    const goes = !kept.has(peer.publicKey) && (scope.former === 'everything' || formerKeys.has(peer.publicKey))
    if (goes) draft.add('wireguard-peer-delete', { op: 'wireguard-peer-delete', ...at, ...peerOf(peer, null) })
  }
}

/** A peer is answered where it was last heard (roaming): that differs from the file without anybody's doing. */
function sameEndpoint(live: LivePeer, wanted: WireguardPeer, former: readonly WireguardPeer[]): boolean {
  if (wanted.endpoint === null || live.endpoint === wanted.endpoint) return true
  return live.endpoint !== null && formerOf(wanted, former)?.endpoint === wanted.endpoint
}

const formerOf = ({ of }: WireguardPeer, former: readonly WireguardPeer[]): WireguardPeer | undefined =>
  former.find((each) => each.of.namespace === of.namespace && each.of.interface === of.interface)

/** What gives a deleted tunnel its key and its peers again. */
export function restoreWireguard({ namespace, link: { name, wireguard } }: LinkRef): KernelStep[] {
  if (!wireguard) return []
  const { publicKey, listen, peers } = wireguard
  const at = { namespace, name }
  const port = listen === 0 ? null : listen
  return [
    ...(publicKey === null ? [] : [{ op: 'wireguard-key' as const, ...at, listen: port, publicKey }]),
    ...peers.map((peer): KernelStep => ({ op: 'wireguard-peer-set', ...at, ...peerOf(peer, null) })),
  ]
}

/** The tunnel that has a key. */
export function ownerOf(index: LiveIndex, publicKey: string): Endpoint | null {
  for (const [namespace, { live }] of index.namespaces) {
    const link = live.links.find(({ wireguard }) => wireguard?.publicKey === publicKey)
    if (link) return { namespace, interface: link.name }
  }
  return null
}
