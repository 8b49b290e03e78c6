import type { LabCheck } from '../../electron/core/lab/lab.js'

/** What is asked of the network, in the words of the lab file. */
export function checkQuestion(check: LabCheck): string {
  const target =
    check.kind === 'ping'
      ? check.target
      : check.target.includes(':')
        ? `[${check.target}]:${check.port}`
        : `${check.target}:${check.port}`
  return `${check.from} → ${check.kind} ${target}`
}

/** What the lab expects, in the words the results use. */
export function expectation({ expect, ttl, path, snat }: LabCheck): string {
  return [
    expect,
    ...(ttl === null ? [] : [`ttl ${ttl}`]),
    ...(path === null ? [] : [`path ${path.join(' -> ')}`]),
    ...(snat === null ? [] : [`source ${snat}`]),
  ].join(', ')
}

/** A round trip in the unit people know from ping; empty where there was none. */
export function roundTrip(microseconds: number | null): string {
  if (microseconds === null) return ''
  return `${(microseconds / 1000).toFixed(microseconds < 100 ? 3 : 2)} ms`
}
