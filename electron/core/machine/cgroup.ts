/** Whose a process is, by the path of its control group: engines, Kubernetes and systemd all say so there. */

export interface CgroupOwner {
  readonly container: { readonly engine: string; readonly id: string } | null
  /** UID of a Kubernetes pod, or id of a Podman pod. */
  readonly pod: { readonly engine: string; readonly id: string } | null
  /** Innermost service or machine of systemd. */
  readonly unit: string | null
  /** The user in whose session it runs, where the path says so. */
  readonly uid: number | null
}

const id = '[0-9a-f]{64}'
/** `docker-ID.scope` of systemd's driver; prefix of the scope by engine. */
const scopes: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`^docker-(${id})\\.scope$`), 'docker'],
  [new RegExp(`^libpod-(?:payload-)?(${id})(?:\\.scope)?$`), 'podman'],
  [new RegExp(`^cri-containerd-(${id})\\.scope$`), 'containerd'],
  [new RegExp(`^crio-(${id})(?:\\.scope)?$`), 'cri-o'],
  [new RegExp(`^nerdctl-(${id})\\.scope$`), 'containerd'],
]
const bareId = new RegExp(`^${id}$`)
/** `pod2f1c...` of the plain driver, `kubepods-burstable-pod2f1c_...slice` of systemd's. */
const kubePod = /^(?:kubepods(?:-besteffort|-burstable)?-)?pod([0-9a-f]{8}[-_][0-9a-f_-]{27})(?:\.slice)?$/
const podmanPod = /^(?:.*-)?libpod_pod_([0-9a-f]{64})(?:\.slice)?$/
/** Units that say nothing but that somebody is logged in, or that the machine runs. */
const everybodys = /^(?:user@\d+|init|systemd-.*|dbus(?:-broker)?|user-runtime-dir@\d+)\.service$/

/** @param text of /proc/PID/cgroup: a line for each hierarchy, `0::PATH` for the second version's */
export function cgroupOwner(text: string): CgroupOwner {
  const paths = text.split('\n').flatMap((line) => {
    const [, controllers, ...path] = line.split(':')
    return controllers === undefined ? [] : [{ controllers, path: path.join(':') }]
  })
  // systemd's own hierarchy and the second version's say the most; others of the first may be at the root.
  const rank = (controllers: string): number => (controllers === '' ? 0 : controllers === 'name=systemd' ? 1 : 2)
  const owners = paths.toSorted((a, b) => rank(a.controllers) - rank(b.controllers)).map(({ path }) => pathOwner(path))
  return {
    container: owners.find(({ container }) => container)?.container ?? null,
    pod: owners.find(({ pod }) => pod)?.pod ?? null,
    unit: owners.find(({ unit }) => unit)?.unit ?? null,
    uid: owners.find(({ uid }) => uid !== null)?.uid ?? null,
  }
}

function pathOwner(path: string): CgroupOwner {
  const parts = path.split('/')
  let container: CgroupOwner['container'] = null
  let pod: CgroupOwner['pod'] = null
  let unit: string | null = null
  let uid: number | null = null
  parts.forEach((part, at) => {
    for (const [pattern, engine] of scopes) {
      const found = pattern.exec(part)?.[1]
      if (found !== undefined) container = { engine, id: found }
    }
    if (bareId.test(part)) {
      const parent = parts[at - 1] ?? ''
      const engine = parent === 'docker' ? 'docker' : kubePod.test(parent) ? 'containerd' : null
      if (engine !== null) container = { engine, id: part }
    }
    const kube = kubePod.exec(part)?.[1]
    if (kube !== undefined) pod = { engine: 'kubernetes', id: kube.replaceAll('_', '-') }
    const podman = podmanPod.exec(part)?.[1]
    if (podman !== undefined) pod = { engine: 'podman', id: podman }
    const user = /^user-(\d{1,10})\.slice$/.exec(part)?.[1]
    if (user !== undefined) uid = Number(user)
    if (/\.service$/.test(part) && !everybodys.test(part)) unit = part
    if (/^machine-.+\.scope$/.test(part)) unit = part
  })
  return { container, pod, unit: container === null ? unit : null, uid }
}
