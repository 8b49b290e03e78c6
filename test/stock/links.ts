/**
 * Runs inside the emulated machine: devices of the link layer that few other kernels have all of. A trunk between a
 * filtering switch and a router on a stick, built, read back, edited, filmed, broken and taken down.
 */
import type { LabFile } from '../../electron/core/lab/schema.js'
import type { Session } from '../../electron/session/session.js'
import { built, editedAndBack, emptied, film, missingOf, remainsOf, typed, type Study } from './study.js'

export interface LinkStudy extends Study {
  /** Kernel features of the link layer that are not there. */
  readonly missing: readonly string[]
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
  const { lab, ...study } = await built(session, file)
  const seen = await film(session, 'a', '10.20.0.1')
  const requests = seen.hops.filter(({ leg, observed }) => leg === 'request' && observed)
  const diagnoses = await explainAll(session)
  const edited = await editedAndBack(session, lab, changed(lab))
  await emptied(session)
  return {
    ...study,
    missing: missingOf(session, ['dummy', 'vlan', 'vlan-filtering']),
    film: requests.map(
      ({ namespace, interface: name, direction, packet }) =>
        `${namespace}:${name} ${direction} ${packet?.vlan?.id ?? '-'}`,
    ),
    changed: requests.flatMap((hop) => hop.changed.filter((path) => path.startsWith('vlan.'))),
    ...{ diagnoses, edited, remains: remainsOf(session) },
  }
}
