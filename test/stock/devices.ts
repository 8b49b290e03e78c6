/**
 * Runs inside the emulated machine: devices that stand over others - VRFs, bonds and ipvlans - built, read back, filmed, broken, edited and
 * taken down.
 */
import type { LabFile } from '../../electron/core/lab/schema.js'
import { labFromLive } from '../../electron/core/plan/read-back.js'
import type { Session } from '../../electron/session/session.js'
import { built, editedAndBack, emptied, film, missingOf, remainsOf, typed, type Study } from './study.js'
import { inEnglish } from '../../electron/core/words/said.js'

export interface DeviceStudy extends Study {
  readonly missing: readonly string[]
  /** The member in use, and the outcome: with both cables, without the preferred one, with both again. */
  readonly failedOver: readonly string[]
  /** By fault: code, place, and whether its fix helped. */
  readonly diagnoses: Readonly<Record<string, string>>
  /** By probe: namespace, interface and direction of each frame of the request that was seen. */
  readonly films: Readonly<Record<string, readonly string[]>>
  /** After an edit of every field: what is left to do, and the same for the way back. */
  readonly edited: readonly string[]
  /** What the lab that is read back has no words for, once `unsayable` was typed. */
  readonly unsaid: readonly string[]
  readonly remains: readonly string[]
}

/** In the words that they are read back with. */
export const unsayable: readonly string[] = [
  'ip link set bond0 type bond updelay 200 xmit_hash_policy layer3+4 min_links 1',
  'tc qdisc add dev r-a root netem delay 1ms 1ms 25% loss 0.1% 30%',
  'tc qdisc add dev r-a ingress',
  'ip address add 10.1.7.1/24 dev r-a brd 10.1.7.77 noprefixroute',
  'ip route add 10.77.0.0/16 dev r-a advmss 1000 initcwnd 10',
]

/** Another table, another member, another address. */
function changed(lab: LabFile): LabFile {
  const edited = structuredClone(lab)
  const router = edited.namespaces?.['r']
  if (!router) throw new Error('no router')
  router.vrfs = { red: { table: 11, members: ['r-a', 'r-c'] }, blue: { table: 20, up: false } }
  router.bonds = { bond0: { mode: 'active-backup', members: ['m2'], addresses: ['10.5.0.254/24'], mtu: 1400 } }
  const shared = edited.namespaces?.['p']
  if (!shared) throw new Error('nobody shares')
  shared.interfaces = { ...shared.interfaces, l2: { addresses: ['10.6.0.1/24'], mac: '02:00:00:00:00:06' } }
  shared.ipvlans = {
    iv0: { link: 'l2', mode: 'l3s', in: 'q1', addresses: ['10.6.0.20/24'] },
    iv2: { link: 'l3', mode: 'l3', in: 'q2', addresses: ['10.17.0.12/24'], up: false },
    iv3: { link: 'l3s', mode: 'l2' },
  }
  for (const name of ['q2', 'q3']) edited.namespaces = { ...edited.namespaces, [name]: {} }
  router.routes = [{ to: '10.9.0.0/16', via: '10.1.0.1', table: 11 }]
  return edited
}

interface Fault {
  readonly from: string
  readonly to: string
  readonly at: string
  readonly broken: string
  readonly mended: string
}

const faults: Readonly<Record<string, Fault>> = {
  'no route into the VRF': {
    ...{ from: 'a', to: '10.4.0.1', at: 'r' },
    broken: 'ip route del 10.4.0.0/24 table 10',
    mended: 'ip route add 10.4.0.0/24 dev r-d table 10',
  },
  'a bond without a carrier': {
    ...{ from: 'r', to: '10.5.0.1', at: 'r' },
    broken: 'ip link set m1 down; ip link set m2 down; sleep 1',
    mended: 'ip link set m1 up; ip link set m2 up; sleep 1',
  },
  'an ipvlan and its parent': { from: 'q0', to: '10.6.0.1', at: 'q0', broken: 'true', mended: 'true' },
  'no route back into the VRF': {
    ...{ from: 'a', to: '10.4.0.1', at: 'r' },
    broken: 'ip route del 10.1.0.0/24',
    mended: 'ip route add 10.1.0.0/24 dev r-a',
  },
}

/** Of the two cables of the bond, which one is used when the first is pulled out, and what is heard then. */
async function failOver(session: Session): Promise<readonly string[]> {
  // Whoever sends by one is heard only where that one is in use, too.
  const active = (): string =>
    session.live.namespaces
      .flatMap(({ links }) => links.flatMap(({ bonding }) => (bonding ? [bonding.active ?? 'none'] : [])))
      .join(' ')
  const until = async (wanted: string): Promise<string> => {
    for (let tries = 0; tries < 50 && active() !== `${wanted} ${wanted}`; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      await session.request('live/refresh', {})
    }
    const { outcome } = await film(session, 'r', '10.5.0.1')
    return `${active()} ${outcome}`
  }
  const before = await until('m1')
  typed(session, 'e', 'ip link set m1 down')
  const without = await until('m2')
  typed(session, 'e', 'ip link set m1 up')
  return [before, without, await until('m1')]
}

export async function studyDevices(session: Session, file: string): Promise<DeviceStudy> {
  const { lab, ...study } = await built(session, file)
  const films: Record<string, readonly string[]> = {}
  for (const [from, to] of [
    ['a', '10.9.0.1'],
    ['e', '10.5.0.254'],
    ['q0', '10.6.0.11'],
    ['q0', '10.6.0.2'],
    ['q2', '10.7.0.2'],
    ['q3', '10.8.0.2'],
    ['s', '10.18.0.13'],
  ] as const) {
    const { hops } = await film(session, from, to)
    const request = hops.filter(({ leg }) => leg === 'request')
    const last = request.at(-1)
    films[`${from} ${to}`] = [
      ...request
        .filter(({ observed }) => observed)
        .map(({ namespace, interface: name, direction }) => `${namespace}:${name} ${direction}`),
      `${last?.namespace}:${last?.interface} ${last?.event}`,
    ]
  }
  const failedOver = await failOver(session)
  const diagnoses: Record<string, string> = {}
  for (const [name, { from, to, at, broken, mended }] of Object.entries(faults)) {
    typed(session, at, broken)
    await session.request('live/refresh', {})
    const { diagnosis } = await film(session, from, to)
    diagnoses[name] = diagnosis
      ? `${diagnosis.code} ${diagnosis.namespace}:${diagnosis.interface} ${diagnosis.fix?.tried ? diagnosis.fix.commands.join('; ') : 'untried'}`
      : 'none'
    typed(session, at, mended)
  }
  const edited = await editedAndBack(session, lab, changed(lab))
  for (const words of unsayable) typed(session, 'r', words)
  await session.request('live/refresh', {})
  const unsaid = labFromLive(session.live, lab.name).unexpressed.map(inEnglish)
  await emptied(session)
  return {
    ...study,
    unsaid,
    missing: missingOf(session, ['vrf', 'bond', 'ipvlan']),
    ...{ films, failedOver, diagnoses, edited, remains: remainsOf(session) },
  }
}
