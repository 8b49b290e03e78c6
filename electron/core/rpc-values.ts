/** What requests, answers and notifications of the contract (`rpc.ts`) are made of. */
import type { Diagnosis } from './diagnosis/diagnosis.js'
import type { TraceHop, TraceOutcome } from './diagnosis/trace.js'
import type { Said } from './words/said.js'

/** Expected failures are values. `code` is stable and kebab-case; `message` names the thing and the next step. */
export interface Failure {
  readonly code: string
  readonly message: string
  /** The same sentence for other languages, where it is ours. */
  readonly said?: Said
  /** Namespace, interface, command or file it is about. */
  readonly where: string | null
  /** The kernel's or the tool's own words. */
  readonly output: string | null
}

export type Result<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly failure: Failure }

/** A kernel feature the helper tried in a scratch namespace. */
export interface Feature {
  readonly name: string
  readonly available: boolean
  /** The kernel's words where it refused, else null. */
  readonly reason: string | null
}

export interface Tool {
  readonly name: string
  /** Absolute path, or null where it is missing. */
  readonly path: string | null
  /** First line of what it says of itself. */
  readonly version: string | null
  /** Debian package that holds it. */
  readonly package: string
}

export interface Capabilities {
  readonly mode: 'sandbox' | 'elevated'
  /** How the sandbox was made: with how many ids, or as real root. */
  readonly variant: string
  readonly kernel: string
  readonly features: readonly Feature[]
  readonly tools: readonly Tool[]
}

/** A command that was carried out, in the words of iproute2; the Commands tab is made of these. */
export interface CommandRecord {
  readonly sequence: number
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly namespace: string
  readonly text: string
  readonly ok: boolean
  readonly output: string | null
}

/**
 * Where a lab's `host` is: in a sandbox of its own, or the default namespace of the machine itself (an elevated helper).
 */
export type Placement = 'sandbox' | 'host'

/** An interface of the machine through which it reaches other networks. */
export interface Uplink {
  readonly name: string
  /** Next hop of its default route; null on a link without one (point to point). */
  readonly via: string | null
  /** With prefix length, e.g. `192.168.178.20/24`. */
  readonly addresses: readonly string[]
}

/** Something on the real host that a lab would collide with, or that would keep its packets from passing. */
export interface Conflict {
  /** Stable while the host and the lab are what they are; by which `lab/apply` knows a remedy. */
  readonly id: string
  readonly code: string
  /** `blocks`: nothing is deployed while it lasts. */
  readonly severity: 'blocks' | 'warns'
  /** Names the thing and the next step. */
  readonly message: string
  /** The same sentence for other languages. */
  readonly said: Said
  readonly where: string | null
  readonly evidence: readonly { readonly command: string; readonly output: string }[]
  /** What helps, and what takes that back when the lab ends; null where only the user can decide. */
  readonly remedy: { readonly commands: readonly string[]; readonly undo: readonly string[] } | null
}

/** What a deploy on the real host would do and what stands in its way. Making one changes nothing. */
export interface Preflight {
  /** The one that would be used; null where the lab needs none. */
  readonly uplink: Uplink | null
  /** All there are, the one of the best default route first. */
  readonly uplinks: readonly Uplink[]
  /** What takes down the lab of another name that stands there; carried out first. */
  readonly first: readonly string[]
  /** Every command in order, with what undoes it. */
  readonly plan: readonly {
    readonly namespace: string
    readonly text: string
    readonly undo: readonly string[]
    /** It changes the machine itself, wherever it is carried out: a namespace of its own, an end of a cable. */
    readonly onHost: boolean
  }[]
  readonly conflicts: readonly Conflict[]
  /** Fingerprint of all of it, by which `lab/apply` knows what a person has been shown. */
  readonly shown: string
}

/** A lab that an earlier elevated session left on the real host. */
export interface LeftBehind {
  readonly lab: string
  /** Milliseconds since the epoch. */
  readonly since: number
  /** The user asked to keep it running; else its session ended without taking it down. */
  readonly kept: boolean
}

export interface DeployReport {
  /** From the first step to the last acknowledgement, milliseconds. */
  readonly deployMs: number
  readonly steps: number
}

/** Why a deploy was refused. Everything it had done is undone again before this is sent. */
export interface DeployFailure extends Failure {
  /** Number of the refused step, from 1, of how many. */
  readonly step: number
  readonly total: number
  readonly command: string
}

export interface CheckResult {
  readonly name: string
  readonly ok: boolean
  readonly expected: string
  readonly actual: string
  /** Round trip or time to connect, microseconds. */
  readonly rttUs: number | null
  /** TTL (hop limit) of the answer. */
  readonly ttl: number | null
  /** Which of the check's conditions failed, in words; null where none did. */
  readonly detail: string | null
  /** The same for other languages, where it is ours. */
  readonly said?: Said
  /** Why it failed, from a trace with the same parameters; null where it did not, or where the probe had an answer. */
  readonly diagnosis?: Diagnosis | null
}

/** A shell in a namespace of the lab, kept by the helper until it is closed. */
export interface TerminalInfo {
  readonly id: string
  readonly namespace: string
  readonly columns: number
  readonly rows: number
  /** Null while it runs; then how it ended. */
  readonly ended: { readonly exitCode: number; readonly signal: number | null } | null
}

/** What became of a command that was to be put on a shell's line. */
export type Placed =
  /** `already`: it is the very text that stands there. */
  | { readonly line: 'placed' | 'already' }
  /** Something else has the terminal; nothing was typed into it. */
  | { readonly line: 'busy'; readonly program: string }

/** What passed in one conversation between two silences, as hops: a ping and its answer, a part of a connection. */
export interface FilmedPacket {
  /** By which `capture/freeze` knows it, for some seconds. */
  readonly id: string
  readonly flow: string
  readonly outcome: TraceOutcome
  readonly hops: readonly TraceHop[]
}
