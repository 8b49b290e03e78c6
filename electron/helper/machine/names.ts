/** What namespaces are called by whoever made them. */
import { cgroupOwner } from '../../core/machine/cgroup.js'
import type { ContainerNames } from '../../core/machine/engine-state.js'
import { netnsName } from '../../core/machine/mounts.js'
import { orderedNames, type MachineName } from '../../core/machine/view.js'
import type { Discovered, Discovery } from './discover.js'
import { containerNames, engineNetworks, type EngineNetworks, type Wanted } from './engines.js'
import type { SeenProcess } from './processes.js'

/** Processes that are named, where nothing else names a namespace. */
const mostProcesses = 5
/** Digits of an id, as engines shorten it. */
const shortId = 12

export interface Named {
  /** By the inode of the namespace. */
  readonly names: ReadonlyMap<number, readonly MachineName[]>
  readonly networks: EngineNetworks
}

export async function namesOf({ namespaces, firstInode }: Discovery): Promise<Named> {
  const owners = new Map<string, ReturnType<typeof cgroupOwner>>()
  const ownerOf = ({ cgroup }: SeenProcess): ReturnType<typeof cgroupOwner> => {
    const known = owners.get(cgroup) ?? cgroupOwner(cgroup)
    owners.set(cgroup, known)
    return known
  }
  const wanted = new Map<string, Wanted>()
  for (const { processes } of namespaces.values())
    for (const { container, uid } of processes.map(ownerOf))
      if (container) wanted.set(container.id, { ...container, uid })
  const told = await containerNames([...wanted.values()])
  return {
    names: new Map(
      [...namespaces.values()].map((each) => [each.inode, namesFor(each, each.inode === firstInode, ownerOf, told)]),
    ),
    networks: engineNetworks([...wanted.values()]),
  }
}

function namesFor(
  { inode, processes, mounts }: Discovered,
  isFirst: boolean,
  ownerOf: (process: SeenProcess) => ReturnType<typeof cgroupOwner>,
  told: ContainerNames,
): MachineName[] {
  const owners = processes.map(ownerOf)
  const names: MachineName[] = owners.flatMap(({ container, pod }) => {
    const known = container === null ? [] : (told.get(container.id) ?? [])
    const inside: MachineName[] =
      container !== null && known.length === 0
        ? [{ kind: 'container', engine: container.engine, name: container.id.slice(0, shortId), detail: container.id }]
        : [...known]
    const inPod = pod !== null && !inside.some(({ kind }) => kind === 'pod')
    const podName: MachineName[] = inPod ? [{ kind: 'pod', engine: pod.engine, name: pod.id, detail: null }] : []
    return [...inside, ...podName]
  })
  for (const { path, by } of mounts) {
    const name = netnsName(path)
    const detail = by === null ? path : `${path}, as process ${by.pid} (${by.comm}) sees it`
    if (name !== null) names.push({ kind: 'netns', engine: null, name, detail })
  }
  // Of the namespace of the first process everything is a part: that process stands for it.
  const units = isFirst ? [] : owners.flatMap(({ unit }) => (unit === null ? [] : [unit]))
  for (const name of units) names.push({ kind: 'unit', engine: 'systemd', name, detail: null })
  if (names.length === 0 || names.every(({ kind }) => kind === 'unit'))
    for (const { pid, comm } of processes.slice(0, isFirst ? 1 : mostProcesses))
      names.push({ kind: 'process', engine: null, name: comm, detail: `pid ${pid}` })
  const [mount] = mounts
  if (names.length === 0 && mount)
    names.push({ kind: 'netns', engine: null, name: mount.path.split('/').at(-1) ?? `${inode}`, detail: mount.path })
  return orderedNames(names)
}
