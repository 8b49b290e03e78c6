/** One order for what several namespaces saw: arrival order inside each, wires and clock between them. */
import { shareWires } from './share-wires.js'
import type { Member } from './sighting.js'

/** Frame that came in -> the same frame where it had gone out, at the other end of the cable; and what shares a cable. */
export type Wires = ReadonlyMap<Member, Member>

/** Stamps of the two ends of a cable may swap by this much on a busy machine; measured 0.6..9.3 µs apart. Nanoseconds. */
const clockSlackNs = 1000

export function pairWires(members: readonly Member[]): Wires {
  const sent = new Map<string, Member[]>()
  for (const member of members) {
    if (member.direction !== 'out') continue
    const { namespace, link } = member
    // What leaves by lo comes in by lo.
    const far = link.kind === 'loopback' ? { namespace, index: link.index } : link.peer
    if (!far?.namespace) continue
    const key = `${far.namespace}/${far.index} ${member.bytes}`
    const queue = sent.get(key)
    if (queue) queue.push(member)
    else sent.set(key, [member])
  }
  const wires = new Map<Member, Member>()
  for (const member of members) {
    if (member.direction !== 'in') continue
    const queue = sent.get(`${member.namespace}/${member.link.index} ${member.bytes}`)
    if (!queue) continue
    // The latest that had left by then: of repeated frames (ARP), earlier ones may have been lost.
    const latest = queue.findLastIndex(({ time }) => time <= member.time + clockSlackNs)
    const [out] = latest < 0 ? [] : queue.splice(latest, 1)
    if (out) wires.set(member, out)
  }
  for (const [member, from] of shareWires(members, wires, clockSlackNs)) wires.set(member, from)
  return wires
}

/** Merges the namespaces' own orders: always the earliest frame whose sender has been seen. */
export function mergeOrder(members: readonly Member[], wires: Wires): Member[] {
  const queues = new Map<string, Member[]>()
  for (const member of members) {
    const queue = queues.get(member.namespace)
    if (queue) queue.push(member)
    else queues.set(member.namespace, [member])
  }
  const heads = [...queues.values()].map((queue) => ({ queue, next: 0 }))
  const done = new Set<Member>()
  const ordered: Member[] = []
  while (ordered.length < members.length) {
    let best: (typeof heads)[number] | null = null
    let blocked: (typeof heads)[number] | null = null
    for (const head of heads) {
      const member = head.queue[head.next]
      if (!member) continue
      const sender = wires.get(member)
      const ready = sender === undefined || done.has(sender)
      if (ready && (best === null || member.time < timeOf(best))) best = head
      if (blocked === null || member.time < timeOf(blocked)) blocked = head
    }
    // Two namespaces cannot wait for each other unless a pair was wrong: then the clock decides.
    const chosen = best ?? blocked
    const member = chosen?.queue[chosen.next]
    if (!chosen || !member) break
    chosen.next++
    done.add(member)
    ordered.push(member)
  }
  return ordered
}

const timeOf = (head: { readonly queue: readonly Member[]; readonly next: number }): number =>
  head.queue[head.next]?.time ?? Infinity
