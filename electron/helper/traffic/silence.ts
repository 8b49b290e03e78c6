/** Spans of time of which nothing is shown. Frames come to the film a while after they were captured, with the time they had then. */

interface Span {
  readonly since: bigint
  till: bigint | null
}

/** Older ones no frame can be of any more (nanoseconds). */
const keptNs = 60_000_000_000n

const nowNs = (): bigint => BigInt(Date.now()) * 1_000_000n
/** The clock is read in whole milliseconds, and frames in nanoseconds. */
const millisecondNs = 1_000_000n

export class Silence {
  private spans: Span[] = []

  constructor(private readonly now: () => bigint = nowNs) {}

  begin(): () => void {
    const span: Span = { since: this.now(), till: null }
    this.spans = [...this.spans.filter(({ till }) => till === null || till > span.since - keptNs), span]
    return () => {
      span.till ??= this.now() + millisecondNs
    }
  }

  covers(timeNs: bigint): boolean {
    return this.spans.some(({ since, till }) => timeNs >= since && (till === null || timeNs < till))
  }
}
