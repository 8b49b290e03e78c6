/** Networks by chance, from a seed, as a model that two builders read: a line of routers, hosts on their bridges, an outside. */
import { randomFrom } from '../../electron/core/challenge/random.js'

export interface Device {
  readonly name: string
  readonly addresses: readonly string[]
  /** Of a bridge. */
  readonly ports?: readonly string[]
}

export interface Station {
  readonly name: string
  readonly devices: readonly Device[]
  readonly forwarding: boolean
  readonly routes: readonly { readonly to: string; readonly via: string }[]
  /** The interface behind which the lab's own addresses are hidden. */
  readonly masquerade: string | null
  readonly rpFilter: 0 | 1 | 2
  /** Answers TCP port 80. */
  readonly serves: boolean
}

export interface Network {
  readonly stations: readonly Station[]
  readonly cables: readonly (readonly [readonly [string, string], readonly [string, string]])[]
}

export interface FuzzHost {
  readonly name: string
  readonly address: string
  /** Its router, and the port of the router's bridge that it hangs on. */
  readonly router: string
  readonly port: string
  readonly subnet: number
}

export interface FuzzLab {
  readonly network: Network
  readonly hosts: readonly FuzzHost[]
  readonly routers: readonly string[]
  readonly outside: string | null
  readonly random: () => number
}

export const outsideAddress = '203.0.113.10'

/** Router i has 10.i.0.1/24 on its bridge and 10.(100+i).0.1 towards the next; the last may lead to the outside, by NAT. */
export function fuzzLab(seed: number): FuzzLab {
  const random = randomFrom(seed)
  const below = (n: number): number => Math.floor(random() * n)
  const count = 1 + below(3)
  const rpFilter = below(3) as 0 | 1 | 2
  const hasOutside = random() < 0.5
  const stations: Station[] = []
  const cables: [[string, string], [string, string]][] = []
  const hosts: FuzzHost[] = []
  for (let i = 0; i < count; i++) {
    const name = `r${i}`
    const last = i === count - 1
    const ports = Array.from({ length: 1 + below(2) }, (_, n) => `p${n}`)
    const devices: Device[] = [{ name: 'br0', addresses: [`10.${i}.0.1/24`], ports }]
    if (i > 0) devices.push({ name: 'west', addresses: [`10.${99 + i}.0.2/24`] })
    if (!last) devices.push({ name: 'east', addresses: [`10.${100 + i}.0.1/24`] })
    const way = (to: number): string => (to < i ? `10.${99 + i}.0.1` : `10.${100 + i}.0.2`)
    const routes = Array.from({ length: count }, (_, to) => to)
      .filter((to) => to !== i)
      .map((to) => ({ to: `10.${to}.0.0/24`, via: way(to) }))
    if (hasOutside && last) {
      devices.push({ name: 'wan', addresses: ['172.16.0.2/24'] })
      routes.push({ to: 'default', via: '172.16.0.1' })
    } else if (hasOutside) routes.push({ to: 'default', via: way(count) })
    const masquerade = hasOutside && last ? 'wan' : null
    stations.push({ name, devices, forwarding: true, routes, masquerade, rpFilter, serves: false })
    if (!last)
      cables.push([
        [name, 'east'],
        [`r${i + 1}`, 'west'],
      ])
    for (const [n, port] of ports.entries()) {
      const host: FuzzHost = { name: `h${i}${n}`, address: `10.${i}.0.${10 + n}`, router: name, port, subnet: i }
      hosts.push(host)
      cables.push([
        [host.name, 'eth0'],
        [name, port],
      ])
      const eth0 = { name: 'eth0', addresses: [`${host.address}/24`] }
      const gateway = [{ to: 'default', via: `10.${i}.0.1` }]
      stations.push({
        name: host.name,
        devices: [eth0],
        forwarding: false,
        routes: gateway,
        masquerade: null,
        rpFilter,
        serves: true,
      })
    }
  }
  const outside = hasOutside ? 'outside' : null
  if (outside !== null) {
    const lo = { name: 'lo', addresses: [`${outsideAddress}/32`] }
    const wan = { name: 'wan', addresses: ['172.16.0.1/24'] }
    stations.push({
      name: outside,
      devices: [lo, wan],
      forwarding: false,
      routes: [],
      masquerade: null,
      rpFilter,
      serves: true,
    })
    cables.push([
      [`r${count - 1}`, 'wan'],
      [outside, 'wan'],
    ])
  }
  const routers = stations.filter(({ forwarding }) => forwarding).map(({ name }) => name)
  return { network: { stations, cables }, hosts, routers, outside, random }
}

/** `10.1.0.10` -> `fd00:10:1:0::10`: the decimal digits are taken as hexadecimal ones. */
export const hostIpv6 = (address: string): string => {
  const [a, b, c, d] = address.split('.')
  return `fd00:${a}:${b}:${c}::${d}`
}

const prefixIpv6 = (prefix: string): string => {
  const [address = '', length] = prefix.split('/')
  return length === '32' ? `${hostIpv6(address)}/128` : `${hostIpv6(address).replace(/::0$/, '::')}/64`
}

/** The same network with an IPv6 address beside each of IPv4, and a route beside each route; NAT is of IPv4 alone. */
export const dualStack = ({ stations, cables }: Network): Network => ({
  cables,
  stations: stations.map((station) => ({
    ...station,
    devices: station.devices.map((device) => ({
      ...device,
      addresses: [...device.addresses, ...device.addresses.map(prefixIpv6)],
    })),
    routes: [
      ...station.routes,
      ...station.routes.map(({ to, via }) => ({ to: to === 'default' ? to : prefixIpv6(to), via: hostIpv6(via) })),
    ],
  })),
})

/** Neighbours that nobody is are given up after three questions; asked faster, labs are faster (milliseconds). */
export const retransMs = 60

export function labYaml({ stations, cables }: Network): string {
  const namespaces = stations.map((station) => {
    const entry = {
      forwarding: station.forwarding,
      bridges: Object.fromEntries(
        station.devices.flatMap(({ name, addresses, ports }) =>
          ports ? [[name, { addresses, ports, mac: bridgeMac(station.name) }]] : [],
        ),
      ),
      interfaces: Object.fromEntries(
        station.devices.flatMap(({ name, addresses, ports }) => (ports ? [] : [[name, { addresses }]])),
      ),
      routes: station.routes,
      ...(station.masquerade === null ? {} : { nat: [{ masquerade: '10.0.0.0/8', out: station.masquerade }] }),
      ...(station.serves ? { services: [{ listen: 'tcp', port: 80, reply: 'hi\n' }] } : {}),
      sysctls: {
        'net.ipv4.conf.all.rp_filter': station.rpFilter,
        ...Object.fromEntries(
          station.devices
            .filter(({ name }) => name !== 'lo')
            .flatMap(({ name, addresses }) =>
              ['ipv4', ...(addresses.some((each) => each.includes(':')) ? ['ipv6'] : [])].map(
                (family) => [`net.${family}.neigh.${name}.retrans_time_ms`, retransMs] as const,
              ),
            ),
        ),
      },
    }
    return `  ${station.name}: ${JSON.stringify(entry)}`
  })
  const links = cables.map((ends) => `[${ends.map((end) => end.join(':')).join(', ')}]`)
  return `namespaces:\n${namespaces.join('\n')}\nlinks: [${links.join(', ')}]\n`
}

/** A bridge takes the least address of its ports, and another one with other ports: chance, that two networks do not share. */
export const bridgeMac = (station: string): string =>
  `02:b0:00:00:00:${Number(station.replace(/\D/g, '') || 0)
    .toString(16)
    .padStart(2, '0')}`
