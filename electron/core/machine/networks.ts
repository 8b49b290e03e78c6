/** Networks of container engines, by the names that people gave them: what bridge, or what addresses, is whose. */
import type { LiveLink } from '../live/state.js'
import { list, object, text } from './json.js'

export interface EngineNetwork {
  readonly engine: string
  readonly name: string
  /** Its bridge, by name; null where the engine does not write that down. */
  readonly bridge: string | null
  /** Addresses of its gateway, which its bridge has. */
  readonly gateways: readonly string[]
  /** Addresses of containers in it, as far as they are known. */
  readonly members: readonly string[]
}

/** What a container is in, or what a bridge carries. */
export interface NetworkName {
  readonly engine: string
  readonly name: string
}

/** Docker names a bridge by the beginning of its network's id, unless somebody has named it. */
const dockerBridgeDigits = 12

const texts = (...values: readonly unknown[]): string[] => values.flatMap((value) => text(value) ?? [])

/** `NetworkSettings` of Docker's `containers/ID/config.v2.json`, and of its API: network by name. */
export function fromDockerSettings(settings: unknown): readonly EngineNetwork[] {
  return Object.entries(object(object(settings)['Networks'])).flatMap(([name, value]) => {
    const { NetworkID, Gateway, IPv6Gateway, IPAddress, GlobalIPv6Address } = object(value)
    const gateways = texts(Gateway, IPv6Gateway)
    const members = texts(IPAddress, GlobalIPv6Address)
    // `host` and `none` are no networks of anybody's.
    if (members.length === 0) return []
    const id = text(NetworkID)
    const bridge = id === null ? null : `br-${id.slice(0, dockerBridgeDigits)}`
    return [{ engine: 'docker', name, bridge, gateways, members }]
  })
}

/** A file of Podman's `networks` directory, as netavark has it. */
export function fromNetavark(value: unknown): readonly EngineNetwork[] {
  const { name, driver, network_interface: link, subnets } = object(value)
  const called = text(name)
  if (called === null) return []
  const gateways = list(subnets).flatMap((each) => texts(object(each)['gateway']))
  const bridge = driver === 'bridge' ? text(link) : null
  return [{ engine: 'podman', name: called, bridge, gateways, members: [] }]
}

/** A configuration of CNI, alone (`.conf`) or a list of plugins (`.conflist`). */
export function fromCni(value: unknown): readonly EngineNetwork[] {
  const { name, plugins } = object(value)
  const called = text(name)
  if (called === null) return []
  const parts = plugins === undefined ? [object(value)] : list(plugins).map(object)
  return parts.flatMap(({ type, bridge }) =>
    type === 'bridge'
      ? // Without a name of its own it is that of the plugin.
        [{ engine: 'cni', name: called, bridge: text(bridge) ?? 'cni0', gateways: [], members: [] }]
      : [],
  )
}

type Linked = Pick<LiveLink, 'name' | 'kind'>

/** The network whose bridge this is, with these addresses (without prefix length). */
export function networkOfBridge(
  { name, kind }: Linked,
  addresses: readonly string[],
  networks: readonly EngineNetwork[],
): NetworkName | null {
  if (kind !== 'bridge') return null
  const found =
    networks.find(({ bridge }) => bridge === name) ??
    networks.find(({ gateways }) => gateways.some((gateway) => addresses.includes(gateway)))
  return found ? { engine: found.engine, name: found.name } : null
}

/** The network a container is in by an interface that no bridge has a port for. */
export function networkOfMember(
  { kind }: Linked,
  addresses: readonly string[],
  networks: readonly EngineNetwork[],
): NetworkName | null {
  if (kind !== 'macvlan' && kind !== 'ipvlan') return null
  const found = networks.find(({ members }) => members.some((member) => addresses.includes(member)))
  return found ? { engine: found.engine, name: found.name } : null
}
