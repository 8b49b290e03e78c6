import { networkPrefix, formatPrefix, parseAddressPort, parsePrefixOrAddress } from '../address.js'
import { quote } from '../describe.js'
import { error } from '../finding.js'
import type { Finding } from '../finding.js'
import { peerTunnel } from '../normalise-tunnel.js'
import type { LabPath } from '../problem.js'
import type { WireguardEntry } from '../schema.js'
import { badAddress } from './addresses.js'
import type { LabIndex } from './lab-index.js'
import { namespaceExists } from './references.js'
import { said } from '../../words/said.js'

/** Peers are tunnels of the lab, each once, and no address is sent to two of them. */
export function* wireguardRules(lab: LabIndex, tunnel: WireguardEntry, path: LabPath): Iterable<Finding> {
  const peers = new Set<string>()
  const takenBy = new Map<string, string>()
  for (const [i, peer] of (tunnel.peers ?? []).entries()) {
    const at = [...path, 'peers', i]
    yield* namespaceExists(lab, peer.namespace, [...at, 'namespace'])
    const far = peerTunnel(peer, lab.file.tunnels ?? [])
    if (lab.namespaces.has(peer.namespace)) yield* isPeer(tunnel, peer.namespace, far, [...at, 'namespace'])
    if (far) {
      const key = `${far.namespace}:${far.name}`
      if (peers.has(key))
        yield error(
          'peer-twice',
          [...at, 'namespace'],
          said`${quote(key)} is a peer of ${quote(tunnel.name)} already.`,
          said`Write what it may send into the one entry.`,
        )
      peers.add(key)
    }
    yield* endpointOf(peer.endpoint, at)
    for (const [n, text] of peer.allowed.entries()) {
      const prefix = parsePrefixOrAddress(text)
      if (!prefix) {
        yield badAddress(text, [...at, 'allowed', n])
        continue
      }
      const network = formatPrefix(networkPrefix(prefix))
      const before = takenBy.get(network)
      // The kernel gives it to whoever has it last (allowedips.c).
      if (before !== undefined && before !== peer.namespace)
        yield error(
          'allowed-twice',
          [...at, 'allowed', n],
          said`${network} is what ${quote(before)} may send already, and only one peer can have it.`,
          said`Remove one of them, or make it narrower.`,
        )
      takenBy.set(network, peer.namespace)
    }
  }
}

function* isPeer(
  tunnel: WireguardEntry,
  namespace: string,
  far: WireguardEntry | null,
  path: LabPath,
): Iterable<Finding> {
  if (!far)
    yield error(
      'no-such-tunnel',
      path,
      said`Namespace ${quote(namespace)} has no WireGuard tunnel.`,
      said`Add one to \`tunnels:\`, with ${quote(tunnel.namespace)} as its peer.`,
    )
  else if (far.namespace === tunnel.namespace && far.name === tunnel.name)
    yield error('peer-self', path, said`A tunnel is no peer of its own.`, said`Name the namespace of the other end.`)
}

function* endpointOf(endpoint: string | undefined, at: LabPath): Iterable<Finding> {
  const parsed = endpoint === undefined ? null : parseAddressPort(endpoint)
  if (endpoint === undefined || (parsed !== null && parsed.port !== null)) return
  yield error(
    'bad-address',
    [...at, 'endpoint'],
    said`${quote(endpoint)} is not an address and a port.`,
    said`Write it as 10.0.0.2:51820, or [fd00::2]:51820.`,
  )
}
