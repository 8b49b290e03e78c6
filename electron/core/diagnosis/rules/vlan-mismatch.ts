import type { PortVlan } from '../../lab/lab.js'
import type { Step } from '../../plan/step.js'
import { placeKey, reach, vlanAt, type Framed, type Place } from '../frames.js'
import type { Network } from '../network.js'
import type { Question } from '../question.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { say, type Message } from '../words.js'

/** Wired together, and kept apart by VLANs: a filter drops the frame, or somebody takes it with another tag, or with none. */
export const vlanMismatch: Rule = {
  code: 'vlan-mismatch',
  suspect(scene) {
    const gap = findGap(scene)
    if (!gap) return null
    const { namespace, link } = gap.at
    const own = askVlans(gap.at)
    const before = gap.from && askVlans(gap.from)
    const questions = before ? [before, own] : [own]
    return {
      ask: questions,
      ruledOut: say('not-vlan', { namespace }),
      judge: (answers): Finding => ({
        namespace,
        interface: link.name,
        message: gap.message,
        evidence: answers.evidence(...questions),
        repair: gap.steps[0] ? { namespace: gap.steps[0].namespace, steps: gap.steps } : null,
      }),
    }
  },
}

const askVlans = ({ namespace, link }: Place): Question =>
  link.vlan
    ? { namespace, ask: 'link', dev: link.name, details: true }
    : { namespace, ask: 'port-vlans', dev: link.name }

interface Gap {
  readonly at: Place
  /** The port that it came in by, or the sub-interface that gave it its tag. */
  readonly from: Place | null
  readonly message: Message
  readonly steps: readonly Step[]
}

function findGap({ death, network }: Scene): Gap | null {
  // Where neighbours are known, the frame comes to the station that it is for, with a tag that this one does not take.
  const arrived = death?.stage === 'target' || death?.stage === 'forward'
  const missed = death?.missed ?? (arrived ? death.sender : null)
  const link = missed && network.link(missed.namespace, missed.dev)
  if (!missed || !link) return null
  const start = { namespace: missed.namespace, link }
  for (const { namespace, dev } of network.owners(missed.address)) {
    const owner = network.link(namespace, dev)
    if (!owner || !owner.up || namespace === start.namespace) continue
    const end = { namespace, link: owner }
    const way = wiredWay(network, start, end)
    if (way) return gapOn(network, way) ?? gapOn(network, [...way].reverse()) ?? otherProtocol(way, start, end)
  }
  return null
}

/** The same numbers, and tags of another kind: 802.1Q and 802.1ad are told apart by their EtherType (IEEE 802.1Q, table 9-1). */
function otherProtocol(way: readonly Place[], start: Place, end: Place): Gap | null {
  const stack = ({ namespace }: Place): Place[] =>
    way.filter((place) => place.namespace === namespace && place.link.vlan)
  const given = stack(start)
  const taken = stack(end).reverse()
  for (const [index, at] of taken.entries()) {
    const [wanted, other] = [at.link.vlan?.protocol, given[index]?.link.vlan?.protocol]
    if (wanted === undefined || other === undefined || wanted === other) continue
    const place = { namespace: at.namespace, interface: at.link.name }
    return { at, from: given[index] ?? null, message: say('vlan-protocol', { ...place, wanted, other }), steps: [] }
  }
  return null
}

/** The shortest way over cables, bridges and sub-interfaces that are on, whatever their VLANs. */
function wiredWay(network: Network, start: Place, end: Place): readonly Place[] | null {
  const before = new Map<string, Place | null>([[placeKey(start), null]])
  const queue = [start]
  for (let place = queue.shift(); place; place = queue.shift()) {
    if (placeKey(place) === placeKey(end)) {
      const way: Place[] = []
      for (let at: Place | null = place; at; at = before.get(placeKey(at)) ?? null) way.unshift(at)
      return way
    }
    const { namespace, link } = place
    const links = network.namespace(namespace)?.links ?? []
    const bridge = link.bridge ? link.name : link.master
    const near = links.filter(
      (other) =>
        other !== link &&
        ((bridge !== null && (other.name === bridge || other.master === bridge)) ||
          other.vlan?.link === link.name ||
          link.vlan?.link === other.name),
    )
    const far = network.peer(link)
    for (const next of [...near.map((other) => ({ namespace, link: other })), ...(far ? [far] : [])]) {
      if (!next.link.up || before.has(placeKey(next))) continue
      before.set(placeKey(next), place)
      queue.push(next)
    }
  }
  return null
}

/**
 * The first place on the way that no frame of its beginning gets to, or its end, where they come with a tag that is not taken;
 * null where they come out as they were sent.
 */
function gapOn(network: Network, way: readonly Place[]): Gap | null {
  const [start] = way
  const reached = start ? reach(network, start) : []
  const framesAt = (place: Place): readonly Framed[] => reached.filter((each) => placeKey(each) === placeKey(place))
  for (const [index, at] of way.entries()) {
    const from = way[index - 1]
    if (!from || framesAt(at).length > 0) continue
    const tags = framesAt(from)[0]?.tags ?? []
    const bridge = network.link(from.namespace, from.link.bridge ? from.link.name : from.link.master)
    if (bridge?.bridge?.vlanFiltering && from.namespace === at.namespace && !at.link.vlan)
      return bridgeGap(network, bridge.name, from, at, tags)
    // Onto a parent: its sub-interface puts the tag on by itself.
    if (at.link.vlan && network.standsOn(at.namespace, at.link.name, from.link.name))
      return takerGap(at, tags, giver(network, way, index))
    return null
  }
  const last = way.at(-1)
  const came = last ? framesAt(last) : []
  if (!last || came.some(({ tags }) => tags.length === 0)) return null
  return takerGap(last, came[0]?.tags ?? [], giver(network, way, way.length))
}

/** The bridge's port, before that place of the way, by which frames left for another namespace. */
function giver(network: Network, way: readonly Place[], before: number): Place | null {
  const namespace = way[before - 1]?.namespace
  const port = way.slice(0, before).findLast((place) => place.namespace !== namespace)
  const bridge = port && network.link(port.namespace, port.link.master)
  return port && bridge?.bridge?.vlanFiltering ? port : null
}

/** @param by the port that puts the tag on or takes it off */
function takerGap(at: Place, tags: readonly number[], by: Place | null): Gap {
  const { namespace, link } = at
  const [tag] = tags
  const place = { namespace, interface: link.name }
  const wanted = link.vlan?.id
  const message =
    wanted === undefined
      ? say('vlan-tagged', { ...place, vlan: tag ?? 0 })
      : tag === undefined
        ? say('vlan-untagged', { ...place, wanted })
        : say('vlan-other', { ...place, wanted, vlan: tag })
  const steps =
    by === null || (tag !== undefined && wanted !== undefined) ? [] : retag(by, tag ?? wanted ?? 0, tag !== undefined)
  return { at, from: by, message, steps }
}

/** The VLAN leaves by the port without its tag, or with it. */
function retag({ namespace, link }: Place, id: number, untagged: boolean): readonly Step[] {
  const old = link.port?.vlans?.find((vlan) => vlan.id === id)
  if (!old || old.untagged === untagged) return []
  const base = { namespace, name: link.name, self: false }
  return [
    { op: 'port-vlan-delete', ...base, vlan: old },
    { op: 'port-vlan-add', ...base, vlan: { ...old, untagged } },
  ]
}

function bridgeGap(network: Network, bridge: string, from: Place, at: Place, tags: readonly number[]): Gap {
  const { namespace } = from
  const vlan = vlanAt(from.link, tags)
  const entering = { namespace, interface: from.link.name, bridge }
  if (!vlan) {
    const [tag] = tags
    const message = tag === undefined ? say('vlan-no-pvid', entering) : say('vlan-refused', { ...entering, vlan: tag })
    const steps = tag === undefined ? [] : [addVlan(from, { id: tag, pvid: false, untagged: false })]
    return { at: from, from: null, message, steps }
  }
  const message = say('vlan-not-there', { namespace, interface: at.link.name, bridge, vlan: vlan.id })
  return { at, from, message, steps: joinVlan(network, at, vlan.id) }
}

const addVlan = ({ namespace, link }: Place, vlan: PortVlan): Step => ({
  ...{ op: 'port-vlan-add', namespace, name: link.name, vlan, self: link.bridge !== null },
})

/** With a tag where somebody behind the port takes it with one; else as the VLAN of what has none, in place of another. */
function joinVlan(network: Network, place: Place, id: number): readonly Step[] {
  const { namespace, link } = place
  const far = network.peer(link) ?? place
  const takesTag = network
    .namespace(far.namespace)
    ?.links.some(({ vlan }) => vlan?.link === far.link.name && vlan.id === id)
  const there = link.port?.vlans ?? link.bridge?.vlans ?? []
  if (takesTag || there.some((each) => !each.pvid)) return [addVlan(place, { id, pvid: false, untagged: false })]
  const old = there.filter(({ pvid }) => pvid)
  return [
    ...old.map((vlan): Step => ({
      ...{ op: 'port-vlan-delete', namespace, name: link.name, vlan, self: link.bridge !== null },
    })),
    addVlan(place, { id, pvid: true, untagged: true }),
  ]
}
