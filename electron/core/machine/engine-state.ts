/** What container engines write down of their containers, each in its own shape. Anything else is passed over. */
import { list, object, parsed, text, type Json } from './json.js'
import type { MachineName } from './view.js'

/** Names by the container's id (64 hex digits). */
export type ContainerNames = ReadonlyMap<string, readonly MachineName[]>

const container = (engine: string, name: string, detail: string | null): MachineName => ({
  kind: 'container',
  engine,
  name: name.replace(/^\//, ''),
  detail,
})

/** `k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT`, as cri-dockerd names what it starts. */
function dockershim(engine: string, name: string): readonly MachineName[] | null {
  const [mark, inside, pod, namespace] = name.replace(/^\//, '').split('_')
  if (mark !== 'k8s' || inside === undefined || pod === undefined || namespace === undefined) return null
  const podName: MachineName = { kind: 'pod', engine: 'kubernetes', name: pod, detail: namespace }
  return inside === 'POD' ? [podName] : [container(engine, inside, `${namespace}/${pod}`), podName]
}

function named(engine: string, name: string | null, labels: Json, image: string | null): readonly MachineName[] {
  if (name === null) return []
  const project = text(labels['com.docker.compose.project']) ?? text(labels['io.podman.compose.project'])
  return dockershim(engine, name) ?? [container(engine, name, project === null ? image : `compose ${project}`)]
}

/** Docker's `containers/ID/config.v2.json`. */
export function fromDockerConfig(value: unknown): readonly MachineName[] {
  const { Name, Config } = object(value)
  const { Image, Labels } = object(Config)
  return named('docker', text(Name), object(Labels), text(Image))
}

/** Podman's `containers.json`, that of containers/storage: all of a user's in one list. */
export function fromPodmanStorage(value: unknown): ContainerNames {
  return new Map(
    list(value).flatMap((each) => {
      const { id, names, metadata } = object(each)
      const inner = object(parsed(text(metadata) ?? ''))
      const name = text(list(names)[0]) ?? text(inner['name'])
      const key = text(id)
      return key === null ? [] : [[key, named('podman', name, {}, text(inner['image-name']))] as const]
    }),
  )
}

/** Answer of `GET /containers/json`, which Podman gives in Docker's words. */
export function fromEngineApi(engine: string, value: unknown): ContainerNames {
  return new Map(
    list(value).flatMap((each) => {
      const { Id, Names, Image, Labels } = object(each)
      const key = text(Id)
      return key === null ? [] : [[key, named(engine, text(list(Names)[0]), object(Labels), text(Image))] as const]
    }),
  )
}

/** `config.json` of an OCI bundle: containerd and CRI-O note there what Kubernetes, or nerdctl, calls it. */
export function fromBundle(engine: string, value: unknown): readonly MachineName[] {
  const notes = object(object(value)['annotations'])
  const note = (...keys: readonly string[]): string | null =>
    keys.map((key) => text(notes[key])).find((each) => each !== null) ?? null
  const pod = note('io.kubernetes.cri.sandbox-name', 'io.kubernetes.pod.name')
  const namespace = note('io.kubernetes.cri.sandbox-namespace', 'io.kubernetes.pod.namespace')
  const name = note('io.kubernetes.cri.container-name', 'io.kubernetes.container.name', 'nerdctl/name')
  const within = pod === null ? note('nerdctl/namespace') : `${namespace ?? ''}/${pod}`
  return [
    ...(name === null || name === 'POD' ? [] : [container(engine, name, within)]),
    ...(pod === null ? [] : [{ kind: 'pod' as const, engine: 'kubernetes', name: pod, detail: namespace }]),
  ]
}
