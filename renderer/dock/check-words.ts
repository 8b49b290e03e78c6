import type { LabCheck } from '../../electron/core/lab/lab.js'
import { pingSize } from '../../electron/core/lab/normalise-checks.js'
import type { CheckResult } from '../../electron/core/rpc.js'
import { sentenceOf, t } from '../i18n/text.svelte.js'

/** What is asked of the network, in the words of the lab file and of ping(8). */
export function checkQuestion(check: LabCheck): string {
  if (check.kind === 'dns') return `${check.from} → dns ${check.target}`
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
export function expectation(check: LabCheck): string {
  const outcome = t(`trace.outcome.${check.expect}`)
  if (check.kind === 'dns')
    return [outcome, ...(check.answer === null ? [] : [t('checks.answer', { address: check.answer })])].join(
      t('checks.and'),
    )
  const { ttl, path, snat } = check
  return [
    outcome,
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
