/**
 * What checks that run at once can do to each other, by what the kernel limits: errors from one namespace to one
 * destination (`icmp_ratelimit`: six, then one in a second; a redirect before takes all six), and all errors together
 * (`icmp_msgs_per_sec`, at first 50). An error that is held back looks like silence.
 */
import type { LabCheck } from '../core/lab/lab.js'
import type { LiveState } from '../core/live/state.js'
import type { KernelWorker } from './kernel/client.js'
import type { WorkerRequests } from './kernel/protocol.js'

export type Counters = WorkerRequests['counters'][1]['counters']

/** XRLIM_BURST_FACTOR (net/ipv4/icmp.c): errors to one destination before the kernel counts seconds. */
const errorsAtOnce = 6
/** The default of `icmp_msgs_burst`. */
const allErrorsAtOnce = 50
/** The default of `icmp_ratelimit` and of `icmp/ratelimit`: one error in so many milliseconds. */
const usualRateMs = 1000
/** The kernel measures in ticks, and not from our clock (milliseconds). */
const slackMs = 100

const limited = [
  'IcmpOutDestUnreachs',
  'IcmpOutTimeExcds',
  'IcmpOutParmProbs',
  'Icmp6OutDestUnreachs',
  'Icmp6OutTimeExcds',
  'Icmp6OutParmProblems',
] as const
const emptying = ['IcmpOutRedirects', 'Icmp6OutRedirects'] as const
const heldBack = ['IcmpOutRateLimitHost', 'IcmpOutRateLimitGlobal', 'Icmp6OutRateLimitHost'] as const

export async function countErrors(worker: KernelWorker): Promise<Counters> {
  return (await worker.request('counters', { namespaces: null })).counters
}

/** Whether an error may have been held back between two counts. Newer kernels say so; others are given no trust. */
export function wasCrowded(before: Counters, after: Counters): boolean {
  let all = 0
  for (const [namespace, counted] of Object.entries(after)) {
    const grown = (names: readonly string[]): number =>
      names.reduce((sum, name) => sum + (counted[name] ?? 0) - (before[namespace]?.[name] ?? 0), 0)
    const errors = grown(limited)
    all += errors
    if (errors >= errorsAtOnce || grown(emptying) > 0 || grown(heldBack) > 0) return true
  }
  return all >= allErrorsAtOnce
}

/** Milliseconds after which every namespace may send one more error to the same destination. */
export function errorPaceMs({ namespaces }: LiveState): number {
  const rates = namespaces.flatMap(({ sysctls }) =>
    ['net.ipv4.icmp_ratelimit', 'net.ipv6.icmp.ratelimit'].map((key) => Number(sysctls[key] ?? usualRateMs)),
  )
  return Math.max(usualRateMs, ...rates.filter(Number.isFinite)) + slackMs
}

/** Checks whose errors would go to one destination: those of one namespace, and where sources are rewritten all of them. */
export function byErrorDestination(checks: readonly number[], all: readonly LabCheck[], live: LiveState): number[][] {
  const rewrites = live.namespaces.some(({ ruleset }) => /masquerade|snat/i.test(JSON.stringify(ruleset)))
  const groups = new Map<string, number[]>()
  for (const index of checks) {
    const key = rewrites ? '' : (all[index]?.from ?? '')
    groups.set(key, [...(groups.get(key) ?? []), index])
  }
  return [...groups.values()]
}
