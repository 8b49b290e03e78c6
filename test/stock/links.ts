/**
 * Runs inside the emulated machine: devices of the link layer that few other kernels have all of. A trunk between a
 * filtering switch and a router on a stick, built, read back, edited, filmed, broken and taken down.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { normalise } from '../../electron/core/lab/normalise.js'
import { parseLabText } from '../../electron/core/lab/parse.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import { diff } from '../../electron/core/plan/diff.js'
import { labFromLive } from '../../electron/core/plan/read-back.js'
import type { Session } from '../../electron/session/session.js'

export interface LinkStudy {
  /** Kernel features of the link layer that are not there. */
  readonly missing: readonly string[]
  readonly checks: readonly string[]
  /** Commands that a plan for the same lab, and for the one that was read back, still has. */
  readonly left: readonly string[]
  readonly unexpressed: readonly string[]
  /** Of a ping between two VLANs: namespace, interface, direction and tags of each frame of the request. */
  readonly film: readonly string[]
  /** What changed of the tags on the way. */
  readonly changed: readonly string[]
  /** By fault: code and place. */
  readonly diagnoses: Readonly<Record<string, string>>
  /** After an edit of every field: what is left to do, and the same for the way back. */
  readonly edited: readonly string[]
  /** Namespaces and links beyond `lo` once it is down. */
  readonly remains: readonly string[]
}

export const texts = (wanted: LabFile, session: Session): string[] =>
  diff(normalise(wanted), session.live, { former: 'everything' }).map(({ text }) => text)

export async function apply(session: Session, lab: LabFile): Promise<void> {
  const applied = await session.request('lab/apply', { lab, former: 'standing' })
  if (!applied.ok) throw new Error(applied.failure.message)
  await session.request('live/refresh', {})
}

export function type(session: Session, namespace: string, command: string): void {
  const anchor = ['--target', String(session.anchorPid), '--mount', '--net', '--pid', '--']
  execFileSync('nsenter', [...anchor, 'nsenter', `--net=/run/netns/${namespace}`, '--', 'sh', '-c', command])
}

async function film(session: Session, from: string, to: string) {
  const traced = await session.request('trace/run', { from, to })
  if (!traced.ok) throw new Error(traced.failure.message)
  return traced.trace
}

/** The same lab with another number, another access port, and another switch of each kind. */
function changed(lab: LabFile): LabFile {
  const edited = structuredClone(lab)
  const { sw, r } = edited.namespaces ?? {}
  const bridge = sw?.bridges?.['br0']
  if (!bridge || !sw || !r) throw new Error('no trunk')
  Object.assign(bridge, { priority: 8192, 'forward-delay': 5, ageing: 30, hairpin: [], isolated: ['p2'] })
  delete bridge.learning
  bridge['port-vlans'] = { p1: { pvid: 30 }, t1: { pvid: 1, tagged: [20, 30] } }
  sw.vlans = {}
  r.vlans = {
    'eth0.10': { link: 'eth0', id: 30, addresses: ['10.10.0.9/24'] },
    v20: { link: 'eth0', id: 20, up: false },
  }
  r.dummies = {}
  return edited
}

const faults: Readonly<Record<string, readonly [namespace: string, broken: string, mended: string]>> = {
  'trunk without the VLAN': ['sw', 'bridge vlan del dev t1 vid 20', 'bridge vlan add dev t1 vid 20'],
}

export async function studyLinks(session: Session, file: string): Promise<LinkStudy> {
  const { labFile: lab } = parseLabText(readFileSync(file, 'utf8'), file)
  if (lab === null) throw new Error(`${file} is no lab`)
  const wanted = new Set(['dummy', 'vlan', 'vlan-filtering'])
  const features = session.capabilities.features.filter(({ name }) => wanted.has(name))
  await session.request('lab/clear', {})
  await apply(session, lab)
  const checked = await session.request('lab/check', {})
  if (!checked.ok) throw new Error(checked.failure.message)
  const back = labFromLive(session.live, lab.name)
  const left = [...texts(lab, session), ...texts(back.lab, session)]
  const seen = await film(session, 'a', '10.20.0.1')
  const requests = seen.hops.filter(({ leg, observed }) => leg === 'request' && observed)
  const diagnoses: Record<string, string> = {}
  for (const [name, [namespace, broken, mended]] of Object.entries(faults)) {
    type(session, 'r', 'ip neigh flush all')
    type(session, namespace, broken)
    await session.request('live/refresh', {})
    const { diagnosis } = await film(session, 'r', '10.20.0.1')
    diagnoses[name] = diagnosis ? `${diagnosis.code} ${diagnosis.namespace}:${diagnosis.interface}` : 'none'
    type(session, namespace, mended)
  }
  const other = changed(lab)
  await apply(session, other)
  const there = texts(other, session)
  await apply(session, lab)
  const edited = [...there, ...texts(lab, session)]
  await session.request('lab/clear', {})
  await session.request('live/refresh', {})
  return {
    missing: [
      ...features.filter(({ available }) => !available).map(({ name }) => name),
      ...[...wanted].filter((name) => !features.some((each) => each.name === name)),
    ],
    checks: checked.checks.map(({ name, ok, actual }) => `${name}: ${ok} ${actual}`),
    left,
    unexpressed: back.unexpressed,
    film: requests.map(
      ({ namespace, interface: name, direction, packet }) =>
        `${namespace}:${name} ${direction} ${packet?.vlan?.id ?? '-'}`,
    ),
    changed: requests.flatMap((hop) => hop.changed.filter((path) => path.startsWith('vlan.'))),
    diagnoses,
    edited,
    remains: session.live.namespaces.flatMap(({ name, links }) =>
      links.filter(({ kind }) => kind !== 'loopback').map((link) => `${name}:${link.name}`),
    ),
  }
}
