/** Who was asked for and did not answer: in the film, or by the kernel's own table. */
import { decodeFrame } from '../packet/decode.js'
import type { CapturedFrame, TracedHop } from '../packet/hop.js'
import type { Network } from './network.js'

export type Kept = Pick<CapturedFrame, 'bytes' | 'originalLength'>

/** Who should have taken it next and did not: asked for in vain, or sent to in vain where its link-layer address was known. */
export interface Missed {
  /** Who sends to it. */
  readonly namespace: string
  readonly dev: string
  readonly address: string
  /** By which the packet had come to who sends; null where it starts there. */
  readonly iif: string | null
}

/** ARP and neighbour discovery: the last question of a namespace that has no answer. */
export function findUnanswered(
  at: TracedHop,
  hops: readonly TracedHop[],
  frames: readonly Kept[],
  network: Network,
): Missed | null {
  const { namespace, interface: iif } = at
  let open = null as Missed | null
  for (const hop of hops) {
    if (hop.namespace !== namespace || (hop.leg !== 'arp' && hop.leg !== 'ndp') || hop.frame === null) continue
    const frame = frames[hop.frame]
    if (!frame || hop.interface === null) continue
    const message = decodeFrame(frame.bytes, { originalLength: frame.originalLength }).neighbour
    if (!message) continue
    // The parent of the sub-interface that asks: it sends the question on, and an answer to it is not yet one to who asked.
    if (open?.address === message.subjectIp && network.standsOn(namespace, open.dev, hop.interface)) continue
    if (message.op === 'request' && hop.direction === 'out' && hop.event === 'sent')
      open = { namespace, dev: hop.interface, address: message.subjectIp, iif }
    else if (message.op === 'reply' && hop.direction === 'in' && open?.address === message.subjectIp) open = null
  }
  return open
}

/** Asked for where no frame could be sent, as on a bridge without a carrier: the kernel's own table says so. */
export function unresolved(network: Network, { namespace, interface: iif }: TracedHop, dst: string): Missed | null {
  const neighbours = network.namespace(namespace)?.neighbours ?? []
  for (const { dev, via } of network.ways(namespace, dst)) {
    if (dev === null) continue
    // A gateway that is an address of one's own is none: the kernel asks for the destination itself.
    const address = via === null || network.owns(namespace, via) ? dst : via
    const entry = neighbours.find((each) => each.dev === dev && each.address === address)
    if (entry?.state === 'FAILED' || entry?.state === 'INCOMPLETE') return { namespace, dev, address, iif }
  }
  return null
}
