/**
 * The whole contract between a shell (window, browser, command line) and the helper: JSON-RPC 2.0, every request,
 * notification and error in one place. Types derive from the schemas; both sides validate with them.
 */
import { z } from 'zod'
import type { Trace, TraceSummary } from './diagnosis/trace.js'
import { interfaceName, labFileSchema, namespaceName } from './lab/schema.js'
import type { LiveChange, LiveState } from './live/state.js'
import type { MachineNamespace } from './machine/view.js'
import type { Flow } from './packet/stream/flow.js'
import type { Said } from './words/said.js'
import type {
  Capabilities,
  CheckResult,
  CommandRecord,
  DeployFailure,
  DeployReport,
  Failure,
  FilmedPacket,
  LeftBehind,
  Placed,
  Preflight,
  Result,
  TerminalInfo,
} from './rpc-values.js'

export type * from './rpc-values.js'

export const protocolVersion = 1

/** Frames above this are refused and end the connection (bytes of JSON). */
export const maxMessageBytes = 32 * 1024 * 1024

/** Most terminals of one session; each is a shell and a pseudo-terminal. */
export const maxTerminals = 64

/**
 * Flow control of terminals, in characters (UTF-16 units): the helper stops reading from a shell when this much is
 * sent and not acknowledged, and goes on when the rest has shrunk below the second figure. The way from a pty to the window
 * takes about as long as the window needs for half of it: with less, each pause would be one of the window's, too.
 */
export const terminalFlow = { pauseAbove: 262_144, resumeBelow: 131_072 } as const

/**
 * So often a shell asks its helper whether it is there (milliseconds), by `session/beat`; where there is no answer for so
 * long, it is said. An elevated helper that has heard nothing for longer ends, and takes down what it has built: a root
 * process must not outlive its user's wish.
 */
export const heartbeat = { everyMs: 700, silentAfterMs: 1900, endAfterMs: 10_000 } as const

const terminalId = z.string().regex(/^[a-z0-9-]{1,40}$/)
const terminalSize = { columns: z.int().min(2).max(1000), rows: z.int().min(1).max(1000) }

const traceId = z.string().regex(/^[a-z0-9-]{1,40}$/)
const filmId = z.string().regex(/^[a-z][0-9]{1,15}$/)

/** What a namespace of the machine is called, by whoever made it; nothing is done with it but to compare it. */
const machineName = z.string().min(1).max(4096)

const none = z.strictObject({})

/** Requests a shell may send. `result` types stand in `Results`. */
export const requests = {
  /** Must come first. */
  'session/open': z.strictObject({
    protocol: z.literal(protocolVersion),
    /** Last revision the client has seen, if it comes back. */
    revision: z.int().min(0).optional(),
  }),
  /** The shell is still there. Good at any time, before `session/open` too. */
  'session/beat': none,
  /** Make the kernel what the lab says. */
  'lab/apply': z.strictObject({
    lab: labFileSchema,
    /**
     * Whose objects go where the lab does not have them: those of the lab that stands; of everybody, what was made by hand
     * too; of nobody. On the real host it is always what stands: the rest is not ours.
     */
    former: z.enum(['standing', 'everything', 'nothing']),
    /** Carry out only those steps of the plan whose command is listed: puts back single objects of the standing lab. */
    only: z.array(z.string().max(4096)).min(1).max(10_000).optional(),
    /** On the real host: the interface that stands for the uplink, where it is not the one of the default route. */
    uplink: interfaceName.optional(),
    /** On the real host: conflicts whose remedy is carried out with the deploy, and taken back with the lab. */
    remedies: z.array(z.string().max(200)).max(100).optional(),
    /**
     * On the real host, and needed there: the fingerprint of the preflight that a person has been shown. What has become
     * another plan since is refused with `plan-changed`, and is to be shown again.
     */
    shown: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
  }),
  /** What a deploy on the real host would do, and what stands in its way; changes nothing. */
  'host/preflight': z.strictObject({ lab: labFileSchema, uplink: interfaceName.optional() }),
  /**
   * Whether the lab stays on the real host when this session ends; it goes unless told otherwise. One that an earlier
   * session has kept stays until it is taken down, or until this is told with `keep: false`.
   */
  'host/leave': z.strictObject({ keep: z.boolean() }),
  /** Undo what an earlier session left on the real host. */
  'host/recover': none,
  /** Remove everything that was built in the session. */
  'lab/clear': none,
  /**
   * Run all checks, or those named, of the standing lab or of the one given, on the network as it is: a learner may have
   * built it by hand.
   */
  'lab/check': z.strictObject({
    only: z.array(z.string()).optional(),
    lab: labFileSchema.optional(),
    /** False: no cause is looked for, so no fix is tried in a network that somebody is just building. */
    explain: z.boolean().optional(),
  }),
  /** One probe, filmed; where it fails, the cause. */
  'trace/run': z.strictObject({
    from: namespaceName,
    /** Address, name of a namespace, or NAMESPACE:INTERFACE. */
    to: z.string().min(1).max(80),
    protocol: z.enum(['icmp', 'tcp', 'udp']).optional(),
    /** Needed by tcp and udp. */
    port: z.int().min(1).max(65535).optional(),
    count: z.int().min(1).max(20).optional(),
    /** Bytes of payload (icmp, udp). */
    size: z.int().min(0).max(65507).optional(),
    ttl: z.int().min(1).max(255).optional(),
    /** Don't fragment. */
    df: z.boolean().optional(),
    /** As traceroute: TTL 1, 2, ... until the target answers. */
    series: z.boolean().optional(),
    /** How long to wait for an answer, milliseconds. */
    timeoutMs: z.int().min(50).max(10_000).optional(),
    /** The lab that is meant, where none was deployed (in a sandbox only): a fix then says what it says. */
    lab: labFileSchema.optional(),
  }),
  /** The latest traces of the lab, oldest first. */
  'trace/list': none,
  'trace/get': z.strictObject({ trace: traceId }),
  /** Carry out the fix of a trace, which the helper works out anew: a client names the trace and nothing else. */
  'trace/fix': z.strictObject({ trace: traceId }),
  /** Take a fix back. */
  'trace/unfix': z.strictObject({ undo: traceId }),
  /** The live film: capture in every namespace and tell what passes, until it is stopped. */
  'capture/start': none,
  'capture/stop': none,
  /** A batch has been taken in: as long as some have not, no more are sent. */
  'capture/acknowledge': z.strictObject({ batch: z.int().min(0) }),
  /** Keep one packet that was told, or the latest of a flow, as a trace. */
  'capture/freeze': z.union([z.strictObject({ packet: filmId }), z.strictObject({ flow: filmId })]),
  /** Read again what sends no events (iptables-legacy), and everything else. */
  'live/refresh': none,
  /**
   * Read what of one namespace changes without an event: counters of its rules, and its connections. What differs is told
   * by `live/changed`. A window asks for the one namespace that somebody looks at.
   */
  'live/look': z.strictObject({ namespace: namespaceName }),
  /** A shell in a namespace. The program is the user's own shell; a client cannot name one. */
  'terminal/open': z.strictObject({ namespace: namespaceName, ...terminalSize }),
  /** What was typed or pasted. */
  'terminal/input': z.strictObject({ terminal: terminalId, data: z.string().max(1024 * 1024) }),
  /**
   * Puts a command on the line of a shell that waits at its prompt, in place of what is there; running it is the user's own
   * key. What is no text is left out of it.
   */
  'terminal/place': z.strictObject({ terminal: terminalId, command: z.string().max(65536) }),
  'terminal/resize': z.strictObject({ terminal: terminalId, ...terminalSize }),
  /** So many characters of its output have been taken in. */
  'terminal/acknowledge': z.strictObject({ terminal: terminalId, characters: z.int().min(1) }),
  /** What it has shown so far, for a window that comes back; data sent from then on follows without a gap. */
  'terminal/attach': z.strictObject({ terminal: terminalId }),
  'terminal/close': z.strictObject({ terminal: terminalId }),
  /** What runs on the machine itself: network namespaces, by their names, and what is in them. Changes nothing. */
  'machine/look': z.strictObject({
    /** With all that a picture shows of them: routes, rules, neighbours. */
    live: z.boolean().optional(),
    /** From now on `machine/changed` says when it may be otherwise. */
    watch: z.boolean().optional(),
  }),
  /** One probe between namespaces of the machine, filmed; where it fails, the cause. No fix of it is ever carried out. */
  'machine/explain': z.strictObject({
    from: machineName,
    /** An address, or a name as `from`; behind a name an interface, as NAME:INTERFACE. */
    to: machineName,
    protocol: z.enum(['icmp', 'tcp', 'udp']).optional(),
    /** Needed by tcp and udp. */
    port: z.int().min(1).max(65535).optional(),
    count: z.int().min(1).max(20).optional(),
    /** Trace the rules that the packet meets: puts an nftables table of ours where there are rules, for that time. */
    rules: z.boolean().optional(),
  }),
  /** What applications send by themselves, filmed for a while: exchanges that fit the filter (`readFlowFilter`). */
  'machine/watch': z.strictObject({
    filter: z.string().min(1).max(1000),
    /** Only what this one begins. */
    from: machineName.optional(),
    count: z.int().min(1).max(20),
    seconds: z.int().min(1).max(600),
  }),
  /** A lab that is like these namespaces of the machine; of all of them, unless some are named. Changes nothing. */
  'machine/twin': z.strictObject({ only: z.array(machineName).min(1).max(2000).optional() }),
} as const

export type RequestName = keyof typeof requests
export type Params<N extends RequestName> = z.infer<(typeof requests)[N]>

export interface Results {
  'session/open': {
    readonly capabilities: Capabilities
    readonly live: LiveState
    /** The lab that stands, if any; on the real host also one that an earlier session has kept, which goes on as ours. */
    readonly lab: z.infer<typeof labFileSchema> | null
    readonly terminals: readonly TerminalInfo[]
    /** The latest commands, oldest first. */
    readonly commands: readonly CommandRecord[]
    /** On the real host: what an earlier session left there; null in a sandbox. */
    readonly left: LeftBehind | null
  }
  'session/beat': Result<object>
  'lab/apply':
    ({ readonly ok: true } & DeployReport) | { readonly ok: false; readonly failure: DeployFailure | Failure }
  'lab/clear': Result<{
    readonly clearMs: number
    /** On the real host: what was left alone because it no longer is what the lab had made of it. */
    readonly kept: readonly string[]
    /** On the real host: what is otherwise than before the lab was built; null where that could not be compared. */
    readonly differs: readonly string[] | null
  }>
  'host/preflight': Result<{ readonly preflight: Preflight }>
  'host/leave': Result<object>
  'host/recover': Result<{
    /** Commands that were taken back, in that order. */
    readonly undone: readonly string[]
    /** What was left alone because it no longer is what the lab had made of it. */
    readonly kept: readonly string[]
  }>
  'lab/check': Result<{ readonly checks: readonly CheckResult[] }>
  'trace/run': Result<{ readonly trace: Trace }>
  'trace/list': { readonly traces: readonly TraceSummary[] }
  'trace/get': Result<{ readonly trace: Trace }>
  'trace/fix': Result<{
    /** By which `trace/unfix` knows it. */
    readonly undo: string
    readonly namespace: string
    /** As carried out. */
    readonly commands: readonly string[]
  }>
  'trace/unfix': Result<{ readonly commands: readonly string[] }>
  'capture/start': Result<object>
  'capture/stop': Result<object>
  'capture/acknowledge': Result<object>
  'capture/freeze': Result<{ readonly trace: Trace }>
  'live/refresh': { readonly live: LiveState }
  'live/look': Result<object>
  'terminal/open': Result<{ readonly terminal: TerminalInfo }>
  'terminal/input': Result<object>
  'terminal/place': Result<Placed>
  'terminal/resize': Result<object>
  'terminal/acknowledge': Result<object>
  'terminal/attach': Result<{ readonly terminal: TerminalInfo; readonly scrollback: string }>
  'terminal/close': Result<object>
  'machine/look': Result<{
    readonly namespaces: readonly MachineNamespace[]
    /** Of namespaces that may not even be known, a number that tells them apart; and that number of those that are known. */
    readonly hidden: readonly number[]
    readonly known: readonly number[]
    /** The kernel's words for those that are known and could not be entered. */
    readonly refused: readonly { readonly id: string; readonly reason: string }[]
    /** Where it was asked for: those that could be read, by the names that traces and twins have for them. */
    readonly live: LiveState | null
  }>
  'machine/explain': Result<{
    readonly trace: Trace
    /** The namespaces on its way, as they were. */
    readonly live: LiveState
    /** What was written, with what removed it. */
    readonly touched: readonly string[]
  }>
  'machine/watch': Result<{
    /** In the order in which they ended; fewer than were asked for where the time was over. */
    readonly traces: readonly Trace[]
    /** The namespaces on their way, as they were. */
    readonly live: LiveState
    /** Frames that were lost meanwhile: what a film lacks may have happened. */
    readonly lost: number
  }>
  'machine/twin': Result<{
    readonly lab: z.infer<typeof labFileSchema>
    /** What of the network the lab does not have, and why. */
    readonly unexpressed: readonly Said[]
    /** Files that lead to namespaces which `ip netns` does not know by the names that the lab has for them. */
    readonly ways: Readonly<Record<string, string>>
  }>
}

/** What the helper says unasked. */
export interface Notifications {
  'live/changed': { readonly revision: number; readonly changes: readonly LiveChange[] }
  'deploy/progress': { readonly done: number; readonly total: number; readonly text: string }
  'command/ran': { readonly commands: readonly CommandRecord[] }
  'check/result': { readonly check: CheckResult }
  /** Probes sent of how many may be sent, while a trace takes its time. */
  'trace/progress': { readonly from: string; readonly to: string; readonly sent: number; readonly most: number }
  /** The live film, batched; numbers are of the whole run. */
  'capture/packets': {
    readonly batch: number
    readonly films: readonly FilmedPacket[]
    /** Those that have changed; of each packet told, its flow has been told before or is in here. */
    readonly flows: readonly Flow[]
    /** One of so many packets is shown. */
    readonly oneOf: number
    /** Numbers of packets are estimates. */
    readonly sampled: boolean
    readonly packets: number
    /** Frames that the kernel or the helper could not keep. */
    readonly dropped: number
  }
  /** `reason`: why it ended, where nobody asked for it. */
  'capture/state': { readonly on: boolean; readonly reason: string | null }
  /** Something of the machine may be otherwise than when it was last looked at. */
  'machine/changed': Record<string, never>
  'terminal/data': { readonly terminal: string; readonly data: string }
  'terminal/ended': { readonly terminal: string; readonly exitCode: number; readonly signal: number | null }
}
export type NotificationName = keyof Notifications

/** JSON-RPC error codes of our own range, for what is no expected failure. */
export const errorCodes = {
  /** Parameters did not match the schema. */
  invalidParams: -32602,
  unknownMethod: -32601,
  /** `session/open` has not been sent, or the versions differ. */
  notOpen: -32001,
  /** The browser shell does not know this client; the connection ends. */
  notAdmitted: -32002,
  /** More requests wait for their answers than a shell passes on. */
  tooManyRequests: -32003,
  /** A bug: an exception nobody expected. */
  internal: -32603,
} as const
