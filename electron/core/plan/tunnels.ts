/** Tunnels in plans: what makes them, what they have by themselves, and where a VXLAN sends what. */
import type { LabInterface, LabVxlan, VxlanFdb } from '../lab/lab.js'
import { anyMac } from '../lab/normalise-tunnel.js'
import { isTunnelKind, type LabTunnel, type TunnelKind } from '../lab/tunnel.js'
import type { LiveFdbEntry, LiveLink } from '../live/state.js'
import type { Scope } from './scope.js'
import type { KernelStep } from './step.js'

export type TunnelInterface = Extract<LabInterface, { readonly kind: TunnelKind }>
type VxlanInterface = Extract<LabInterface, { readonly kind: 'vxlan' }>
type VxlanAdd = Extract<KernelStep, { readonly op: 'vxlan-add' }>

export const isTunnel = (wanted: LabInterface): wanted is TunnelInterface => isTunnelKind(wanted.kind)

export const tunnelOf = ({
  kind,
  local,
  remote,
  key,
  ttl,
  id,
  port,
}: LabTunnel & { readonly kind: TunnelKind }): LabTunnel & { readonly kind: TunnelKind } => ({
  ...{ kind, local, remote, key, ttl, id, port },
})

/** What the step says of it; what the kernel has anyway goes without saying. */
export const vxlanOf = ({
  id,
  local,
  remote,
  port,
  ttl,
  learning,
}: Omit<LabVxlan, 'fdb'>): Pick<VxlanAdd, 'id' | 'local' | 'remote' | 'port' | 'ttl' | 'learning'> => ({
  ...{ id, local, remote, port },
  ...(ttl === null ? {} : { ttl }),
  ...(learning ? {} : { learning: false as const }),
})

/** What somebody wrote into the forwarding database of a VXLAN; what it learned, and what stands for `remote`, is none of it. */
export const writtenFdb = (fdb: readonly LiveFdbEntry[], { name, vxlan }: LiveLink): VxlanFdb[] =>
  fdb.flatMap(({ dev, mac, dst, permanent }) =>
    dev === name && dst !== null && permanent && !(mac === anyMac && dst === vxlan?.remote)
      ? [{ mac, remote: dst }]
      : [],
  )

const fdbKey = ({ mac, remote }: VxlanFdb): string => `${mac} ${remote}`

/** Entries that a learner wrote by hand stay, unless the lab had them. */
export function planFdb(scope: Scope, namespace: string, wanted: VxlanInterface, live: LiveLink | undefined): void {
  const there = live ? writtenFdb(scope.index.namespaces.get(namespace)?.live.fdb ?? [], live) : []
  const known = new Set(there.map(fdbKey))
  const asked = new Set(wanted.fdb.map(fdbKey))
  const had = scope.formerInterfaces.get(namespace)?.get(wanted.name)
  const former = new Set(had?.kind === 'vxlan' ? had.fdb.map(fdbKey) : [])
  const at = { namespace, name: wanted.name }
  for (const entry of there) {
    const goes = !asked.has(fdbKey(entry)) && (scope.former === 'everything' || former.has(fdbKey(entry)))
    if (goes) scope.draft.add('vxlan-fdb-delete', { op: 'vxlan-fdb-delete', ...at, ...entry })
  }
  for (const entry of wanted.fdb)
    if (!known.has(fdbKey(entry))) scope.draft.add('vxlan-fdb-add', { op: 'vxlan-fdb-add', ...at, ...entry })
}
