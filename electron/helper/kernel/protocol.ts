/**
 * What the helper's main thread may ask of the kernel worker, and what the worker says unasked.
 * The worker alone enters namespaces and speaks netlink; the main thread never leaves its own.
 * Messages are plain objects over the worker's port: `{id, request}` in, `{id, reply}` or `{id, error}` or `{event}` out.
 */
import type { KernelStep, StepRoute, StepRule } from '../../core/plan/step.js'
import type { Family } from '../../core/lab/lab.js'
import type { Outcome } from '../../core/lab/schema.js'
import type { LiveChange, LiveNamespace } from '../../core/live/state.js'

/** A refused kernel call: the number, its C name, and the kernel's words (extended ack where there is one, else strerror). */
export interface KernelError {
  readonly errno: number
  readonly code: string
  readonly message: string
}

/** Everything of a namespace that the worker reads itself; rulesets, services and connections belong to the main thread. */
export type KernelNamespace = Omit<LiveNamespace, 'ruleset' | 'services' | 'dnsmasq' | 'dhcp' | 'connections' | 'files'>

/** As `LiveChange`, without the sections that belong to the main thread. */
export type KernelChange =
  | { readonly namespace: string; readonly removed: true }
  | ({ readonly namespace: string; readonly inode: number; readonly removed?: never } & Partial<
      Omit<KernelNamespace, 'name' | 'inode'>
    >)

export interface ProbeReply {
  readonly outcome: Outcome
  readonly rttUs: number | null
  readonly ttl: number | null
  /** Sentence of the kernel or of the ICMP error that ended it, e.g. `Network is unreachable`. */
  readonly message: string | null
  /** Whose ICMP error ended it. */
  readonly offender?: string | null
  /** Local port of the probe's socket (TCP and UDP), where it got one. */
  readonly sourcePort?: number | null
  /** Of a datagram with a payload of its own: what came back, in base64. */
  readonly data?: string
}

/** Families of nftables beside IP's own that a namespace has rules of, and the hooks of interfaces that have chains. */
export interface RuledFamilies {
  readonly bridge: boolean
  readonly arp: boolean
  readonly devices: readonly { readonly device: string; readonly hook: 'ingress' | 'egress' }[]
}

/** What a rule trace saw of one packet in one chain (nft monitor trace). */
export interface RuleEvent {
  readonly namespace: string
  readonly family: 'inet' | 'ip' | 'ip6' | 'bridge' | 'arp' | 'netdev'
  readonly table: string
  readonly chain: string
  /** Of the rule, as in `nft -a list chain`; null for a policy and for the end of a chain. */
  readonly handle: number | null
  readonly kind: 'rule' | 'return' | 'policy'
  /** accept, drop, continue, jump, goto, return, queue, stolen. */
  readonly verdict: string | null
  /** The chain of a jump or goto. */
  readonly target: string | null
  /** The same for one packet in one hook; several hooks may number it anew. */
  readonly id: number
  /** First bytes of the IP header and of what follows it; in the first event of a packet in a base chain only. */
  readonly network: Uint8Array | null
  readonly transport: Uint8Array | null
  /** Interface indices. */
  readonly iif: number | null
  readonly oif: number | null
}

/** One frame as a packet socket gave it; the form that `core/packet/stitch.ts` takes. */
export interface CapturedFrame {
  readonly namespace: string
  readonly ifindex: number
  /** `sll_pkttype`: 0 to us, 1 broadcast, 2 multicast, 3 other host, 4 outgoing. */
  readonly pkttype: number
  /** Wall clock of the kernel, ns. */
  readonly timeNs: bigint
  /** At most 256 bytes. */
  readonly bytes: Uint8Array
  /** Bytes on the wire. */
  readonly originalLength: number
}

export interface CaptureResult {
  /** In order of arrival within each namespace. */
  readonly frames: readonly CapturedFrame[]
  /** Frames that the kernel dropped because they were not read in time: the capture is incomplete. */
  readonly dropped: number
  /** Frames beyond the number to keep. */
  readonly beyond: number
}

/** Frames since the last time. Of those up to `untilNs` (wall clock) none is still to come, from whatever namespace. */
export interface CaptureTaken extends CaptureResult {
  readonly untilNs: bigint
}

/** What was made in the machine's own namespace and in /run/netns, with what proves that it is still that. */
export interface Made {
  readonly policyRules: readonly StepRule[]
  readonly routes: readonly StepRoute[]
  readonly addresses: readonly { readonly dev: string; readonly address: string }[]
  /** `indexes`: of those that were there when a deploy had come to its end. */
  readonly links: readonly {
    readonly name: string
    readonly macs: readonly string[]
    readonly indexes: readonly number[]
  }[]
  readonly namespaces: readonly {
    readonly name: string
    readonly cookies: readonly string[]
    /** When the last of that name was begun, milliseconds since the epoch. */
    readonly begun: number
  }[]
}

/** `gone`: it is not there any more, or never was. `foreign`: something else is there now, and stays. */
export interface UndoneThing {
  readonly step: KernelStep
  readonly outcome: 'undone' | 'gone' | 'foreign' | 'refused'
  /** What is there now, or the kernel's words. */
  readonly words: string | null
}

/** A namespace of the machine, by a file that leads to it: of a process, or of a mount. */
export interface FoundNamespace {
  readonly name: string
  readonly inode: number
  readonly path: string
}

export interface WaitingSocket {
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
  /** Of the socket's file, as `/proc/PID/fd` has it: `socket:[INODE]`. */
  readonly inode: number
}

/** Request name -> [parameters, reply]. Any request may fail with a `KernelError` where the reply does not say so itself. */
export interface WorkerRequests {
  /** Attach to the host namespace (the thread's own) and to every name in `netnsDirectory`; start watching. */
  open: [
    {
      /** Null: the namespaces are those that `attach` names, and nothing is written, not even a number into a scratch namespace. */
      readonly netnsDirectory: string | null
      readonly watchedSysctls: readonly string[]
      /** What the thread's own namespace is called; `host` unless told. */
      readonly ownName?: string
      /** The thread's own namespace was made for the lab, and starts as all of the lab's do. */
      readonly isNew?: boolean
    },
    { readonly namespaces: readonly KernelNamespace[] },
  ]
  /**
   * Be attached to these namespaces, which somebody else has made, and to no others. Each is taken only while what is at
   * its path is the namespace of that number.
   */
  attach: [
    { readonly found: readonly FoundNamespace[] },
    {
      /** Descriptors stay the worker's; they lead to the namespace for as long as it is attached. */
      readonly attached: readonly { readonly name: string; readonly inode: number; readonly fd: number }[]
      readonly refused: readonly { readonly name: string; readonly error: KernelError }[]
    },
  ]
  /** Whoever only looks is told of nothing unasked; from now on `changed` and `ruleset-changed` come here as well. Once. */
  hear: [Record<string, never>, null]
  /** Sockets that wait for others (TCP) or for whatever comes (UDP), by namespace. */
  listeners: [Record<string, never>, { readonly sockets: Readonly<Record<string, readonly WaitingSocket[]>> }]
  /**
   * Carry out steps in order, in slices of at most ~8 ms between which other messages are served and progress is told.
   * Stops at the first refusal: `done` steps have been carried out, `error` is about `steps[done]`. Where `halt` is there,
   * the same before the next step once its first 32 bits are not 0 (ECANCELED).
   */
  run: [
    {
      readonly steps: readonly KernelStep[]
      readonly progress: boolean
      readonly halt?: SharedArrayBuffer | undefined
    },
    { readonly done: number; readonly error: KernelError | null },
  ]
  /** Read these namespaces (all, if null) now; also makes the watch report what it had not yet. */
  read: [{ readonly namespaces: readonly string[] | null }, { readonly namespaces: readonly KernelNamespace[] }]
  /** Namespaces that have rules at all, asked of the kernel itself: no program is needed to find none. */
  ruled: [Record<string, never>, { readonly nft: readonly string[]; readonly legacy: readonly string[] }]
  /** Sysctls to watch besides the fixed list; the namespace may be one that is yet to be made. */
  'watch-sysctls': [{ readonly namespace: string; readonly keys: readonly string[] }, null]
  /** Read the watched sysctls of all namespaces again, when there is time: most of them change without an event. */
  'look-again': [Record<string, never>, null]
  /** Drop these namespaces at once (unmount, unlink, close); links inside vanish with them. */
  drop: [{ readonly namespaces: readonly string[] }, { readonly dropped: readonly string[] }]
  /** A listening (TCP) or bound (UDP) socket in a namespace; the reply's descriptor belongs to the caller. */
  listen: [
    {
      readonly namespace: string
      readonly protocol: 'tcp' | 'udp'
      readonly port: number
      /** Without one: on every. */
      readonly address?: string
    },
    /** `family` of the socket: an IPv6 one serves both, and writes IPv4 addresses as `::ffff:192.0.2.1`. */
    { readonly fd: number; readonly family: Family },
  ]
  /** One ICMP echo. */
  ping: [
    {
      readonly namespace: string
      readonly target: string
      readonly timeoutMs: number
      readonly ttl: number | null
      readonly size: number
      readonly identifier: number
      /** ICMP sequence number; 1 unless told. */
      readonly sequence?: number
      /** Don't fragment, whatever path MTU the kernel believes in (IP_PMTUDISC_PROBE); the device's own still holds. */
      readonly df?: boolean
    },
    ProbeReply,
  ]
  /** One TCP connect, closed at once. */
  connect: [
    {
      readonly namespace: string
      readonly target: string
      readonly port: number
      readonly timeoutMs: number
      readonly ttl?: number | null
    },
    ProbeReply,
  ]
  /** One UDP datagram; a datagram back is a reply. */
  datagram: [
    {
      readonly namespace: string
      readonly target: string
      readonly port: number
      readonly timeoutMs: number
      readonly ttl?: number | null
      readonly df?: boolean
      /** Bytes of payload, of which the first carry the mark and the identifier, as an echo's do. */
      readonly size?: number
      readonly identifier?: number
      /** In base64, and nothing else; then the answer is given back. */
      readonly payload?: string
    },
    ProbeReply,
  ]
  /** Capture in every namespace, those to come included, until `capture-stop`. At most `maxFrames` are kept. */
  'capture-start': [{ readonly maxFrames: number }, { readonly capture: number }]
  'capture-stop': [{ readonly capture: number }, CaptureResult]
  /** What has been captured since the last time; at most `maxFrames` wait for it. */
  'capture-take': [{ readonly capture: number }, CaptureTaken]
  /** From now on keep one of so many packets, the same ones in every namespace; 1: all of them. */
  'capture-sample': [{ readonly capture: number; readonly oneOf: number; readonly vxlanPorts: readonly number[] }, null]
  /**
   * Counters of the IP stack (all namespaces, if null) by the names of nstat(8), zeros left out; what impaired links have
   * dropped (`dropsCounter`); and tables of legacy iptables.
   */
  counters: [
    { readonly namespaces: readonly string[] | null },
    {
      readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>
      readonly legacyTables: Readonly<Record<string, readonly string[]>>
    },
  ]
  /** Hear which rules packets meet in these namespaces until `rule-trace-stop`. */
  'rule-trace-start': [
    { readonly ruled: readonly (RuledFamilies & { readonly namespace: string })[] },
    { readonly trace: number },
  ]
  'rule-trace-stop': [{ readonly trace: number }, { readonly events: readonly RuleEvent[]; readonly lost: boolean }]
  /** Try each kernel feature in a scratch namespace of its own. */
  features: [
    Record<string, never>,
    {
      readonly features: readonly {
        readonly name: string
        readonly available: boolean
        readonly reason: string | null
      }[]
    },
  ]
  /**
   * Take the lock on that file for as long as the process lives; null gives it back. `held`: whether we have it now. The
   * kernel takes it back with the process, however that ends.
   */
  lock: [{ readonly path: string | null }, { readonly held: boolean }]
  /** Write what undoes them into that journal before steps that change `host` or make namespaces; null: no more. */
  journal: [{ readonly path: string | null }, null]
  /** Cookies of all namespaces by name; null where the kernel has none. */
  cookies: [Record<string, never>, { readonly cookies: Readonly<Record<string, string | null>> }]
  /** Take away what a journal says was made, as far as it is still what was made. In the order of the answer. */
  undo: [Made, { readonly undone: readonly UndoneThing[] }]
  /** Stop watching, close every descriptor, and let the thread end. */
  close: [Record<string, never>, null]
}

export interface WorkerEvents {
  /** Sections that differ from what was last told, batched. */
  changed: { readonly changes: readonly KernelChange[] }
  /** A namespace's nftables ruleset has changed (generation number moved); the main thread reads it. */
  'ruleset-changed': { readonly namespaces: readonly string[] }
  progress: { readonly done: number; readonly total: number }
}

export type WorkerRequestName = keyof WorkerRequests
export type { Family, LiveChange }
