/** What the trace bar asks for; the lab's own first check says where to begin. */
import { hostNamespace, type Lab } from '../../electron/core/lab/lab.js'
import { isProbe } from '../../electron/core/lab/probe-check.js'
import type { TraceEntry } from '../../electron/core/lab/schema.js'
import { parsePortTarget } from '../../electron/core/lab/target.js'
import type { LiveState } from '../../electron/core/live/state.js'
import type { Params } from '../../electron/core/rpc.js'
import { suggestTargets } from './targets.js'

export type ProbeParams = Params<'trace/run'>
export type ProbeKind = 'ping' | 'tcp' | 'udp' | 'traceroute'
export const probeKinds: readonly ProbeKind[] = ['ping', 'tcp', 'udp', 'traceroute']

/** TTL that Linux sends with: an answer with less has passed a router. */
const usualTtl = 64

/** Bounds of the fields; the contract's own. */
export const bounds = { count: [1, 20], size: [0, 65507], ttl: [1, 255], port: [1, 65535] } as const

/** A whole number as near to what was typed as the bounds allow; null where it is none. */
export function inBounds(text: string, [least, most]: readonly [number, number]): number | null {
  if (text.trim() === '') return null
  const value = Math.round(Number(text))
  return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : null
}

export class ProbeForm {
  private chosenFrom = $state<string | null>(null)
  private typedTo = $state<string | null>(null)
  private chosenKind = $state<ProbeKind | null>(null)
  /** Undefined: nobody has said; null: there shall be none. */
  private chosenPort = $state<number | null | undefined>(undefined)
  count = $state<number | null>(null)
  size = $state<number | null>(null)
  ttl = $state<number | null>(null)
  df = $state(false)
  /** Puts the keyboard on the bar; set by the bar that is on screen. */
  focuser: (() => void) | null = null

  constructor(
    private readonly lab: () => Lab | null,
    private readonly live: () => LiveState | null,
  ) {}

  readonly names = $derived.by(() => this.live()?.namespaces.map(({ name }) => name) ?? [])

  /**
   * What the lab is about: its first ping that is routed, else its first check that something is answered; a port that is
   * published is reached by a connection, not by a ping.
   */
  private readonly check = $derived.by(() => {
    const lab = this.lab()
    // A lab to repair is about what does not work yet.
    const checks = [...(lab?.goal ?? []), ...(lab?.checks ?? [])]
    const usable = checks.filter(isProbe).filter(({ from }) => this.names.includes(from))
    const pings = usable.filter(({ kind }) => kind === 'ping')
    const routed = pings.find(({ ttl, expect }) => expect === 'reply' && ttl !== null && ttl < usualTtl)
    const answered = usable.find(({ expect }) => expect === 'reply' || expect === 'connected')
    return routed ?? answered ?? pings[0] ?? null
  })

  /** The check, while its sender is the one that sends. */
  private readonly suggested = $derived.by(() => (this.check?.from === this.from ? this.check : null))

  get kind(): ProbeKind {
    return this.chosenKind ?? this.suggested?.kind ?? 'ping'
  }
  set kind(kind: ProbeKind) {
    this.chosenKind = kind
  }

  get port(): number | null {
    if (this.chosenPort !== undefined) return this.chosenPort
    return this.suggested !== null && this.suggested.kind !== 'ping' && this.suggested.kind === this.kind
      ? this.suggested.port
      : null
  }
  set port(port: number | null) {
    this.chosenPort = port
  }

  readonly from = $derived.by(() => {
    if (this.chosenFrom !== null && this.names.includes(this.chosenFrom)) return this.chosenFrom
    return this.check?.from ?? this.names.find((name) => name !== hostNamespace) ?? this.names[0] ?? ''
  })

  /** Where nobody has said, and no check does: somebody else in the lab, so that a trace can begin at once. */
  private readonly somebody = $derived.by(
    () => suggestTargets(this.live(), this.from, '').find(({ namespace }) => namespace !== this.from)?.value ?? '',
  )

  readonly to = $derived.by(() => this.typedTo ?? this.suggested?.target ?? this.somebody)

  /** `ADDRESS:PORT`, as people copy it: what it says about the port counts, and asks for a connection. */
  private readonly aim = $derived.by(() => {
    const to = this.to.trim()
    const found = parsePortTarget(to)
    if (!found) return { to, port: this.port, kind: this.kind }
    const kind: ProbeKind = this.kind === 'udp' ? 'udp' : 'tcp'
    return { to: found.host.kind === 'address' ? found.host.text : found.host.name, port: found.port, kind }
  })

  chooseFrom(name: string): void {
    this.chosenFrom = name
  }
  typeTo(text: string): void {
    this.typedTo = text
  }

  /** What was typed is complete: each part of it goes into its own field. */
  settle(): void {
    const { to, port, kind } = this.aim
    if (to === this.to.trim()) return
    this.typedTo = to
    this.port = port
    this.kind = kind
  }

  /** Another lab: what was typed for the last one does not fit. */
  reset(): void {
    this.chosenFrom = null
    this.typedTo = null
    this.chosenKind = null
    this.chosenPort = undefined
    this.count = null
    this.size = null
    this.ttl = null
    this.df = false
  }

  /** All of it as a guide or a goal asks for it. */
  fill({ from, to, protocol, port, size, df }: TraceEntry): void {
    this.reset()
    this.chooseFrom(from)
    this.typeTo(to)
    this.kind = protocol === 'tcp' || protocol === 'udp' ? protocol : 'ping'
    this.port = port ?? null
    this.size = size ?? null
    this.df = df === true
  }

  readonly needsPort = $derived(this.kind === 'tcp' || this.kind === 'udp')

  /** How many of the further settings differ from what is usual. */
  readonly changed = $derived(
    [this.count, this.size, this.ttl].filter((value) => value !== null).length + (this.df ? 1 : 0),
  )

  /** Null while something is missing. */
  readonly params: ProbeParams | null = $derived.by(() => {
    const { to, port, kind } = this.aim
    const protocol = kind === 'tcp' || kind === 'udp' ? kind : 'icmp'
    if (this.from === '' || to === '' || (protocol !== 'icmp' && port === null)) return null
    return {
      from: this.from,
      to,
      protocol,
      ...(protocol !== 'icmp' && port !== null ? { port } : {}),
      ...(kind === 'traceroute' ? { series: true } : {}),
      ...(this.count !== null && kind !== 'traceroute' ? { count: this.count } : {}),
      ...(this.size !== null && kind !== 'tcp' ? { size: this.size } : {}),
      ...(this.ttl !== null && kind !== 'traceroute' ? { ttl: this.ttl } : {}),
      ...(this.df ? { df: true } : {}),
    }
  })
}
