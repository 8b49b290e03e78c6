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
  readonly kind: 'ping' | 'dns'
  readonly from: string
  /** An address, or the name that is asked for. */
  readonly target: string
}

/** The forms of looking a name up in which the name is the last word. */
const lookup = /^(?:getent (?:a?hosts|ahostsv[46])|host|nslookup) (?:.* )?([\w.-]+)$/

function read({ namespace, line }: Typed): Read {
  let words = line.trim().replace(/\s+/g, ' ')
  let inside = namespace
  for (;;) {
    const [whole = '', name] = /^(?:sudo )?(?:ip netns exec|ip net e|ip netns e) (\S+) |^sudo /.exec(words) ?? []
    if (whole === '') break
    inside = name ?? inside
    words = words.slice(whole.length)
  }
  const pinged = /^ping6? (?:.* )?([0-9a-fA-F.:]+)$/.exec(words)?.[1]
  if (pinged !== undefined) return { namespace: inside, words, sent: { kind: 'ping', target: pinged } }
  const name = lookup.exec(words)?.[1]
  return { namespace: inside, words, sent: name === undefined ? null : { kind: 'dns', target: name } }
}

/** The same command, from whichever terminal; a ping or a lookup is the same whatever its options. */
export function isSameCommand(a: Typed, b: Typed): boolean {
  const [one, other] = [read(a), read(b)]
  if (one.namespace !== other.namespace) return false
  if (one.words === other.words) return true
  return one.sent !== null && one.sent.kind === other.sent?.kind && one.sent.target === other.sent.target
}

/** What was sent from where; null for another command. */
export function probeOf(typed: Typed): Probe | null {
  const { namespace, sent } = read(typed)
  return sent && { ...sent, from: namespace }
}
