/** Tests that cannot run on this machine: skipped, and why is said in the list at the end of a run. */
import { existsSync } from 'node:fs'
import type { TestContext } from 'vitest'

/** The report has no other place for the reason than what a test has beside it. */
export function skipBecause(context: TestContext, reason: string): void {
  Object.assign(context.task.meta, { reason })
  context.skip(reason)
}

export function skipWithout(context: TestContext, program: string): void {
  if (!['/sbin', '/usr/sbin', '/usr/bin'].some((at) => existsSync(`${at}/${program}`)))
    skipBecause(context, `there is no ${program} on this machine`)
}
