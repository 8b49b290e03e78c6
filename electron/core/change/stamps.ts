/** Ready-made parts of a network, each a lab of its own that is pasted: names and subnets are renewed on the way. */
import { labVersion, type LabFile } from '../lab/schema.js'
import type { LinkEntry, NamespaceEntry, Point } from './lab-change.js'

/** How many of what repeats in it can be asked for; null: nothing repeats. */
export const stamps = {
  lan: { least: 1, usual: 3, most: 20 },
  'two-lans': null,
  'nat-gateway': null,
  'container-host': null,
  'router-line': { least: 2, usual: 3, most: 10 },
} as const satisfies Readonly<Record<string, { least: number; usual: number; most: number } | null>>
export type StampKind = keyof typeof stamps

/** From one station to the next, and from a switch to what hangs below it (canvas units): a box and room for its cable. */
const station = { beside: 244, below: 300, stacked: 120 } as const
/** From one router of a line to the next. */
const routerStep = 400

class Stamp {
  private readonly namespaces: Record<string, NamespaceEntry> = {}
  private readonly links: LinkEntry[] = []
  private readonly layout: Record<string, Point> = {}

  /** @param x and `y` of its top left corner (canvas units) */
  put(name: string, x: number, y: number, entry: NamespaceEntry): this {
    this.namespaces[name] = entry
    this.layout[name] = { x, y }
    return this
  }

  cable(a: string, b: string): this {
    this.links.push([a, b])
    return this
  }

  /** A bridge with stations below it, from address 2 of 10.0.SUBNET.0/24 on; its own ports are behind `up` others. */
  lan(
    sw: string,
    subnet: number,
    names: readonly string[],
    up: readonly string[],
    { x, stations }: { readonly x: number; readonly stations: (at: number) => Point },
  ): this {
    const ports = [...up, ...names.map((_, at) => `eth${up.length + at}`)]
    this.put(sw, x, 0, { bridges: { br0: { ports } } })
    for (const [at, name] of names.entries()) {
      const place = stations(at)
      const entry = stationEntry(`10.0.${subnet}.${at + 2}/24`, up.length > 0 ? `10.0.${subnet}.1` : null)
      this.put(name, place.x, place.y, entry).cable(`${sw}:eth${up.length + at}`, `${name}:eth0`)
    }
    return this
  }

  file(name: string): LabFile {
    const { namespaces, links, layout } = this
    return { vethlab: labVersion, name, namespaces, links, layout }
  }
}

const stationEntry = (address: string, via: string | null): NamespaceEntry => ({
  interfaces: { eth0: { addresses: [address] } },
  ...(via !== null && { routes: [{ to: 'default', via }] }),
})

const stackedAt =
  (x: number) =>
  (at: number): Point => ({ x, y: station.below + at * station.stacked })

const numbered = (stem: string, count: number, first = 0): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${stem}${first + at}`)

const builders: { readonly [Kind in StampKind]: (count: number) => Stamp } = {
  lan: (count) =>
    new Stamp().lan('sw0', 1, numbered('ns', count), [], {
      x: 0,
      stations: (at) => ({ x: at * station.beside, y: station.below }),
    }),
  'two-lans': () =>
    new Stamp()
      // Between and below the switches, stations stacked beside it: all of it can be read in a small window.
      .put('r0', station.beside, station.below, {
        forwarding: true,
        interfaces: { eth0: { addresses: ['10.0.1.1/24'] }, eth1: { addresses: ['10.0.2.1/24'] } },
      })
      .lan('sw0', 1, ['ns0', 'ns1'], ['eth0'], { x: 0, stations: stackedAt(0) })
      .lan('sw1', 2, ['ns2', 'ns3'], ['eth0'], { x: 604, stations: stackedAt(704) })
      .cable('r0:eth0', 'sw0:eth0')
      .cable('r0:eth1', 'sw1:eth0'),
  'nat-gateway': () =>
    new Stamp()
      .put('gw0', 260, 0, {
        forwarding: true,
        interfaces: { eth0: { addresses: ['10.0.1.1/24'] }, eth1: { addresses: ['10.0.2.1/24'] } },
        nat: [{ masquerade: '10.0.1.0/24', out: 'eth1' }],
      })
      // It knows of no subnet behind the gateway, as the Internet does not.
      .put('outside0', 680, 36, stationEntry('10.0.2.2/24', null))
      .put('ns0', 0, 20, stationEntry('10.0.1.2/24', '10.0.1.1'))
      .cable('ns0:eth0', 'gw0:eth0')
      .cable('gw0:eth1', 'outside0:eth0'),
  'container-host': () =>
    new Stamp()
      .put('docker0', 0, 0, {
        forwarding: true,
        bridges: { br0: { addresses: ['10.0.1.1/24'], ports: ['eth1', 'eth2'] } },
        interfaces: { eth0: { addresses: ['10.0.2.1/24'] } },
        nat: [
          { masquerade: '10.0.1.0/24', out: 'eth0' },
          { dnat: { protocol: 'tcp', port: 8080 }, to: '10.0.1.2:80', in: 'eth0' },
        ],
      })
      .put('web0', 0, 332, {
        ...stationEntry('10.0.1.2/24', '10.0.1.1'),
        services: [{ listen: 'tcp', port: 80, reply: 'hello' }],
      })
      .put('app0', station.beside, 332, stationEntry('10.0.1.3/24', '10.0.1.1'))
      .put('client0', 604, 0, stationEntry('10.0.2.2/24', null))
      .cable('docker0:eth1', 'web0:eth0')
      .cable('docker0:eth2', 'app0:eth0')
      .cable('docker0:eth0', 'client0:eth0'),
  'router-line': (count) => routerLine(count),
}

/** Subnets 1 to COUNT + 1 from one end to the other; a router knows those on either side of it by the next one there. */
function routerLine(count: number): Stamp {
  const stamp = new Stamp()
  const subnets = numbered('', count + 1, 1)
  stamp.put('ns0', 0, 0, stationEntry('10.0.1.2/24', '10.0.1.1'))
  for (let at = 0; at < count; at += 1) {
    const [before, behind] = [at + 1, at + 2]
    const routes = subnets.flatMap((text) => {
      const subnet = Number(text)
      if (subnet === before || subnet === behind) return []
      return [{ to: `10.0.${subnet}.0/24`, via: subnet < before ? `10.0.${before}.1` : `10.0.${behind}.2` }]
    })
    // Of a subnet between two routers, the first has address 1 and the second 2; at the ends the router has 1.
    const left = at === 0 ? 1 : 2
    stamp.put(`r${at}`, (at + 1) * routerStep, 0, {
      forwarding: true,
      interfaces: {
        eth0: { addresses: [`10.0.${before}.${left}/24`] },
        eth1: { addresses: [`10.0.${behind}.1/24`] },
      },
      ...(routes.length > 0 && { routes }),
    })
    stamp.cable(at === 0 ? 'ns0:eth0' : `r${at - 1}:eth1`, `r${at}:eth0`)
  }
  return stamp
    .put('ns1', (count + 1) * routerStep, 0, stationEntry(`10.0.${count + 1}.2/24`, `10.0.${count + 1}.1`))
    .cable(`r${count - 1}:eth1`, 'ns1:eth0')
}

/** @param count of what repeats in it, kept within its bounds */
export function stampOf(kind: StampKind, count: number | null = null): LabFile {
  const bounds = stamps[kind]
  const many = bounds ? Math.min(Math.max(Math.round(count ?? bounds.usual), bounds.least), bounds.most) : 0
  return builders[kind](many).file(kind)
}
