/** Commands as they were typed, compared with those of a guide. */

export interface Typed {
  /** Of the terminal that it was typed in. */
  readonly namespace: string
  readonly line: string
}

interface Read {
  readonly namespace: string
  readonly words: string
  /** What it sends, and where to. */
  readonly sent: Omit<Probe, 'from'> | null
}

/** What a command sends for the sake of its answer. */
export interface Probe {
  readonly kind: 'ping' | 'dns' | 'tcp'
  readonly from: string
  /** An address, or the name that is asked for. */
  readonly target: string
  /** That is connected to; `tcp` alone has one. */
  readonly port?: number
}

/** The forms of looking a name up in which the name is the last word. */
const lookup = /^(?:getent (?:a?hosts|ahostsv[46])|host|nslookup) (?:.* )?([\w.-]+)$/

/**
 * The forms of connecting, each with address and port: Bash's `/dev/tcp`, the programs that are called nc, and curl or wget. The
 * address of IPv6 is in brackets where a colon follows.
 */
const connecting: readonly RegExp[] = [
  /\/dev\/tcp\/([0-9a-fA-F.:]+)\/(\d+)\b/,
  /^(?:nc|ncat|netcat) (?:.* )?([0-9a-fA-F.:]+) (\d+)$/,
  /^(?:curl|wget) (?:.* )?(?:http:\/\/)?(?:\[([0-9a-fA-F:]+)\]|([0-9.]+))(?::(\d+))?(?:\/\S*)?$/,
]
const httpPort = '80'

function connectedTo(words: string): Pick<Probe, 'target' | 'port'> | null {
  for (const form of connecting) {
    const [whole, ...parts] = form.exec(words) ?? []
    if (whole === undefined) continue
    const [target, port = httpPort] = parts.filter((part) => part !== undefined)
    if (target !== undefined) return { target, port: Number(port) }
  }
  return null
}

/** What is sent by a command or by a check of a lab, whose kinds are more. */
type Sent = Pick<Probe, 'target' | 'port'> & { readonly kind: string }

/** Of the same kind, to the same place. */
const isSameSent = (a: Sent, b: Sent): boolean => a.kind === b.kind && a.target === b.target && a.port === b.port

export const isSameProbe = (a: Sent & Pick<Probe, 'from'>, b: Sent & Pick<Probe, 'from'>): boolean =>
  a.from === b.from && isSameSent(a, b)

function read({ namespace, line }: Typed): Read {
  let words = line.trim().replace(/\s+/g, ' ')
  let inside = namespace
  for (;;) {
    const [whole = '', name] =
      /^(?:sudo )?(?:ip netns exec|ip net e|ip netns e) (\S+) |^sudo |^timeout \S+ /.exec(words) ?? []
    if (whole === '') break
    inside = name ?? inside
    words = words.slice(whole.length)
  }
  const pinged = /^ping6? (?:.* )?([0-9a-fA-F.:]+)$/.exec(words)?.[1]
  if (pinged !== undefined) return { namespace: inside, words, sent: { kind: 'ping', target: pinged } }
  const connected = connectedTo(words)
  if (connected) return { namespace: inside, words, sent: { kind: 'tcp', ...connected } }
  const name = lookup.exec(words)?.[1]
  return { namespace: inside, words, sent: name === undefined ? null : { kind: 'dns', target: name } }
}

/** The same command, from whichever terminal; a ping, a lookup or a connection is the same whatever its options. */
export function isSameCommand(a: Typed, b: Typed): boolean {
  const [one, other] = [read(a), read(b)]
  if (one.namespace !== other.namespace) return false
  if (one.words === other.words) return true
  return one.sent !== null && other.sent !== null && isSameSent(one.sent, other.sent)
}

/** What was sent from where; null for another command. */
export function probeOf(typed: Typed): Probe | null {
  const { namespace, sent } = read(typed)
  return sent && { ...sent, from: namespace }
}
