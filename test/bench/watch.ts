/** From a change made by a stranger's command to the client's mirror of the state: every kind of change, many namespaces. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { LiveState } from '../../electron/core/live/state.js'
import type { Session } from '../../electron/session/session.js'
import { openSession } from './stages.js'
import { topology } from './topology.js'

const exec = promisify(execFile)
const samples = 16
/** A change that is not seen by then is not seen at all (milliseconds). */
const limitMs = 3000

interface Latency {
  readonly kind: string
  /** From the end of the command to the moment the mirrored state shows it. Zero where it showed before the command had ended. */
  readonly medianMs: number
  readonly worstMs: number
  readonly samples: number
}

const inside = (session: Session, namespace: string, command: readonly string[]): Promise<unknown> =>
  exec('nsenter', [
    '--target',
    String(session.anchorPid),
    ...(process.getuid?.() === 0 ? [] : ['--user', '--preserve-credentials']),
    '--mount',
    '--net',
    '--',
    'nsenter',
    `--net=/run/netns/${namespace}`,
    '--',
    ...command,
  ])

const at = (live: LiveState, name: string) => live.namespaces.find((namespace) => namespace.name === name)

const kinds: readonly {
  readonly kind: string
  change(round: number): readonly string[]
  shows(live: LiveState, name: string, round: number): boolean
}[] = [
  {
    kind: 'ip address',
    change: (round) => ['ip', 'addr', 'add', `192.0.2.${round + 1}/32`, 'dev', 'lo'],
    shows: (live, name, round) =>
      at(live, name)?.addresses.some(({ address }) => address === `192.0.2.${round + 1}/32`) ?? false,
  },
  {
    kind: 'ip link',
    change: (round) => ['ip', 'link', 'set', 'eth0', round % 2 === 0 ? 'down' : 'up'],
    shows: (live, name, round) => at(live, name)?.links.find((link) => link.name === 'eth0')?.up === (round % 2 === 1),
  },
  {
    kind: 'ip route',
    change: (round) => ['ip', 'route', 'add', 'blackhole', `198.51.100.${round + 1}/32`],
    shows: (live, name, round) => at(live, name)?.routes.some(({ to }) => to === `198.51.100.${round + 1}/32`) ?? false,
  },
  {
    kind: 'sysctl',
    change: (round) => ['sysctl', '-qw', `net.ipv4.ip_forward=${(round + 1) % 2}`],
    shows: (live, name, round) => at(live, name)?.sysctls['net.ipv4.ip_forward'] === String((round + 1) % 2),
  },
  {
    kind: 'iptables',
    change: (round) => ['iptables', '-A', 'FORWARD', '-s', `203.0.113.${round + 1}/32`, '-j', 'DROP'],
    shows: (live, name, round) =>
      at(live, name)?.ruleset.iptables.some(({ rule }) => rule?.includes(`203.0.113.${round + 1}/32`)) ?? false,
  },
]

export async function watchLatency(
  namespaces: number,
): Promise<{ readonly namespaces: number; readonly latencies: readonly Latency[] }> {
  const session = await openSession()
  try {
    const applied = await session.request('lab/apply', { lab: topology('star', namespaces), former: 'everything' })
    if (!applied.ok) throw new Error(applied.failure.message)
    const latencies: Latency[] = []
    for (const { kind, change, shows } of kinds) {
      const delays: number[] = []
      for (let round = 0; round < samples; round += 1) {
        // Two rounds on each: there and back again.
        const name = `n${((round >> 1) * 7) % namespaces}`
        let seen: number | null = null
        const stop = session.on('live/changed', () => {
          if (seen === null && shows(session.live, name, round)) seen = performance.now()
        })
        await inside(session, name, change(round))
        const made = performance.now()
        while (seen === null && performance.now() - made < limitMs)
          await new Promise((resolve) => setTimeout(resolve, 1))
        stop()
        delays.push(seen === null ? Number.POSITIVE_INFINITY : Math.max(0, seen - made))
      }
      const ordered = [...delays].sort((a, b) => a - b)
      latencies.push({
        kind,
        medianMs: ordered[ordered.length >> 1] ?? Number.NaN,
        worstMs: ordered.at(-1) ?? Number.NaN,
        samples,
      })
    }
    return { namespaces, latencies }
  } finally {
    await session.close()
  }
}
