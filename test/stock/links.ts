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
  /** By fault: code and place, the sentence, whether the fix was tried, its commands. */
  readonly diagnoses: Readonly<Record<string, string>>
  /** After an edit of every field: what is left to do, and the same for the way back. */
  readonly edited: readonly string[]
  /** Namespaces and links beyond `lo` once it is down. */
  readonly remains: readonly string[]
}

export const planTexts = (wanted: LabFile, session: Session): string[] =>
  diff(normalise(wanted), session.live, { former: 'everything' }).map(({ text }) => text)

export async function apply(session: Session, lab: LabFile): Promise<void> {
  const applied = await session.request('lab/apply', { lab, former: 'standing' })
  if (!applied.ok) throw new Error(applied.failure.message)
  await session.request('live/refresh', {})
}

/** Types a command in a namespace. */
export function typed(session: Session, namespace: string, command: string): void {
  const anchor = ['--target', String(session.anchorPid), '--mount', '--net', '--pid', '--']
  execFileSync('nsenter', [...anchor, 'nsenter', `--net=/run/netns/${namespace}`, '--', 'sh', '-c', command])
}

export async function film(session: Session, from: string, to: string) {
  const traced = await session.request('trace/run', { from, to })
  if (!traced.ok) throw new Error(traced.failure.message)
  return traced.trace
}

/** Of these features, those that were not tried or are not there. */
export const missingOf = (session: Session, wanted: readonly string[]): readonly string[] =>
  wanted.filter((name) => !session.capabilities.features.some((each) => each.name === name && each.available))

/** Namespaces and links beyond `lo`. */
export const remainsOf = (session: Session): readonly string[] =>
  session.live.namespaces.flatMap(({ name, links }) =>
    links.filter(({ kind }) => kind !== 'loopback').map((link) => `${name}:${link.name}`),
  )

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

interface Fault {
  readonly broken: string
  readonly mended: string
  readonly from: string
  readonly to: string
}

/** Of the switch, as typed in it. */
const faults: Readonly<Record<string, Fault>> = {
  'trunk without the VLAN': {
    broken: 'bridge vlan del dev t1 vid 20',
    mended: 'bridge vlan add dev t1 vid 20',
    from: 'r',
    to: '10.20.0.1',
  },
  'access port in another VLAN': {
    broken: 'bridge vlan del dev p2 vid 20; bridge vlan add dev p2 vid 30 pvid untagged',
    mended: 'bridge vlan del dev p2 vid 30; bridge vlan add dev p2 vid 20 pvid untagged',
    from: 'r',
    to: '10.20.0.1',
  },
  'access port that leaves the tag on': {
    broken: 'bridge vlan add dev p2 vid 20 pvid',
    mended: 'bridge vlan add dev p2 vid 20 pvid untagged',
    from: 'r',
    to: '10.20.0.1',
  },
  'trunk that takes the tag off': {
    broken: 'bridge vlan add dev t1 vid 20 untagged',
    mended: 'bridge vlan add dev t1 vid 20',
    from: 'r',
    to: '10.20.0.1',
  },
  'cable that loses everything': {
    broken: 'tc qdisc add dev p2 root netem loss 100%',
    mended: 'tc qdisc del dev p2 root',
    from: 'r',
    to: '10.20.0.1',
  },
  'cable that holds everything back': {
    broken: 'tc qdisc add dev p2 root netem delay 5s',
    mended: 'tc qdisc del dev p2 root',
    from: 'r',
    to: '10.20.0.1',
  },
  'two isolated ports': { broken: 'true', mended: 'true', from: 'a', to: '10.10.0.3' },
}

async function explain(session: Session, { from, to }: Fault): Promise<string> {
  await session.request('live/refresh', {})
  const { diagnosis } = await film(session, from, to)
  if (!diagnosis) return 'none'
  const { code, namespace, interface: name, cause, fix } = diagnosis
  return [
    `${code} ${namespace}:${name}`,
    // How often somebody asks again is the kernel's business.
    cause.replace(/probe: \d+\.$/, 'probe: N.'),
    ...(fix ? [fix.tried ? 'tried' : 'untried', ...fix.commands] : []),
  ].join('\n')
}

/** Each with neighbours that are unknown and, where the probe gets through when all is well, known. */
async function explainAll(session: Session): Promise<Record<string, string>> {
  const diagnoses: Record<string, string> = {}
  for (const [name, fault] of Object.entries(faults)) {
    for (const warmth of ['cold', 'warm']) {
      for (const namespace of ['a', 'b', 'r']) typed(session, namespace, 'ip neigh flush all')
      if (warmth === 'warm') await film(session, fault.from, fault.to)
      typed(session, 'sw', fault.broken)
      diagnoses[`${name}, ${warmth}`] = await explain(session, fault)
      typed(session, 'sw', fault.mended)
    }
  }
  return diagnoses
}

export async function studyLinks(session: Session, file: string): Promise<LinkStudy> {
  const { labFile: lab } = parseLabText(readFileSync(file, 'utf8'), file)
  if (lab === null) throw new Error(`${file} is no lab`)
  await session.request('lab/clear', {})
  await apply(session, lab)
  const checked = await session.request('lab/check', {})
  if (!checked.ok) throw new Error(checked.failure.message)
  const back = labFromLive(session.live, lab.name)
  const left = [...planTexts(lab, session), ...planTexts(back.lab, session)]
  const seen = await film(session, 'a', '10.20.0.1')
  const requests = seen.hops.filter(({ leg, observed }) => leg === 'request' && observed)
  const diagnoses = await explainAll(session)
  const other = changed(lab)
  await apply(session, other)
  const there = planTexts(other, session)
  await apply(session, lab)
  const edited = [...there, ...planTexts(lab, session)]
  await session.request('lab/clear', {})
  await session.request('live/refresh', {})
  return {
    missing: missingOf(session, ['dummy', 'vlan', 'vlan-filtering']),
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
    remains: remainsOf(session),
  }
}
