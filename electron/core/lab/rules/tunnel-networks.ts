import type { TunnelEntry } from '../schema.js'
import { defaultGenevePort, defaultVxlanPort } from '../tunnel.js'

/** The same for tunnels that can hear each other: one network, or the same two ends. */
export function tunnelNetwork(tunnel: TunnelEntry): string {
  switch (tunnel.type) {
    case 'vxlan':
      return `vxlan ${tunnel.id} ${tunnel.port ?? defaultVxlanPort}`
    case 'geneve':
      return `geneve ${tunnel.id} ${tunnel.port ?? defaultGenevePort}`
    case 'wireguard':
      // Who is whose peer makes one network of all that are connected so.
      return `wireguard ${tunnel.namespace}:${tunnel.name}`
    default: {
      const ends = [tunnel.local, tunnel.remote].toSorted()
      return `${tunnel.type} ${ends.join(' ')} ${'key' in tunnel ? (tunnel.key ?? '') : ''}`
    }
  }
}
