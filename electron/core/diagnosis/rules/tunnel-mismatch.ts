import type { LiveLink } from '../../live/state.js'
import { anyMac } from '../../lab/normalise-tunnel.js'
import { isTunnelKind } from '../../lab/tunnel.js'
import { tunnelOf } from '../../plan/tunnels.js'
import type { KernelStep } from '../../plan/step.js'
import { labInterface } from '../lab-says.js'
import type { Network } from '../network.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { segment, type Place } from '../segment.js'
import { say } from '../words.js'

/** What the two ends of a tunnel have to agree on; null: they have none. */
interface Ends {
  readonly local: string | null
  readonly remote: string
  readonly id: number | null
  readonly port: number | null
  readonly key: number | null
}

interface Mismatch {
  readonly near: Place
  readonly far: Place
  readonly what: 'id' | 'port' | 'key' | 'remote'
  readonly values: readonly [string, string]
  /** What the far end should be. */
  readonly right: Ends
}

/** The two ends of a tunnel do not fit: what one wraps, the other throws away. */
export const tunnelMismatch: Rule = {
  code: 'tunnel-mismatch',
  suspect(scene) {
    const found = mismatch(scene)
    if (!found) return null
    const { near, far, what, values } = found
    const links = [near, far].map(
      ({ namespace, link }) => ({ namespace, ask: 'link', dev: link.name, details: true }) as const,
    )
    return {
      ask: links,
      ruledOut: say('not-tunnel'),
      judge: (answers): Finding => ({
        namespace: far.namespace,
        interface: far.link.name,
        message: say('tunnel-mismatch', {
          namespace: near.namespace,
          interface: near.link.name,
          otherNamespace: far.namespace,
          otherInterface: far.link.name,
          what,
          value: values[0],
          otherValue: values[1],
        }),
        evidence: answers.evidence(...links),
        repair: { namespace: far.namespace, steps: remade(scene.network, far, found.right) },
      }),
    }
  },
}

/** VXLAN without a remote end of its own has that of its one entry for whatever has none. */
function endsOf(network: Network, { namespace, link: { kind, name, vxlan, tunnel } }: Place): Ends | null {
  if (vxlan) {
    const entries = (network.namespace(namespace)?.fdb ?? []).flatMap(({ dev, mac, dst }) =>
      dev === name && mac === anyMac ? (dst ?? []) : [],
    )
    const remote = vxlan.remote ?? (entries.length === 1 ? entries[0] : undefined)
    return remote === undefined ? null : { ...vxlan, remote, key: null }
  }
  if (!isTunnelKind(kind) || !tunnel || tunnel.remote === null) return null
  return { local: tunnel.local, remote: tunnel.remote, id: tunnel.id, port: tunnel.port, key: tunnel.key }
}

/** Of a tunnel that the packet should have taken: one on the segment of who sends. */
function mismatch(scene: Scene): Mismatch | null {
  const { death, network } = scene
  const missed = death?.missed
  const into = death?.tunnel
  const links = [
    missed && network.link(missed.namespace, missed.dev),
    into && network.link(into.namespace, into.interface),
  ]
  const [missing, entered] = links
  const start = [
    ...(into && entered ? [{ namespace: into.namespace, link: entered }] : []),
    ...(missed && missing ? [{ namespace: missed.namespace, link: missing }] : []),
  ]
  const around = start.flatMap((place) => [place, ...segment(network, place, true)])
  // The tunnel's own packet arrived, and what was in it did not.
  const arrived = death
    ? (network.namespace(death.namespace)?.links ?? []).map((each) => ({ namespace: death.namespace, link: each }))
    : []
  for (const near of [...around, ...arrived]) {
    const mine = endsOf(network, near)
    if (!mine) continue
    const candidates = tunnelsAt(network, mine.remote, near.link.kind)
    if (candidates.some(({ namespace, link }) => isFitting(network, near, mine, { namespace, link }))) continue
    for (const far of candidates) {
      const found = differs(network, near, mine, far)
      // Of two ends that differ, the one that is as the lab has it is not the one to change.
      const back =
        found && isAsInLab(scene, far) && !isAsInLab(scene, near)
          ? differs(network, far, endsOf(network, far), near)
          : null
      if (back ?? found) return back ?? found
    }
  }
  return null
}

/** An address of the other end's namespace that it is reached by: its own, or where the kernel chooses, any. */
const addressOf = (network: Network, place: Place, remote: string): string =>
  endsOf(network, place)?.local ?? (network.owns(place.namespace, remote) ? remote : '')

function isFitting(network: Network, near: Place, mine: Ends, far: Place): boolean {
  const theirs = endsOf(network, far)
  const { tunnel } = far.link
  return (
    theirs !== null &&
    theirs.id === mine.id &&
    theirs.port === mine.port &&
    (tunnel?.inputKey === undefined ? theirs.key : tunnel.inputKey) === mine.key &&
    theirs.remote === addressOf(network, near, theirs.remote)
  )
}

function differs(network: Network, near: Place, mine: Ends | null, far: Place): Mismatch | null {
  const theirs = endsOf(network, far)
  if (!mine || !theirs) return null
  const own = addressOf(network, near, theirs.remote)
  if (theirs.remote !== own && (theirs.id !== mine.id || theirs.id === null)) return null
  const text = (value: number | string | null): string => String(value ?? 'none')
  const pairs: readonly (readonly [Mismatch['what'], string, string])[] = [
    ['id', text(mine.id), text(theirs.id)],
    ['port', text(mine.port), text(theirs.port)],
    ['key', text(mine.key), text(theirs.key)],
    ['remote', own, theirs.remote],
  ]
  const wrong = pairs.find(([, a, b]) => a !== b)
  if (!wrong) return null
  const right = { ...mine, local: theirs.local === null ? null : mine.remote, remote: own || theirs.remote }
  return { near, far, what: wrong[0], values: [wrong[1], wrong[2]], right }
}

function isAsInLab({ lab, network }: Scene, place: Place): boolean {
  const { namespace, link } = place
  const wanted = labInterface(lab, namespace, link.name)
  const live = endsOf(network, place)
  if (!wanted || !live || !isTunnelKind(wanted.kind) || !('key' in wanted)) return false
  return wanted.remote === live.remote && wanted.id === live.id && wanted.port === live.port && wanted.key === live.key
}

const tunnelsAt = (network: Network, address: string, kind: string): Place[] =>
  network
    .owners(address)
    .flatMap(({ namespace }) =>
      (network.namespace(namespace)?.links ?? [])
        .map((link) => ({ namespace, link }))
        .filter((place) => place.link.kind === kind && endsOf(network, place) !== null),
    )

/** A tunnel's numbers cannot be changed: it is made anew with all that was on it. */
function remade(network: Network, place: Place, right: Ends): KernelStep[] {
  const { namespace, link } = place
  const live = endsOf(network, place)
  if (!live) return []
  const { name } = link
  const make = (ends: Ends): KernelStep[] => [
    ...added(namespace, link, ends),
    ...(link.vxlan ? fdbOf(network, namespace, link) : []),
    ...(link.master === null
      ? []
      : [{ op: 'link-master' as const, namespace, name, master: link.master, before: null }]),
    ...network
      .addresses(namespace, name)
      .map(({ address, family }) => ({ op: 'address-add' as const, namespace, dev: name, address, family })),
    ...(link.up ? [{ op: 'link-up' as const, namespace, name }] : []),
  ]
  return [{ op: 'link-delete', namespace, name, restore: make(live) }, ...make(right)]
}

function added(namespace: string, link: LiveLink, { local, remote, id, port, key }: Ends): KernelStep[] {
  const { kind, name, mac, mtu, vxlan, tunnel } = link
  const made = { namespace, name, mac, mtu }
  if (vxlan && id !== null && port !== null)
    return [
      {
        op: 'vxlan-add',
        ...made,
        ...vxlan,
        id,
        port,
        local: local ?? '',
        remote: vxlan.remote === null ? null : remote,
      },
      ...(vxlan.remote === null ? [{ op: 'vxlan-fdb-add' as const, namespace, name, mac: anyMac, remote }] : []),
    ]
  if (!tunnel || !isTunnelKind(kind)) return []
  return [{ op: 'tunnel-add', ...made, ...tunnelOf({ kind, local, remote, id, port, key, ttl: tunnel.ttl }) }]
}

const fdbOf = (network: Network, namespace: string, { name }: LiveLink): KernelStep[] =>
  (network.namespace(namespace)?.fdb ?? []).flatMap(({ dev, mac, dst, permanent }) =>
    dev === name && dst !== null && permanent && mac !== anyMac
      ? [{ op: 'vxlan-fdb-add' as const, namespace, name, mac, remote: dst }]
      : [],
  )
