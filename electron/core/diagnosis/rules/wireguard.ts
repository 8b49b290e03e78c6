/** WireGuard: who may send what, and whether the two ends have agreed on a session at all. */
import { containsAddress } from '../../lab/address.js'
import type { WireguardPeer } from '../../lab/lab.js'
import type { LiveLink, LiveWireguard } from '../../live/state.js'
import type { KernelStep } from '../../plan/step.js'
import { innermost } from '../loss.js'
import { labInterface } from '../lab-says.js'
import { isIpv6, type Network } from '../network.js'
import type { Question } from '../question.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import type { Place } from '../segment.js'
import { say } from '../words.js'

type Peer = LiveWireguard['peers'][number]

interface Entered extends Place {
  readonly wireguard: LiveWireguard
  /** Of the packet that went in. */
  readonly src: string
  readonly dst: string
  readonly swallowed: boolean
}

/** The tunnel that the packet went into last. */
function entered({ death, network, hops }: Scene): Entered | null {
  const tunnel = death?.tunnel
  const link = tunnel && network.link(tunnel.namespace, tunnel.interface)
  if (!tunnel || !link?.wireguard) return null
  const hop = hops.findLast(
    ({ namespace, interface: name, direction, leg, observed }) =>
      observed &&
      direction === 'out' &&
      namespace === tunnel.namespace &&
      name === tunnel.interface &&
      leg === death.leg,
  )
  const ip = hop?.packet && innermost(hop.packet).ip
  return ip
    ? {
        namespace: tunnel.namespace,
        link,
        wireguard: link.wireguard,
        src: ip.src,
        dst: ip.dst,
        swallowed: tunnel.swallowed,
      }
    : null
}

const holds = ({ allowed }: Pick<Peer, 'allowed'>, address: string): boolean =>
  allowed.some((prefix) => containsAddress(prefix, address))

/** The tunnel that has a key. */
function ownerOf(network: Network, publicKey: string): Place | null {
  for (const namespace of network.names)
    for (const link of network.namespace(namespace)?.links ?? [])
      if (link.wireguard?.publicKey === publicKey) return { namespace, link }
  return null
}

const hostPrefix = (address: string): string => `${address}/${isIpv6(address) ? 128 : 32}`

/** What the lab says of the peer whose tunnel is `far`. */
function labPeer({ lab }: Scene, near: Place, far: Place | null): WireguardPeer | null {
  const wanted = labInterface(lab, near.namespace, near.link.name)
  if (wanted?.kind !== 'wireguard') return null
  return wanted.peers.find(({ of }) => of.namespace === far?.namespace && of.interface === far.link.name) ?? null
}

function setPeer(near: Place, peer: Peer, far: Place | null, wanted: Pick<Peer, 'endpoint' | 'allowed'>): KernelStep {
  const of = far ? { namespace: far.namespace, interface: far.link.name } : null
  return {
    ...{ op: 'wireguard-peer-set', namespace: near.namespace, name: near.link.name, of, publicKey: peer.publicKey },
    ...{ endpoint: wanted.endpoint, allowed: wanted.allowed },
    ...(isThere(near, peer) ? { before: { endpoint: peer.endpoint, allowed: peer.allowed } } : {}),
  }
}

const isThere = ({ link }: Place, { publicKey }: Peer): boolean =>
  link.wireguard?.peers.some((each) => each.publicKey === publicKey) ?? false

/** Where the peer that should be sent to is, by what the lab says of it. */
function peerForAddress(scene: Scene, near: Entered): { readonly peer: Peer; readonly far: Place } | null {
  const wanted = labInterface(scene.lab, near.namespace, near.link.name)
  for (const peer of near.wireguard.peers) {
    const far = ownerOf(scene.network, peer.publicKey)
    if (!far) continue
    const mine = wanted?.kind === 'wireguard' ? labPeer(scene, near, far) : null
    const owns = scene.network.owns(far.namespace, near.dst)
    if (mine ? holds(mine, near.dst) : owns || near.wireguard.peers.length === 1) return { peer, far }
  }
  return null
}

const asked = ({ namespace, link }: Place, show: 'allowed-ips' | 'latest-handshakes' | 'endpoints'): Question => ({
  ...{ namespace, ask: 'wireguard', dev: link.name, show },
})

export const wireguardNotAllowed: Rule = {
  code: 'wireguard-not-allowed',
  suspect(scene) {
    const near = entered(scene)
    if (!near) return null
    return near.swallowed ? noPeer(scene, near) : refusedThere(scene, near)
  },
}

/** The sender itself has nobody to send it to (wg_xmit, drivers/net/wireguard/device.c). */
function noPeer(scene: Scene, near: Entered): ReturnType<Rule['suspect']> {
  if (near.wireguard.peers.some((peer) => holds(peer, near.dst))) return null
  const question = asked(near, 'allowed-ips')
  const right = peerForAddress(scene, near)
  return {
    ask: [question],
    ruledOut: say('not-wireguard-allowed'),
    judge: (answers): Finding => ({
      namespace: near.namespace,
      interface: near.link.name,
      message: say('wireguard-no-peer', { namespace: near.namespace, interface: near.link.name, target: near.dst }),
      evidence: answers.evidence(question),
      repair: right && {
        namespace: near.namespace,
        steps: [setPeer(near, right.peer, right.far, allowing(right.peer, labPeer(scene, near, right.far), near.dst))],
      },
    }),
  }
}

/** It came there and was opened, and its source is not the peer's (wg_packet_consume_data_done). */
function refusedThere(scene: Scene, near: Entered): ReturnType<Rule['suspect']> {
  const { death, network } = scene
  const key = near.wireguard.publicKey
  if (!death || key === null || !network.owns(death.namespace, death.dst)) return null
  const links = network.namespace(death.namespace)?.links ?? []
  for (const link of links) {
    const peer = link.wireguard?.peers.find(({ publicKey }) => publicKey === key)
    if (!peer || holds(peer, near.src)) continue
    const there = { namespace: death.namespace, link }
    const question = asked(there, 'allowed-ips')
    return {
      ask: [question],
      ruledOut: say('not-wireguard-allowed'),
      judge: (answers): Finding => ({
        namespace: there.namespace,
        interface: link.name,
        message: say('wireguard-not-allowed', {
          namespace: there.namespace,
          interface: link.name,
          source: near.src,
          otherNamespace: near.namespace,
        }),
        evidence: answers.evidence(question),
        repair: {
          namespace: there.namespace,
          steps: [setPeer(there, peer, near, allowing(peer, labPeer(scene, there, near), near.src))],
        },
      }),
    }
  }
  return null
}

/** What the lab allows, where that is enough; else what is allowed, and this address. */
const allowing = (peer: Peer, wanted: WireguardPeer | null, address: string): Pick<Peer, 'endpoint' | 'allowed'> => ({
  endpoint: null,
  allowed: wanted && holds(wanted, address) ? wanted.allowed : [...peer.allowed, hostPrefix(address)],
})

export const wireguardNoHandshake: Rule = {
  code: 'wireguard-no-handshake',
  suspect(scene) {
    const near = entered(scene)
    const peer = near?.wireguard.peers.find((each) => holds(each, near.dst))
    if (!near || !peer) return null
    return near.swallowed ? noSession(scene, near, peer) : elsewhere(scene, near, peer)
  },
}

/** Nothing sealed leaves before the two have agreed. */
function noSession(scene: Scene, near: Entered, peer: Peer): ReturnType<Rule['suspect']> {
  const questions = [asked(near, 'latest-handshakes'), asked(near, 'endpoints')]
  return {
    ask: questions,
    ruledOut: say('not-wireguard-handshake'),
    judge(answers): Finding | null {
      // One line for each peer: its key, and seconds since 1970, or 0.
      const { output, status } = answers.of(asked(near, 'latest-handshakes'))
      const line = output.split('\n').find((each) => each.startsWith(peer.publicKey))
      if (status === 0 && !/\s0\s*$/.test(line ?? '')) return null
      const params = { namespace: near.namespace, interface: near.link.name, target: near.dst }
      const { endpoint } = peer
      return {
        namespace: near.namespace,
        interface: near.link.name,
        message:
          endpoint === null
            ? say('wireguard-no-endpoint', params)
            : say('wireguard-no-handshake', { ...params, endpoint }),
        evidence: answers.evidence(...questions),
        repair: repairOf(scene, near, peer),
      }
    },
  }
}

/** They have agreed before, and the peer is no longer where it is sent to. */
function elsewhere(scene: Scene, near: Entered, peer: Peer): ReturnType<Rule['suspect']> {
  const { death, network } = scene
  const { endpoint } = peer
  const port = Number(/:(\d+)$/.exec(endpoint ?? '')?.[1])
  if (!death || endpoint === null || !network.owns(death.namespace, death.dst)) return null
  const links = network.namespace(death.namespace)?.links ?? []
  if (links.some(({ wireguard }) => wireguard?.listen === port)) return null
  const questions: readonly Question[] = [
    asked(near, 'endpoints'),
    { namespace: death.namespace, ask: 'listeners', protocol: 'udp' },
  ]
  return {
    ask: questions,
    ruledOut: say('not-wireguard-handshake'),
    judge: (answers): Finding => ({
      namespace: near.namespace,
      interface: near.link.name,
      message: say('wireguard-elsewhere', {
        ...{ namespace: near.namespace, interface: near.link.name, target: near.dst, endpoint },
        otherNamespace: death.namespace,
      }),
      evidence: answers.evidence(...questions),
      repair: repairOf(scene, near, peer),
    }),
  }
}

/** As the lab has it at both ends; without a lab, where the peer with this key really listens. */
function repairOf(scene: Scene, near: Entered, peer: Peer): Finding['repair'] {
  const { network, lab } = scene
  const wanted = labInterface(lab, near.namespace, near.link.name)
  const mine = wanted?.kind === 'wireguard' ? wanted.peers.find((each) => holds(each, near.dst)) : undefined
  const owner = ownerOf(network, peer.publicKey)
  const link: LiveLink | undefined = mine ? network.link(mine.of.namespace, mine.of.interface) : owner?.link
  const far = link && { namespace: mine?.of.namespace ?? owner?.namespace ?? '', link }
  if (!far) return null
  const address = scene.network.addresses(far.namespace).find(({ dev }) => dev !== far.link.name)
  const live = address && link.wireguard && `${address.address.replace(/\/.*$/, '')}:${link.wireguard.listen}`
  // What the lab says already, and in vain, is no fix.
  const endpoint = mine && mine.endpoint !== peer.endpoint ? mine.endpoint : (live ?? null)
  // Made anew, it tries at once; one that has tried in vain waits for seconds first (REKEY_TIMEOUT).
  const steps: KernelStep[] = [
    {
      ...{ op: 'wireguard-peer-delete', namespace: near.namespace, name: near.link.name, of: null },
      ...{ publicKey: peer.publicKey, endpoint: peer.endpoint, allowed: peer.allowed },
    },
    setPeer(near, { ...peer, publicKey: '' }, far, { endpoint, allowed: mine?.allowed ?? peer.allowed }),
  ]
  const theirs = labPeer(scene, far, near)
  const known = link.wireguard?.peers.some(({ publicKey }) => publicKey === near.wireguard.publicKey)
  if (theirs && !known) steps.push(setPeer(far, { ...peer, publicKey: '' }, near, theirs))
  const listens = labInterface(lab, far.namespace, far.link.name)
  if (listens?.kind === 'wireguard' && listens.listen !== null && link.wireguard?.listen !== listens.listen)
    steps.push({
      ...{ op: 'wireguard-listen', namespace: far.namespace, name: far.link.name, listen: listens.listen },
      before: link.wireguard?.listen ?? 0,
    })
  return { namespace: near.namespace, steps }
}
