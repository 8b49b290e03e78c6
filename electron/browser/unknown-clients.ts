/**
 * Connections that have not said who they are. There is room for a few; where it is full, the one that has been silent
 * longest makes room for the next, of the user who has most of them: the window says who it is at once, so nobody keeps
 * it out by being there. Who guesses wrong is counted by where it comes from, and nobody else waits for it.
 */
import type { Socket } from 'node:net'

/** Failed attempts in so many milliseconds, above which their origin waits: a reload fails once or twice at most. */
const attempts = { most: 10, periodMs: 10_000 } as const

/** Origins whose failures are remembered: this machine's users. */
const keptOrigins = 1000

export class Waiting {
  /** Oldest first. */
  private readonly inside = new Map<() => void, string>()

  /** @param room for so many at a time */
  constructor(private readonly room: number) {}

  /**
   * Lets one in, and turns another one out where there is no room.
   * @param turnOut ends it
   * @returns to be called when it has said who it is, or is gone
   */
  enter(origin: string, turnOut: () => void): () => void {
    if (this.inside.size >= this.room) this.makeRoom()
    this.inside.set(turnOut, origin)
    return () => void this.inside.delete(turnOut)
  }

  private makeRoom(): void {
    const counts = new Map<string, number>()
    for (const origin of this.inside.values()) counts.set(origin, (counts.get(origin) ?? 0) + 1)
    const most = Math.max(...counts.values())
    for (const [turnOut, origin] of this.inside) {
      if (counts.get(origin) !== most) continue
      this.inside.delete(turnOut)
      return turnOut()
    }
  }
}

export class Failures {
  private readonly times = new Map<string, number[]>()

  /** @param clock milliseconds */
  constructor(private readonly clock: () => number) {}

  count(origin: string): void {
    const times = [...this.recent(origin), this.clock()].slice(-attempts.most)
    // Last in, so that the first is the one that is forgotten.
    this.times.delete(origin)
    this.times.set(origin, times)
    const [oldest] = this.times.keys()
    if (this.times.size > keptOrigins && oldest !== undefined) this.times.delete(oldest)
  }

  /** Whether too many attempts from there have failed just now. */
  areTooMany(origin: string): boolean {
    return this.recent(origin).length >= attempts.most
  }

  private recent(origin: string): number[] {
    const since = this.clock() - attempts.periodMs
    return (this.times.get(origin) ?? []).filter((time) => time > since)
  }
}

/**
 * Whose process is at the other end of a connection on 127.0.0.1, by number; null where the kernel does not say.
 * @param tcp /proc/net/tcp (proc(5)): a line for each end, with its own address first, in the order of the machine's bytes
 */
export function userBehind(
  { remotePort, localPort }: Pick<Socket, 'remotePort' | 'localPort'>,
  tcp: string,
): string | null {
  const hex = (port: number | undefined): string => (port ?? 0).toString(16).toUpperCase().padStart(4, '0')
  const ends = new RegExp(`^ *\\d+: [0-9A-F]{8}:${hex(remotePort)} [0-9A-F]{8}:${hex(localPort)} `)
  const line = tcp.split('\n').find((each) => ends.test(each))
  return line?.trim().split(/\s+/)[7] ?? null
}
