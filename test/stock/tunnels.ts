/**
 * Runs inside the emulated machine: one tunnel of every kind between two namespaces, built, read back, filmed, edited, broken
 * in the ways that tunnels break, and taken down. Last of all that runs there: the kernel's own tunnels stay in every namespace.
 */
import type { LabFile } from '../../electron/core/lab/schema.js'
import { labFromLive } from '../../electron/core/plan/read-back.js'
import type { Session } from '../../electron/session/session.js'
import { apply, built, editedAndBack, emptied, film, remainsOf, typed, type Study } from './study.js'
import { inEnglish } from '../../electron/core/words/said.js'

export interface TunnelStudy extends Study {
  readonly missing: readonly string[]
  /** By kind: where the request was seen, and inside of what. */
  readonly films: Readonly<Record<string, string>>
  /** By fault: code, the cause inside, place, and whether the fix was tried. */
  readonly diagnoses: Readonly<Record<string, string>>
  /** After an edit of a key: what is left to do, and the same for the way back. */
  readonly edited: readonly string[]
  /** What the lab that is read back has no words for, once `unsayable` was typed. */
  readonly unsaid: readonly string[]
  /** Whether the tunnel that stayed kept its key. */
  readonly keptKey: boolean
  readonly remains: readonly string[]
}

/** Tunnels to where no way leads, which must leave by one interface: each named as `ip link set` has it. */
export const unsayable = ['gre', 'ipip', 'sit', 'ip6tnl'].map(
  (kind) => `ip link set only-${kind} type ${kind} dev eth0`,
)

type Entry = NonNullable<LabFile['tunnels']>[number]

const changed = (lab: LabFile, change: (entry: Entry) => Entry): LabFile => ({
  ...structuredClone(lab),
  tunnels: (lab.tunnels ?? []).map(change),
})

const publicKey = (session: Session, namespace: string): string | null | undefined =>
  session.live.namespaces.find(({ name }) => name === namespace)?.links.find(({ name }) => name === 'wg0')?.wireguard
    ?.publicKey

async function shown(session: Session, to: string): Promise<string> {
  const { hops } = await film(session, 'a', to)
  return hops
    .filter(({ leg, observed }) => leg === 'request' && observed)
    .map(({ namespace, interface: name, packet }) => {
      const { vxlan, geneve, gre, wireguard, inner } = packet ?? {}
      const around = vxlan ?? geneve ?? gre?.key ?? (gre && 'gre') ?? wireguard?.message ?? (inner && 'ip')
      return `${namespace}:${name}${around === undefined ? '' : ` ${typeof around === 'object' ? around.vni : around}`}`
    })
    .join(', ')
}

async function explained(session: Session, to: string, more: { readonly size?: number; readonly df?: boolean } = {}) {
  await session.request('live/refresh', {})
  const { diagnosis } = await film(session, 'a', to, more)
  if (!diagnosis) return 'none'
  const { code, inside, namespace, interface: name, fix } = diagnosis
  return `${code}${inside ? ` (${inside.code})` : ''} ${namespace}:${name} ${fix ? (fix.tried ? 'tried' : 'not tried') : 'no fix'}`
}

export async function studyTunnels(session: Session, file: string): Promise<TunnelStudy> {
  const { lab, ...study } = await built(session, file)
  const kinds = new Set<string>((lab.tunnels ?? []).map(({ type: kind }) => kind))
  const films: Record<string, string> = {}
  for (const [kind, to] of Object.entries({
    gre: '10.1.0.2',
    geneve: '10.7.0.2',
    wireguard: '10.99.0.2',
  }))
    films[kind] = await shown(session, to)

  const diagnoses: Record<string, string> = {}
  const otherKey = changed(lab, (each) => (each.type === 'gre' && each.namespace === 'b' ? { ...each, key: 8 } : each))
  typed(session, 'b', 'iptables -A INPUT -p gre -j DROP')
  diagnoses['a firewall that drops GRE'] = await explained(session, '10.1.0.2')
  typed(session, 'b', 'iptables -D INPUT -p gre -j DROP')
  diagnoses['too big for the tunnel'] = await explained(session, '10.1.0.2', { size: 1472, df: true })
  typed(session, 'b', 'ip link del gre1 && ip link add gre1 type gre local 10.0.0.2 remote 10.0.0.1 key 8')
  typed(session, 'b', 'ip addr add 10.1.0.2/24 dev gre1 && ip link set gre1 up')
  diagnoses['another key'] = await explained(session, '10.1.0.2')
  await apply(session, lab)

  const keyBefore = publicKey(session, 'b')
  const edited = await editedAndBack(session, lab, otherKey)
  const keptKey = keyBefore !== null && keyBefore !== undefined && publicKey(session, 'b') === keyBefore

  const narrow = changed(lab, (each) =>
    each.type === 'wireguard' && each.namespace === 'b'
      ? { ...each, peers: [{ namespace: 'a', allowed: ['10.99.0.7/32'] }] }
      : each,
  )
  await apply(session, narrow)
  diagnoses['a peer that may not send this'] = await explained(session, '10.99.0.2')
  const astray = changed(lab, (each) =>
    each.type === 'wireguard' && each.namespace === 'a'
      ? { ...each, peers: [{ namespace: 'b', endpoint: '10.0.0.2:51999', allowed: ['10.99.0.0/24'] }] }
      : each,
  )
  await session.request('lab/clear', {})
  await apply(session, astray)
  diagnoses['a peer that never was there'] = await explained(session, '10.99.0.2')
  for (const [kind, ends] of Object.entries({
    ...{ gre: '10.0.0.1 remote 192.0.2.1', ipip: '10.0.0.1 remote 192.0.2.2' },
    ...{ sit: '10.0.0.1 remote 192.0.2.3', ip6tnl: 'fd00::1 remote 2001:db8::1' },
  }))
    typed(session, 'a', `ip link add only-${kind} type ${kind} local ${ends} dev eth0`)
  await session.request('live/refresh', {})
  const unsaid = labFromLive(session.live, lab.name).unexpressed.map(inEnglish)
  await emptied(session)
  return {
    ...study,
    missing: session.capabilities.features.flatMap(({ name, available }) =>
      kinds.has(name) && !available ? [name] : [],
    ),
    ...{ films, diagnoses, edited, keptKey, unsaid },
    remains: remainsOf(session),
  }
}
