/** One view of the machine from what several have seen of it, each with other rights. */
import { orderedNames, type MachineNamespace } from './view.js'

export interface Seen {
  readonly namespaces: readonly MachineNamespace[]
  /** Numbers that tell namespaces apart which may not be known; and those of the known ones. */
  readonly hidden: readonly number[]
  readonly known: readonly number[]
}

export interface Merged {
  readonly namespaces: readonly MachineNamespace[]
  /** Namespaces that nobody could read, those included that nobody may even know. */
  readonly unread: number
}

export function merge(all: readonly Seen[]): Merged {
  const byId = new Map<string, MachineNamespace>()
  for (const each of all.flatMap(({ namespaces }) => namespaces)) {
    const other = byId.get(each.id)
    const [best, rest] = other && (other.readable || !each.readable) ? [other, each] : [each, other]
    byId.set(each.id, {
      ...best,
      default: best.default || (rest?.default ?? false),
      names: orderedNames([...best.names, ...(rest?.names ?? [])]),
      // Whose a socket is, is seen by those who may look into the process.
      listeners: best.listeners.map((socket) => ({ ...socket, process: socket.process ?? ownerIn(rest, socket) })),
    })
  }
  const known = new Set(all.flatMap((each) => each.known))
  const hidden = new Set(all.flatMap((each) => each.hidden.filter((number) => !known.has(number))))
  const namespaces = [...byId.values()]
  return { namespaces, unread: namespaces.filter(({ readable }) => !readable).length + hidden.size }
}

const ownerIn = (
  other: MachineNamespace | undefined,
  { protocol, address, port }: MachineNamespace['listeners'][number],
): string | null =>
  other?.listeners.find((each) => each.protocol === protocol && each.address === address && each.port === port)
    ?.process ?? null
