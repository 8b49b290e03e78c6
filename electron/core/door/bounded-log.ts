/** Lines that somebody else can cause are said a few at a time: a flood of them must fill neither a terminal nor a disk. */

/** So many in each period; the rest is counted. */
const bounds = { lines: 20, periodMs: 10_000 } as const

/**
 * Says lines, and of those above the bound how many there were, with the first line after the period.
 * @param clock milliseconds
 */
export function boundedLog(say: (line: string) => void, clock: () => number): (line: string) => void {
  let since = clock()
  let lines = 0
  return (line) => {
    const now = clock()
    if (now - since >= bounds.periodMs) {
      const untold = lines - bounds.lines
      since = now
      lines = 0
      if (untold > 0) say(`(${untold} more of these)`)
    }
    lines += 1
    if (lines <= bounds.lines) say(line)
  }
}
