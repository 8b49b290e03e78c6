/** What a prediction is asked for, and what it says. */
import type { Outcome } from '../lab/schema.js'
import type { Said } from '../words/said.js'

export interface Probe {
  /** Namespace. */
  readonly from: string
  /** Address. */
  readonly to: string
  readonly protocol: 'icmp' | 'tcp' | 'udp'
  /** Of tcp and udp. */
  readonly port: number | null
  /** Bytes of payload; null: as many as `ping` sends, or none. */
  readonly size: number | null
  /** Must not be cut into pieces. */
  readonly df: boolean
  /** Null: the namespace's own. */
  readonly ttl: number | null
  /** How long the answer is waited for, milliseconds. */
  readonly timeoutMs: number
}

/** An interface that the packet passes: the place of one frame that a capture there would hold. */
export interface Step {
  readonly namespace: string
  readonly interface: string
  readonly direction: 'in' | 'out'
}

/** What the kernel looked up to send the packet on, as a line of the command that lists it. */
export interface Decision {
  readonly leg: 'request' | 'reply'
  readonly namespace: string
  /** `ip rule` only where the rule is not one that every namespace has. */
  readonly command: 'ip rule' | 'ip route' | 'ip neigh' | 'bridge fdb'
  readonly line: string
}

/** Where its sender hands a packet: by an interface to a router (`via`), or to the target itself (null). */
export interface NextHop {
  readonly via: string | null
  readonly dev: string
}

export interface SurePrediction {
  readonly sure: true
  readonly outcome: Outcome
  /** Where one packet of the request is seen, in order. Empty where it never leaves its sender. */
  readonly request: readonly Step[]
  /** Where one packet of the answer is seen; empty where none is sent. */
  readonly reply: readonly Step[]
  /** In the order in which the kernel came to them. */
  readonly decisions: readonly Decision[]
  /** Of the request; null where its sender does not send it. */
  readonly nextHop: NextHop | null
  /** Why the way ends where it ends; null where the answer comes back. */
  readonly end: Said | null
}

export interface UnsurePrediction {
  readonly sure: false
  /** What the state of the network does not tell. */
  readonly because: Said
}

export type Prediction = SurePrediction | UnsurePrediction

/** Leaves a prediction at the first thing that the state does not tell; thrown and caught in this folder only. */
export class CannotSay extends Error {
  constructor(readonly because: Said) {
    super('cannot say')
  }
}
