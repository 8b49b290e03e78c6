import { expect, test } from 'vitest'
import { cgroupOwner } from '../../../electron/core/machine/cgroup.js'

const id = '4f1c5d2e8a9b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b0c9d'
const other = 'a'.repeat(64)
const uid = '2f1c3a4b-5d6e-7f80-9a1b-2c3d4e5f6071'

/** Lines of /proc/PID/cgroup as the engines' drivers make them, and what they say. */
const lines: readonly (readonly [string, string, object])[] = [
  ['Docker, systemd driver', `0::/system.slice/docker-${id}.scope`, { container: { engine: 'docker', id } }],
  ['Docker, plain driver', `12:pids:/docker/${id}\n0::/docker/${id}`, { container: { engine: 'docker', id } }],
  ['Docker in Docker: the inner one', `0::/docker/${other}/docker/${id}`, { container: { engine: 'docker', id } }],
  [
    'Docker, rootless',
    `0::/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${id}.scope`,
    { container: { engine: 'docker', id }, uid: 1000, unit: null },
  ],
  ['Podman', `0::/machine.slice/libpod-${id}.scope/container`, { container: { engine: 'podman', id } }],
  [
    'Podman, rootless',
    `0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${id}.scope/container`,
    { container: { engine: 'podman', id }, uid: 1000 },
  ],
  ['Podman, plain driver', `0::/libpod_parent/libpod-${id}`, { container: { engine: 'podman', id } }],
  [
    'Podman, in a pod',
    `0::/machine.slice/machine-libpod_pod_${other}.slice/libpod-${id}.scope`,
    { container: { engine: 'podman', id }, pod: { engine: 'podman', id: other } },
  ],
  [
    'Kubernetes with containerd, systemd driver',
    `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${uid.replaceAll('-', '_')}.slice/cri-containerd-${id}.scope`,
    { container: { engine: 'containerd', id }, pod: { engine: 'kubernetes', id: uid } },
  ],
  [
    'Kubernetes with containerd, plain driver',
    `11:memory:/kubepods/besteffort/pod${uid}/${id}\n0::/`,
    { container: { engine: 'containerd', id }, pod: { engine: 'kubernetes', id: uid } },
  ],
  [
    'Kubernetes with CRI-O',
    `0::/kubepods.slice/kubepods-pod${uid.replaceAll('-', '_')}.slice/crio-${id}.scope`,
    { container: { engine: 'cri-o', id }, pod: { engine: 'kubernetes', id: uid } },
  ],
  ['nerdctl', `0::/system.slice/nerdctl-${id}.scope`, { container: { engine: 'containerd', id } }],
  ['a service', '0::/system.slice/nginx.service', { container: null, unit: 'nginx.service' }],
  ['a service of a user', '0::/user.slice/user-7.slice/user@7.service/app.slice/web.service', { unit: 'web.service' }],
  ['a machine', '0::/machine.slice/machine-debian.scope/payload', { unit: 'machine-debian.scope' }],
  ['a login', '0::/user.slice/user-1000.slice/session-3.scope', { container: null, unit: null, uid: 1000 }],
  ['nothing', '', { container: null, pod: null, unit: null, uid: null }],
  ['no control group of an engine', `0::/docker/${'z'.repeat(64)}`, { container: null }],
  ['an id and nothing else', `0::/${id}`, { container: null }],
]

test.each(lines)('%s', (_, text, says) => {
  expect(cgroupOwner(text)).toMatchObject(says)
})

test('a path of the longest kind is read in time, whatever stands in it', () => {
  const hostile = ['/user-', '/pod', '/kubepods-', '/libpod_pod_', '/-', '/\u001b[31m<b>'].map((part) =>
    part.repeat(Math.floor(4096 / part.length)),
  )
  for (const path of hostile) expect(cgroupOwner(`0::${path}`).container).toBe(null)
})
