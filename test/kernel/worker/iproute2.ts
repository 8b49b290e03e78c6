/** The same namespace as `ip`, `bridge` and `tc` tell it, in the live state's words. */
import type { LiveAddress, LiveFdbEntry, LiveNeighbour, LiveRoute } from '../../../electron/core/live/state.js'
import type { Sandbox } from './sandbox.js'

type Json = Record<string, unknown>
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : [])

/** What of a link both sides tell in the same form. */
export interface ComparedLink {
  readonly index: number
  readonly name: string
  readonly kind: string
  readonly mac: string | null
  readonly mtu: number
  readonly up: boolean
  readonly carrier: boolean
  readonly operstate: string
  readonly master: string | null
  readonly port: { readonly number: number; readonly state: string } | null
  readonly stp: boolean | null
}

export async function ipLinks(sandbox: Sandbox, namespace: string): Promise<ComparedLink[]> {
  return (await sandbox.json(namespace, 'ip -j -d link')).map((link): ComparedLink => {
    const info = (link.linkinfo ?? {}) as Json
    const data = (info.info_data ?? {}) as Json
    const slave = info.info_slave_kind === 'bridge' ? (info.info_slave_data as Json) : null
    const flags = link.flags as string[]
    return {
      index: link.ifindex as number,
      name: link.ifname as string,
      kind: text(info.info_kind) ?? (link.link_type === 'loopback' ? 'loopback' : 'physical'),
      mac: text(link.address),
      mtu: link.mtu as number,
      up: flags.includes('UP'),
      carrier: flags.includes('LOWER_UP'),
      operstate: (link.operstate as string).toLowerCase(),
      master: text(link.master),
      port: slave && { number: parseInt(String(slave.no), 16), state: slave.state as string },
      stp: info.info_kind === 'bridge' ? data.stp_state !== 0 : null,
    }
  })
}

const addressFlags = ['temporary', 'secondary', 'nodad', 'tentative', 'deprecated', 'dadfailed']

export async function ipAddresses(sandbox: Sandbox, namespace: string): Promise<LiveAddress[]> {
  const links = await sandbox.json(namespace, 'ip -j -d addr')
  return links.flatMap((link) =>
    list(link.addr_info).map((info): LiveAddress => ({
      dev: link.ifname as string,
      family: info.family === 'inet' ? 'ipv4' : 'ipv6',
      address: `${info.local as string}/${info.prefixlen as number}`,
      scope: info.scope as string,
      flags: addressFlags.filter((flag) => info[flag] === true),
    })),
  )
}

/** Without `permanent` and whatever else `ip` does not print as a flag. */
export const comparableAddress = (address: LiveAddress): LiveAddress => ({
  ...address,
  flags: address.flags.filter((flag) => addressFlags.includes(flag)),
})

const tables: Record<string, number> = { main: 254, default: 253, local: 255 }

export async function ipRoutes(sandbox: Sandbox, namespace: string): Promise<LiveRoute[]> {
  const read = async (family: 'ipv4' | 'ipv6'): Promise<LiveRoute[]> => {
    const option = family === 'ipv4' ? '-4' : '-6'
    const routes = await sandbox.json(namespace, `ip ${option} -j -d route show table all`)
    const bits = family === 'ipv4' ? 32 : 128
    return routes
      .filter((route) => route.table !== 'local')
      .flatMap((route) => {
        const dst = route.dst as string
        const any = family === 'ipv4' ? '0.0.0.0/0' : '::/0'
        const via = (hop: Json): string | null => text(hop.gateway) ?? text((hop.via as Json | undefined)?.host)
        const common = {
          family,
          to: dst === 'default' ? any : dst.includes('/') ? dst : `${dst}/${bits}`,
          src: text(route.prefsrc),
          metric: (route.metric as number | undefined) ?? 0,
          type: (route.type as string | undefined) ?? 'unicast',
          protocol: route.protocol as string,
          scope: (route.scope as string | undefined) ?? 'global',
          table: tables[route.table as string] ?? Number(route.table),
          mtu: (list(route.metrics).find(({ mtu }) => mtu !== undefined)?.mtu as number | undefined) ?? null,
        }
        const hops = route.nexthops ? list(route.nexthops) : [route]
        return hops.map((hop): LiveRoute => ({
          ...common,
          via: via(hop),
          dev: text(hop.dev),
          weight: (hop.weight as number | undefined) ?? null,
          flags: (hop.flags as string[]).filter((flag) => flag !== 'pervasive'),
        }))
      })
  }
  return [...(await read('ipv4')), ...(await read('ipv6'))]
}

export async function ipNeighbours(sandbox: Sandbox, namespace: string): Promise<LiveNeighbour[]> {
  return (await sandbox.json(namespace, 'ip -j neigh')).map((entry): LiveNeighbour => ({
    dev: entry.dev as string,
    family: (entry.dst as string).includes(':') ? 'ipv6' : 'ipv4',
    address: entry.dst as string,
    mac: text(entry.lladdr),
    state: (entry.state as string[])[0] ?? '',
    router: 'router' in entry,
  }))
}

const isMulticast = (mac: string): boolean => (parseInt(mac.slice(0, 2), 16) & 1) === 1

/** Without the multicast filters of interfaces, which are no forwarding. */
export async function bridgeFdb(sandbox: Sandbox, namespace: string): Promise<LiveFdbEntry[]> {
  return (await sandbox.json(namespace, 'bridge -j fdb'))
    .map((entry): LiveFdbEntry => ({
      dev: entry.ifname as string,
      mac: entry.mac as string,
      master: text(entry.master),
      vlan: (entry.vlan as number | undefined) ?? null,
      dst: text(entry.dst),
      permanent: entry.state === 'permanent',
    }))
    .filter(({ mac, master, dst }) => master !== null || dst !== null || !isMulticast(mac))
}

/** In an order that does not depend on who tells it. */
export const sorted = <T>(values: readonly T[]): T[] =>
  values
    .map((value) => JSON.stringify(value, Object.keys(value as object).sort()))
    .sort()
    .map((json) => JSON.parse(json) as T)
