/** Tunnels that were told no `local`: the kernel takes the address of their way, which is known when all stands. */
import { networkPrefix, parseAddress } from '../../lab/address.js'
import { quote } from '../../lab/describe.js'
import { mainTable } from '../../lab/table.js'
import { wayTo, type WayRoute, type Ways } from '../../plan/way-source.js'
import { said } from '../../words/said.js'
import type { Tell } from '../notice.js'
import { deleteDevice } from './links.js'
import type { Device, Namespace, Network, TunnelSaid, TunnelSettings } from './network.js'

/** Gives every tunnel its own end; one without any goes, and is named. */
export function settleTunnels(network: Network, tell: Tell): void {
  for (const namespace of network.namespaces.values()) {
    const tunnels = [...namespace.devices.values()].filter(({ tunnel }) => tunnel !== null)
    if (tunnels.length === 0) continue
    const ways = waysOf(namespace)
    for (const device of tunnels) settle(network, device, ways, tell)
  }
}

export const isSettled = (tunnel: TunnelSaid): tunnel is TunnelSettings => !('local' in tunnel) || tunnel.local !== null

function settle(network: Network, device: Device, ways: Ways, tell: Tell): void {
  const { tunnel, tunnelAt } = device
  if (!tunnel || !tunnelAt) return
  const found = remotesOf(tunnel).map((text) => {
    const remote = parseAddress(text)
    return remote && wayTo(remote, ways)
  })
  const by = tunnelAt.by
  if (by !== null && !found.every((way) => way?.dev === by.name))
    tell(tunnelAt.byOffset, {
      message: said`\`dev ${by.name}\` is left out; a lab's tunnel finds its way by its addresses.`,
      hint: null,
    })
  if (isSettled(tunnel)) return
  const sources = new Set(found.map((way) => way?.source ?? null))
  const [source] = sources
  if (sources.size === 1 && typeof source === 'string') {
    device.tunnel = { ...tunnel, local: source }
    return
  }
  tell(tunnelAt.offset, {
    message: said`The tunnel ${quote(device.name)} is left out: no one address of ${quote(device.namespace.name)} is on the way to its remote end.`,
    hint: said`Add \`local\` and the address that it is to send from.`,
  })
  deleteDevice(network, device)
}

const remotesOf = (tunnel: TunnelSaid): readonly string[] =>
  tunnel.remote !== undefined
    ? [tunnel.remote]
    : tunnel.type === 'vxlan'
      ? (tunnel.fdb ?? []).map(({ remote }) => remote)
      : []

function waysOf({ devices, routes }: Namespace): Ways {
  const up = [...devices.values()].filter((device) => device.up)
  const addresses = up.flatMap(({ name: dev, addresses: own }) => own.map((prefix) => ({ dev, prefix })))
  const connected = addresses.flatMap(({ dev, prefix }): WayRoute[] =>
    dev === 'lo' ? [] : [{ to: networkPrefix(prefix), via: null, dev, metric: 0, source: null }],
  )
  const told = [...routes.values()].flatMap(({ to, via, device, metric, source, table }): WayRoute[] =>
    device && table === mainTable ? [{ to, via, dev: device.name, metric: metric ?? 0, source }] : [],
  )
  return { routes: [...connected, ...told], addresses }
}
