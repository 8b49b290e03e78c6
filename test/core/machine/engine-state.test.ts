import { expect, test } from 'vitest'
import {
  fromBundle,
  fromDockerConfig,
  fromEngineApi,
  fromPodmanStorage,
} from '../../../electron/core/machine/engine-state.js'

const id = 'c'.repeat(64)

test("Docker's own file of a container says its name, and the project it was composed in", () => {
  const config = { Image: 'nginx:1.27', Labels: { 'com.docker.compose.project': 'shop' } }
  expect(fromDockerConfig({ ID: id, Name: '/shop-web-1', Config: config })).toEqual([
    { kind: 'container', engine: 'docker', name: 'shop-web-1', detail: 'compose shop' },
  ])
  expect(fromDockerConfig({ Name: '/web', Config: { Image: 'nginx:1.27', Labels: null } })).toEqual([
    { kind: 'container', engine: 'docker', name: 'web', detail: 'nginx:1.27' },
  ])
})

test("what cri-dockerd started is known by its pod's name", () => {
  const name = '/k8s_nginx_web-5f7c_default_2f1c3a4b-5d6e-7f80-9a1b-2c3d4e5f6071_0'
  expect(fromDockerConfig({ Name: name, Config: {} })).toEqual([
    { kind: 'container', engine: 'docker', name: 'nginx', detail: 'default/web-5f7c' },
    { kind: 'pod', engine: 'kubernetes', name: 'web-5f7c', detail: 'default' },
  ])
})

test("Podman's list says the names of all of a user's containers", () => {
  const metadata = JSON.stringify({ 'image-name': 'docker.io/library/alpine:latest', name: 'db' })
  const names = fromPodmanStorage([{ id, names: ['db'], image: 'e'.repeat(64), metadata }, { id: 7 }, null])
  expect([...names]).toEqual([
    [id, [{ kind: 'container', engine: 'podman', name: 'db', detail: 'docker.io/library/alpine:latest' }]],
  ])
})

test("an engine's answer to GET /containers/json names them too", () => {
  const answer = [{ Id: id, Names: ['/web'], Image: 'nginx', Labels: { 'com.docker.compose.project': 'shop' } }]
  expect(fromEngineApi('docker', answer).get(id)).toEqual([
    { kind: 'container', engine: 'docker', name: 'web', detail: 'compose shop' },
  ])
})

test('the bundle of a container says what Kubernetes calls it', () => {
  const containerd = {
    'io.kubernetes.cri.container-name': 'nginx',
    'io.kubernetes.cri.sandbox-name': 'web-5f7c',
    'io.kubernetes.cri.sandbox-namespace': 'default',
  }
  const crio = {
    'io.kubernetes.container.name': 'nginx',
    'io.kubernetes.pod.name': 'web-5f7c',
    'io.kubernetes.pod.namespace': 'default',
  }
  for (const [engine, annotations] of [
    ['containerd', containerd],
    ['cri-o', crio],
  ] as const)
    expect(fromBundle(engine, { annotations })).toEqual([
      { kind: 'container', engine, name: 'nginx', detail: 'default/web-5f7c' },
      { kind: 'pod', engine: 'kubernetes', name: 'web-5f7c', detail: 'default' },
    ])
})

test.each([null, 7, 'x', [], {}, [[]], { Name: {} }, { annotations: 7 }, [{ Id: [], Names: 'x' }]])(
  'what is in no such shape names nothing: %j',
  (value) => {
    expect(fromDockerConfig(value)).toEqual([])
    expect([...fromPodmanStorage(value).values()].flat()).toEqual([])
    expect([...fromEngineApi('docker', value).values()].flat()).toEqual([])
    expect(fromBundle('containerd', value)).toEqual([])
  },
)
