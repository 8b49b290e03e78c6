/**
 * Names of containers and of their networks, from what their engines keep: state files where they may be read, else the engines' sockets. Only
 * GET is ever sent there. What is missing is no failure: a container then bears the beginning of its id.
 */
import { request } from 'node:http'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  fromBundle,
  fromDockerConfig,
  fromEngineApi,
  fromPodmanStorage,
  type ContainerNames,
} from '../../core/machine/engine-state.js'
import { object, parsed } from '../../core/machine/json.js'
import { fromCni, fromDockerSettings, fromNetavark, type EngineNetwork } from '../../core/machine/networks.js'
import type { MachineName } from '../../core/machine/view.js'
import { readText } from './processes.js'
import { readRegularFile } from '../regular-file.js'

export interface Wanted {
  readonly engine: string
  readonly id: string
  /** In whose session it runs; null: in nobody's. */
  readonly uid: number | null
}

/** An engine that is asked answers at once, or is busy with other things (milliseconds). */
const answerMs = 1500
/** Of an answer (bytes): thousands of containers. */
const mostBytes = 16 * 1024 * 1024

/** A container's state is some kilobytes, a list of hundreds of containers a megabyte (bytes). */
const mostStateBytes = 8 * 1024 * 1024

const json = (path: string): unknown => parsed(readRegularFile(path, mostStateBytes) ?? '')

/** Home directory of a user, by the machine's account database. */
function homeOf(uid: number): string | null {
  const line = (readText('/etc/passwd') ?? '').split('\n').find((each) => each.split(':')[2] === String(uid))
  return line?.split(':')[5] || null
}

/** What engines call their networks: those of the machine, and those of users, whose namespaces are others. */
export interface EngineNetworks {
  readonly machine: readonly EngineNetwork[]
  readonly users: readonly EngineNetwork[]
}

/** Files of a directory that are read: nobody has that many networks. */
const mostNetworks = 1000

function networkFiles(directory: string, pattern: RegExp): readonly unknown[] {
  try {
    const names = readdirSync(directory).filter((name) => pattern.test(name))
    return names.slice(0, mostNetworks).map((name) => json(join(directory, name)))
  } catch {
    return []
  }
}

export function engineNetworks(wanted: readonly Wanted[]): EngineNetworks {
  const ofDocker = (root: string): readonly EngineNetwork[] =>
    wanted.flatMap(({ engine, id }) =>
      engine === 'docker' ? fromDockerSettings(object(json(dockerConfig(root, id)))['NetworkSettings']) : [],
    )
  const homes = [...new Set(wanted.flatMap(({ uid }) => uid ?? []))].flatMap((uid) => homeOf(uid) ?? [])
  return {
    machine: [
      ...ofDocker(dockerRoot),
      ...networkFiles('/etc/containers/networks', /\.json$/).flatMap(fromNetavark),
      ...networkFiles('/etc/cni/net.d', /\.conf(?:list)?$/).flatMap(fromCni),
    ],
    users: homes.flatMap((home) => [
      ...ofDocker(`${home}/.local/share/docker`),
      ...networkFiles(`${home}/.local/share/containers/storage/networks`, /\.json$/).flatMap(fromNetavark),
    ]),
  }
}

const dockerRoot = '/var/lib/docker'
const dockerConfig = (root: string, id: string): string => `${root}/containers/${id}/config.v2.json`

export async function containerNames(wanted: readonly Wanted[]): Promise<ContainerNames> {
  const names = new Map<string, readonly MachineName[]>()
  const lists = new Map<string, ContainerNames>()
  const podmanList = (path: string): ContainerNames => {
    const known = lists.get(path) ?? fromPodmanStorage(json(path))
    lists.set(path, known)
    return known
  }
  for (const each of wanted) {
    const found = fromFiles(each, podmanList)
    if (found.length > 0) names.set(each.id, found)
  }
  for (const engine of ['docker', 'podman'] as const) {
    if (!wanted.some((each) => each.engine === engine && !names.has(each.id))) continue
    for (const path of socketsOf(engine, wanted))
      for (const [id, told] of fromEngineApi(engine, await get(path, '/containers/json')))
        if (!names.has(id) && told.length > 0) names.set(id, told)
  }
  return names
}

function fromFiles({ engine, id, uid }: Wanted, podmanList: (path: string) => ContainerNames): readonly MachineName[] {
  const home = uid === null ? null : homeOf(uid)
  switch (engine) {
    case 'docker': {
      const roots = [dockerRoot, ...(home === null ? [] : [`${home}/.local/share/docker`])]
      return first(roots.map((root) => () => fromDockerConfig(json(dockerConfig(root, id)))))
    }
    case 'podman': {
      const roots = [...(home === null ? [] : [`${home}/.local/share/containers`]), '/var/lib/containers']
      const drivers = ['overlay', 'vfs', 'btrfs']
      const paths = roots.flatMap((root) =>
        drivers.map((driver) => `${root}/storage/${driver}-containers/containers.json`),
      )
      return first(paths.map((path) => () => podmanList(path).get(id) ?? []))
    }
    case 'containerd': {
      const spaces = ['k8s.io', 'default', 'moby']
      const root = '/run/containerd/io.containerd.runtime.v2.task'
      return first(spaces.map((space) => () => fromBundle('containerd', json(`${root}/${space}/${id}/config.json`))))
    }
    case 'cri-o': {
      const root = '/run/containers/storage/overlay-containers'
      return fromBundle('cri-o', json(`${root}/${id}/userdata/config.json`))
    }
    default:
      return []
  }
}

function first(sources: readonly (() => readonly MachineName[])[]): readonly MachineName[] {
  for (const source of sources) {
    const found = source()
    if (found.length > 0) return found
  }
  return []
}

function socketsOf(engine: 'docker' | 'podman', wanted: readonly Wanted[]): readonly string[] {
  const own = process.getuid?.()
  const uids = new Set([...(own === undefined ? [] : [own]), ...wanted.flatMap(({ uid }) => uid ?? [])])
  const name = engine === 'docker' ? 'docker.sock' : 'podman/podman.sock'
  return ['/run', ...[...uids].map((uid) => `/run/user/${uid}`)].map((directory) => `${directory}/${name}`)
}

/** Null: nobody answers there, or not in time. */
function get(socketPath: string, path: string): Promise<unknown> {
  try {
    if (!statSync(socketPath).isSocket()) return Promise.resolve(null)
  } catch {
    return Promise.resolve(null)
  }
  return new Promise((resolve) => {
    const asked = request({ socketPath, path, method: 'GET', headers: { host: 'localhost' } }, (answer) => {
      const parts: Buffer[] = []
      let length = 0
      answer.on('data', (part: Buffer) => {
        length += part.length
        if (length > mostBytes) asked.destroy()
        else parts.push(part)
      })
      answer.on('error', () => resolve(null))
      answer.on('close', () => resolve(null))
      answer.on('end', () => resolve(parsed(Buffer.concat(parts).toString('utf8'))))
    })
    const late = setTimeout(() => asked.destroy(), answerMs)
    asked.on('error', () => resolve(null))
    asked.on('close', () => clearTimeout(late))
    asked.end()
  })
}
