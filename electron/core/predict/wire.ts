/** Layer 2: which interfaces a frame passes, and who takes it. The way is that of `reach`; here is what may stop it. */
import { reach, type Framed, type Place } from '../diagnosis/frames.js'
import type { Network } from '../diagnosis/network.js'
import { isAnyTunnel } from '../lab/tunnel.js'
import { isCarrierNews } from '../live/carrier.js'
import type { LiveLink } from '../live/state.js'
import { said } from '../words/said.js'
import { CannotSay, type Step } from './prediction.js'

/** Who takes the frame, and the places that it passes until then. */
export interface Carried {
  /** Null: nobody takes it. */
  readonly taker: Place | null
  readonly steps: readonly Step[]
  /** What bridges on the way know of the address, as `bridge fdb` lists it: nothing where they flood. */
  readonly entries: readonly { readonly namespace: string; readonly line: string }[]
}

/** What bridges learn while the packet travels: the port of a hardware address, by bridge and VLAN. */
export class Wire {
  readonly #learned = new Map<string, string>()

  constructor(private readonly network: Network) {}

  /** Stations that hear what `start` sends to all, or to a group that all listen to. */
  broadcast(start: Place, mac: string, isGroup: boolean): readonly Framed[] {
    this.#careful(start)
    const heard = reach(this.network, start).filter(
      (each) => this.#isStation(each, start) && this.#leaves(each, start) && this.#passes(each, isGroup),
    )
    for (const each of heard) this.#learn(wayOf(each), mac)
    return heard
  }

  /** A frame of `start` for one hardware address. */
  unicast(start: Place, mac: string): Carried {
    this.#careful(start)
    const reached = reach(this.network, start)
    const taker = reached.find(
      (each) => each.link.mac === mac && this.#isStation(each, start) && this.#leaves(each, start),
    )
    if (!taker) return { taker: null, steps: this.#inVain(start, reached), entries: [] }
    const way = wayOf(taker)
    const steps = stepsOf(this.network, way)
    const entries: { namespace: string; line: string }[] = []
    for (const [at, place] of way.entries()) {
      const next = way[at + 1]
      if (!next || next.namespace !== place.namespace) continue
      const behind = this.#behind(place, next, mac)
      if (behind?.dev)
        entries.push({
          namespace: place.namespace,
          line: `${mac} dev ${behind.dev} master ${behind.bridge}${behind.dev === behind.bridge ? ' permanent' : ''}`,
        })
      const isStopped = !this.#crosses(place, next) || !this.#leadsTo(behind, next)
      if (isStopped) return { taker: null, steps: steps.slice(0, at + 1), entries }
    }
    this.#learn(way, start.link.mac ?? '')
    return { taker: { namespace: taker.namespace, link: taker.link }, steps, entries }
  }

  /** Nobody there has that address: bridges send it everywhere, and the last place that is sure is the first bridge's. */
  #inVain(start: Place, reached: readonly Framed[]): Step[] {
    if (!isOn(start.link)) return []
    const first = reached[0]
    const next = reached.find(({ before, link }) => before === first && link !== start.link)
    if (!first || !next) return []
    const way = start.link.bridge ? [first] : [first, ...(next.link.master === null ? [] : [next])]
    return stepsOf(this.network, way)
  }

  /** Takes frames for itself, or hands them to what is above it. */
  #isStation({ link, tags, passing, namespace }: Framed, start: Place): boolean {
    const isStart = namespace === start.namespace && link.index === start.link.index
    return !isStart && tags.length === 0 && !passing && link.master === null && link.bond === undefined
  }

  /** A port does not send through its own bridge what its own namespace sends by it. */
  #leaves(place: Framed, start: Place): boolean {
    if (start.link.master === null) return true
    const second = wayOf(place)[1]
    return second?.namespace !== start.namespace
  }

  #passes(place: Framed, isGroup: boolean): boolean {
    const way = wayOf(place)
    return way.every((each, at) => {
      const next = way[at + 1]
      if (!next || next.namespace !== each.namespace) return true
      // What the bridge itself sends to all leaves by all (br_flood, net/bridge/br_forward.c).
      const isFlooded = isGroup || each.link.bridge !== null || next.link.port?.bcastFlood !== false
      return this.#crosses(each, next) && isFlooded
    })
  }

  /** Whether a bridge lets it from one of its ports to another, or to and from itself. */
  #crosses(from: Framed, to: Framed): boolean {
    const ports = [from.link, to.link].flatMap(({ port }) => port ?? [])
    if (ports.some(({ state }) => state !== 'forwarding')) return false
    return ports.length < 2 || !ports.every(({ isolated }) => isolated)
  }

  /** Behind which port, or itself, a bridge has the address; null where no bridge is. */
  #behind(from: Framed, to: Framed, mac: string): { bridge: string; dev: string | null } | null {
    const bridge = bridgeOf(from.link, to.link)
    if (bridge === null) return null
    const { namespace } = from
    const { fdb = [] } = this.network.namespace(namespace) ?? {}
    const learned = this.#learned.get(`${namespace}/${bridge} ${mac}`)
    const entries = fdb.filter((each) => each.mac === mac && each.master === bridge)
    // A permanent entry is the bridge's own, whatever port it stands at: a bridge has the addresses of its ports.
    if (entries.some(({ permanent }) => permanent)) return { bridge, dev: bridge }
    const written = entries.find((each) => each.static)
    return { bridge, dev: written?.dev ?? learned ?? entries[0]?.dev ?? null }
  }

  /** Whether the bridge believes that the address is behind that port; one that it has not heard of is behind all. */
  #leadsTo(behind: { bridge: string; dev: string | null } | null, { link }: Framed): boolean {
    if (behind === null) return true
    if (behind.dev === behind.bridge) return link.bridge !== null
    return behind.dev === null ? link.port?.flood !== false : behind.dev === link.name
  }

  #learn(way: readonly Framed[], mac: string): void {
    for (const [at, place] of way.entries()) {
      const next = way[at + 1]
      const bridge = next && next.namespace === place.namespace ? bridgeOf(place.link, next.link) : null
      if (bridge !== null && place.link.port && place.link.port.learning !== false)
        this.#learned.set(`${place.namespace}/${bridge} ${mac}`, place.link.name)
    }
  }

  #careful({ namespace, link }: Place): void {
    if (isAnyTunnel(link.kind)) throw new CannotSay(said`${namespace}:${link.name} is a tunnel.`)
    if (link.share) throw new CannotSay(said`${namespace}:${link.name} shares its cable.`)
    if (!link.carrier && isCarrierNews(link))
      throw new CannotSay(said`The kernel has yet to notice that ${namespace}:${link.name} has lost its carrier.`)
  }
}

export const isOn = ({ up, carrier, kind }: LiveLink): boolean => up && (carrier || kind === 'bridge')

/** From where it was sent to the place, both included. */
function wayOf(place: Framed): Framed[] {
  const way: Framed[] = []
  for (let at: Framed | undefined = place; at; at = at.before) way.unshift(at)
  return way
}

/** The bridge between two places of one namespace; null where none is. */
function bridgeOf(from: LiveLink, to: LiveLink): string | null {
  if (from.bridge && to.master === from.name) return from.name
  if (to.bridge && from.master === to.name) return to.name
  return from.master !== null && from.master === to.master ? from.master : null
}

function stepsOf(network: Network, way: readonly Framed[]): Step[] {
  return way.map((place, at) => {
    const { namespace, link } = place
    const before = way[at - 1]
    if (link.impair && decides(link)) throw new CannotSay(said`${namespace}:${link.name} loses frames by chance.`)
    if (place.passing || link.share) throw new CannotSay(said`${namespace}:${link.name} shares its cable.`)
    if (isAnyTunnel(link.kind)) throw new CannotSay(said`${namespace}:${link.name} is a tunnel.`)
    return { namespace, interface: link.name, direction: directionOf(network, before, place) }
  })
}

const decides = ({ impair }: LiveLink): boolean =>
  [impair?.lossPercent, impair?.corruptPercent, impair?.duplicatePercent].some((percent) => (percent ?? 0) > 0)

/** What goes down to a port, a member or a parent leaves; what comes over a cable or up from one of these comes in. */
function directionOf(network: Network, before: Framed | undefined, { namespace, link }: Framed): Step['direction'] {
  if (!before) return 'out'
  const far = network.peer(before.link)
  if (far?.namespace === namespace && far.link.index === link.index) return 'in'
  const isDown =
    (link.master !== null && bridgeOf(before.link, link) === link.master) ||
    before.link.vlan?.link === link.name ||
    link.bond === before.link.name
  return isDown ? 'out' : 'in'
}
