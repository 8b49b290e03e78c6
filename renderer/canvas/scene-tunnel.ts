/** Tunnels of the picture: what one is called, and which two ends belong together. */
import type { LabInterface } from '../../electron/core/lab/lab.js'
import { isTunnelKind } from '../../electron/core/lab/tunnel.js'
import type { LiveFdbEntry, LiveLink } from '../../electron/core/live/state.js'
import type { SceneInterface, SceneTunnel } from './scene.js'

/** As the kernel has it, or as the file says while there is none. */
export function tunnelOf(
  wanted: LabInterface | undefined,
  link: LiveLink | undefined,
  fdb: readonly LiveFdbEntry[],
): SceneTunnel | null {
  if (link?.vxlan) {
    const { id, local, remote } = link.vxlan
    const others = fdb.flatMap(({ dev, dst }) => (dev === link.name ? (dst ?? []) : []))
    return { label: `VXLAN ${id}`, network: `vxlan ${id}`, id, local, remotes: distinct([remote, ...others]) }
  }
  if (link?.tunnel) return plain(link.kind, link.tunnel)
  if (link?.wireguard) return wireguard(link.wireguard.peers.map(({ endpoint }) => endpoint))
  if (link) return null
  if (wanted?.kind === 'vxlan') {
    const { id, local, remote, fdb: entries } = wanted
    const remotes = distinct([remote, ...entries.map((entry) => entry.remote)])
    return { label: `VXLAN ${id}`, network: `vxlan ${id}`, id, local, remotes }
  }
  if (wanted?.kind === 'wireguard') return wireguard(wanted.peers.map(({ endpoint }) => endpoint))
  return wanted && isTunnelKind(wanted.kind) && 'key' in wanted ? plain(wanted.kind, wanted) : null
}

const wireguard = (endpoints: readonly (string | null)[]): SceneTunnel => ({
  ...{ label: 'WireGuard', network: 'wireguard', id: null, local: null },
  remotes: distinct(endpoints.map((endpoint) => endpoint?.replace(/:\d+$/, '').replace(/^\[|\]$/g, '') ?? null)),
})

/** Names that people write otherwise than the kernel. */
const titles: Readonly<Record<string, string>> = {
  ...{ gre: 'GRE', gretap: 'GRETAP', ipip: 'IPIP', sit: 'SIT', ip6gre: 'IP6GRE', geneve: 'Geneve' },
}

type Ends = Pick<NonNullable<LiveLink['tunnel']>, 'local' | 'remote' | 'key' | 'id'>

function plain(kind: string, { local, remote, key, id }: Ends): SceneTunnel {
  const title = titles[kind] ?? kind
  const more = id !== null ? ` ${id}` : key !== null ? ` key ${key}` : ''
  return { label: `${title}${more}`, network: `${kind}${more}`, id, local, remotes: distinct([remote]) }
}

const distinct = (texts: readonly (string | null)[]): string[] => [...new Set(texts.filter((text) => text !== null))]

/** Pairs of interfaces: the remote end of one is an address in the other's namespace, and both are of one network. */
export function tunnelPairs(
  byId: ReadonlyMap<string, SceneInterface>,
): readonly (readonly [SceneInterface, SceneInterface])[] {
  const owners = new Map<string, string>()
  for (const each of byId.values())
    for (const address of each.addresses) owners.set(address.text.split('/')[0] as string, each.namespace)
  const ends = [...byId.values()].filter((each) => each.tunnel !== null)
  const seen = new Set<string>()
  return ends.flatMap((end) => {
    const found = (end.tunnel?.remotes ?? []).flatMap((remote) => {
      const near = ends.filter(
        ({ namespace, tunnel }) =>
          namespace !== end.namespace && namespace === owners.get(remote) && tunnel?.network === end.tunnel?.network,
      )
      // Of several between the same two namespaces, the one that is there at that address.
      return near.find(({ tunnel }) => tunnel?.local === remote) ?? near[0] ?? []
    })
    // Either side may be the one that knows the other.
    return [...new Set(found)].flatMap((other) => {
      const key = [end.id, other.id].toSorted().join(' ')
      return seen.has(key) ? [] : (seen.add(key), [[end, other] as const])
    })
  })
}
