/** Tells whose nftables ruleset has changed. The main thread reads it: rules are spelled by `nft` and `iptables`. */
import { traceTable } from '../../core/live/own-table.js'
import { Refusal } from './errno.js'
import type { Namespace } from './namespace.js'
import type { NamespaceListener, Namespaces } from './namespaces.js'
import { eachAttribute, readString } from './netlink/message.js'
import { openNetfilter, rulesetGeneration } from './nfnetlink.js'
import { EPOLLIN, type Poller } from './poller.js'

const NFT_MSG_NEWGEN = 15

/** The generation of a ruleset that nobody has touched. */
const untouchedGeneration = 1

export class RulesetWatch implements NamespaceListener {
  readonly #poller: Poller
  readonly #tell: (namespaces: readonly string[]) => void
  #namespaces: Namespaces | null = null
  readonly #changed = new Set<Namespace>()
  /** Found namespaces, to be asked whether they have rules at all. */
  readonly #found = new Set<Namespace>()
  #planned = false
  #closed = false

  constructor(poller: Poller, tell: (namespaces: readonly string[]) => void) {
    this.#poller = poller
    this.#tell = tell
  }

  start(namespaces: Namespaces): void {
    this.#namespaces = namespaces
    if (this.#found.size > 0) this.#schedule()
  }

  attached(namespace: Namespace, found: boolean): void {
    if (!namespace.ruleset) return
    if (found) this.#found.add(namespace)
    this.#poller.add(namespace.ruleset.fd, EPOLLIN, () => {
      let changed = false
      const lost = namespace.ruleset?.drain((type, bytes, at, end) => (changed ||= isOfLearner(type, bytes, at, end)))
      if (!changed && !lost) return
      this.#changed.add(namespace)
      this.#schedule()
    })
    if (found) this.#schedule()
  }

  detached(namespace: Namespace): void {
    if (namespace.ruleset) this.#poller.remove(namespace.ruleset.fd)
    this.#changed.delete(namespace)
    this.#found.delete(namespace)
  }

  #schedule(): void {
    if (this.#planned || this.#closed || !this.#namespaces) return
    this.#planned = true
    setImmediate(() => {
      this.#planned = false
      if (this.#closed || !this.#namespaces) return
      for (const namespace of this.#found) if (hasRules(this.#namespaces, namespace)) this.#changed.add(namespace)
      this.#found.clear()
      const names = [...this.#changed].map(({ name }) => name)
      this.#changed.clear()
      if (names.length > 0) this.#tell(names)
    })
  }

  close(): void {
    this.#closed = true
  }
}

/** Whether an event is about anything but the table of a trace; the generation's own number says nothing either way. */
function isOfLearner(type: number, bytes: Buffer, at: number, end: number): boolean {
  if ((type & 0xff) === NFT_MSG_NEWGEN) return false
  let own = false
  // The table's name is attribute 1 of every object (linux/netfilter/nf_tables.h).
  eachAttribute(bytes, at + 4, end, (attribute, where, length) => {
    if (attribute === 1) own = readString(bytes, where, length) === traceTable
  })
  return !own
}

/** Whether anybody has ever touched the ruleset of a namespace. */
export function hasRules(namespaces: Namespaces, namespace: Namespace): boolean {
  const socket = namespaces.within(namespace, openNetfilter)
  if (socket instanceof Refusal) return false
  const generation = rulesetGeneration(socket)
  socket.close()
  return !(generation instanceof Refusal) && generation > untouchedGeneration
}
