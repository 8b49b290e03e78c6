/** A film file: one HTML page that shows a trace anywhere, and carries the lab it was taken in. Its data, as the page reads it. */
import type { Inside } from '../diagnosis/diagnosis.js'
import type { Message } from '../diagnosis/words.js'
import { traceJson, type Trace } from '../diagnosis/trace.js'
import type { Lab } from '../lab/lab.js'
import type { LiveNamespace, LiveState } from '../live/state.js'
import { toBase64 } from '../packet/base64.js'

/** Grows when a page could no longer read what an earlier program wrote. */
export const filmVersion = 1

/** A film file is sent around and put on pages: it stays small (bytes). */
export const filmBytes = 500_000

export interface FilmData {
  readonly film: typeof filmVersion
  /** The program that made it, with its version. */
  readonly application: string
  readonly lab: {
    readonly name: string
    readonly title: Lab['title']
    /** The lab file, byte for byte. */
    readonly text: string
    readonly layout: Lab['layout']
  }
  /** The document of `trace --json`. */
  readonly trace: object
  /** What that document leaves out, and the picture and its sentences need. */
  readonly told: {
    readonly time: number
    readonly message: string | null
    /** Of each hop in turn: the number of the hop that it is compared with. */
    readonly comparedWith: readonly (number | null)[]
    readonly cause: Message | null
    readonly ruledOut: readonly Message[]
    /** Of a tunnel whose own packets end on their way. */
    readonly inside?: Inside
  }
  /** The network as it was: what the picture is drawn from. */
  readonly live: LiveState
  /** The capture as a pcapng file, base64. */
  readonly pcapng: string
}

/** What of a namespace is drawn or said; the rest would only make the file larger. */
const drawnSysctls: ReadonlySet<string> = new Set(['net.ipv4.ip_forward', 'net.ipv4.conf.all.forwarding'])

const drawn = (namespace: LiveNamespace): LiveNamespace => {
  const { connections: _connections, dnsmasq: _dnsmasq, dhcp: _dhcp, ...rest } = namespace
  return {
    ...rest,
    neighbours: [],
    fdb: [],
    rules: [],
    services: [],
    ruleset: { nft: [], iptables: namespace.ruleset.iptables },
    sysctls: Object.fromEntries(Object.entries(namespace.sysctls).filter(([key]) => drawnSysctls.has(key))),
  }
}

export interface Filmed {
  readonly application: string
  readonly lab: Lab
  /** Of the lab file. */
  readonly text: string
  readonly trace: Trace
  readonly live: LiveState
  /** Bytes of the capture file. */
  readonly capture: Uint8Array
}

export function filmData({ application, lab, text, trace, live, capture }: Filmed): FilmData {
  return {
    film: filmVersion,
    application,
    lab: { name: lab.name, title: lab.title, text, layout: lab.layout },
    trace: traceJson(trace),
    told: {
      time: trace.time,
      message: trace.message,
      comparedWith: trace.hops.map(({ comparedWith }) => comparedWith),
      cause: trace.diagnosis?.message ?? null,
      ruledOut: trace.diagnosis?.ruledOutMessages ?? [],
      ...(trace.diagnosis?.inside ? { inside: trace.diagnosis.inside } : {}),
    },
    live: { revision: live.revision, namespaces: live.namespaces.map(drawn) },
    pcapng: toBase64(capture),
  }
}
