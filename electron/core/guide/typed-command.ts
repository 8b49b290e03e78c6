/** Commands as they were typed, compared with those of a guide. */

export interface Typed {
  /** Of the terminal that it was typed in. */
  readonly namespace: string
  readonly line: string
}

interface Read {
  readonly namespace: string
  readonly words: string
  /** Of a ping. */
  readonly target: string | null
}

function read({ namespace, line }: Typed): Read {
  let words = line.trim().replace(/\s+/g, ' ')
  let inside = namespace
  for (;;) {
    const [whole = '', name] = /^(?:sudo )?(?:ip netns exec|ip net e|ip netns e) (\S+) |^sudo /.exec(words) ?? []
    if (whole === '') break
    inside = name ?? inside
    words = words.slice(whole.length)
  }
  const target = /^ping6? (?:.* )?([0-9a-fA-F.:]+)$/.exec(words)?.[1] ?? null
  return { namespace: inside, words, target }
}

/** The same command, from whichever terminal; a ping is the same whatever its options. */
export function isSameCommand(a: Typed, b: Typed): boolean {
  const [one, other] = [read(a), read(b)]
  if (one.namespace !== other.namespace) return false
  return one.words === other.words || (one.target !== null && one.target === other.target)
}

export interface Ping {
  readonly from: string
  readonly target: string
}

/** From where a ping went to where; null for another command. */
export function pingOf(typed: Typed): Ping | null {
  const { namespace, target } = read(typed)
  return target === null ? null : { from: namespace, target }
}
