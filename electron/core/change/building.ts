/** A gesture as it grows: each of its changes is made in the lab before the next one is chosen. */
import { formatPrefix, networkPrefix, parsePrefix } from '../lab/address.js'
import type { Endpoint } from '../lab/lab.js'
import type { Problem } from '../lab/problem.js'
import { routeKey } from '../lab/rules/routes.js'
import type { LabFile } from '../lab/schema.js'
import type { LabSource } from '../lab/source.js'
import { own } from '../own.js'
import type { Said } from '../words/said.js'
import { changeSource } from './change.js'
import type { LabChange } from './lab-change.js'
import { stationsOf } from './segments.js'
import type { Taken } from './suggest-addresses.js'
import { suggestInterface } from './suggest-names.js'

/** Where a cable can be plugged in: a namespace, whose next port it gets, or a bridge in it. */
export interface Place {
  readonly namespace: string
  readonly bridge?: string
}

/** What is there beside the lab, and is not to be taken: made by hand in its network, or on this machine. */
export interface Beside {
  readonly namespaces: readonly string[]
  readonly interfaces: readonly Endpoint[]
  readonly subnets: Taken
}

export const nothingBeside: Beside = { namespaces: [], interfaces: [], subnets: [] }

export interface Gesture {
  readonly changes: readonly LabChange[]
  /** What was chosen by itself, and why. */
  readonly reasons: readonly { readonly value: string; readonly reason: Said }[]
  /** What was made: to be selected. */
  readonly made: Place
}

export type Gestured = ({ readonly ok: true } & Gesture) | { readonly ok: false; readonly problems: readonly Problem[] }

/** A lab that grows change by change; the first that is refused ends it. */
export class Building {
  private readonly changes: LabChange[] = []
  private readonly reasons: { value: string; reason: Said }[] = []
  private problems: readonly Problem[] = []

  constructor(public source: LabSource) {}

  get file(): LabFile {
    return this.source.value as LabFile
  }

  nextPort({ namespace }: Place, there: readonly Endpoint[]): Endpoint {
    return { namespace, interface: suggestInterface(this.file, namespace, there).value }
  }

  /** The bridge that an interface is a port of. */
  bridgeOf({ namespace, interface: name }: Endpoint): string | undefined {
    const bridges = own(this.file.namespaces, namespace)?.bridges ?? {}
    return Object.entries(bridges).find(([, entry]) => entry?.ports?.includes(name))?.[0]
  }

  take(change: LabChange, value?: string, reason?: Said): void {
    if (this.problems.length > 0) return
    const changed = changeSource(this.source, [change])
    if (!changed.ok) this.problems = changed.problems
    else {
      this.source = changed.source
      this.changes.push(change)
      if (value !== undefined && reason) this.reasons.push({ value, reason })
    }
  }

  /** As one change: what is only right together is right. */
  takeAll(changes: readonly LabChange[]): void {
    if (this.problems.length > 0) return
    const changed = changeSource(this.source, changes)
    if (!changed.ok) this.problems = changed.problems
    else {
      this.source = changed.source
      this.changes.push(...changes)
    }
  }

  /** A subnet that an address is in needs no route to it, and the kernel takes none besides its own. */
  takeOutRoute(namespace: string, address: string): void {
    const subnet = parsePrefix(address)
    const key = subnet && routeKey({ to: formatPrefix(networkPrefix(subnet)) })
    const at = (own(this.file.namespaces, namespace)?.routes ?? []).findIndex((route) => routeKey(route) === key)
    if (subnet?.family === 'ipv4' && at >= 0) this.take({ op: 'route-delete', namespace, at })
  }

  /** Routers come before stations, and a far network last. */
  rank(namespace: string): number {
    return this.isFar(namespace) ? 2 : own(this.file.namespaces, namespace)?.forwarding === true ? 0 : 1
  }

  /**
   * Who may need a default route, now that these ends are on their segments: they themselves, and where one of them is a
   * router or a far network everybody there. A router does not rely on the next one, but on a far network; that relies on
   * nobody.
   */
  reliant(ends: readonly Endpoint[]): readonly Endpoint[] {
    const { all, segmentOf } = stationsOf(this.file)
    return ends.flatMap((end) => {
      const here = all.filter(({ segment }) => segment === segmentOf(end))
      const hasFar = here.some(({ namespace }) => this.isFar(namespace))
      const whom =
        this.rank(end.namespace) === 1 ? [end] : here.map(({ namespace, dev }) => ({ namespace, interface: dev }))
      return whom.filter(({ namespace }) => this.rank(namespace) === 1 || (this.rank(namespace) === 0 && hasFar))
    })
  }

  /** Addresses of its own, behind no cable. */
  private isFar(namespace: string): boolean {
    const entry = own(this.file.namespaces, namespace)
    return entry?.forwarding === true && (entry.interfaces?.['lo']?.addresses ?? []).length > 0
  }

  done(made: Place): Gestured {
    const { changes, reasons, problems } = this
    return problems.length > 0 ? { ok: false, problems } : { ok: true, changes, reasons, made }
  }
}
