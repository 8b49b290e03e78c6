import type { LabCheck } from '../../electron/core/lab/lab.js'
import { pingSize } from '../../electron/core/lab/normalise-checks.js'
import type { CheckResult } from '../../electron/core/rpc.js'
import { sentenceOf, t } from '../i18n/text.svelte.js'

/** What is asked of the network, in the words of the lab file and of ping(8). */
export function checkQuestion(check: LabCheck): string {
  const target =
    check.kind === 'ping'
      ? [
          check.target,
          ...(check.size === pingSize ? [] : [`-s ${check.size}`]),
          ...(check.df ? ['-M do'] : []),
          ...(check.count === 1 ? [] : [`-c ${check.count}`]),
        ].join(' ')
      : check.target.includes(':')
        ? `[${check.target}]:${check.port}`
        : `${check.target}:${check.port}`
  return `${check.from} → ${check.kind} ${target}`
}

/** What the lab expects. */
export function expectation({ expect, ttl, path, snat }: LabCheck): string {
  return [
    t(`trace.outcome.${expect}`),
    ...(ttl === null ? [] : [t('checks.ttl', { ttl })]),
    ...(path === null ? [] : [t('checks.path', { path: path.join(' → ') })]),
    ...(snat === null ? [] : [t('checks.source', { address: snat })]),
  ].join(t('checks.and'))
}

/** What came of it: why it failed, or that all is as expected. */
export function outcomeText(check: LabCheck, { ok, said, detail, actual }: CheckResult): string {
  return ok ? expectation(check) : sentenceOf({ message: detail ?? actual, said })
}

/** A round trip in the unit people know from ping; empty where there was none. */
export function roundTrip(microseconds: number | null): string {
  if (microseconds === null) return ''
  return `${(microseconds / 1000).toFixed(microseconds < 100 ? 3 : 2)} ms`
}
