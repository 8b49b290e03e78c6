/**
 * What every study of a lab inside the emulated machine does: builds it, asks its checks, reads it back, edits it there and
 * back, and takes it down.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { normalise } from '../../electron/core/lab/normalise.js'
import { parseLabText } from '../../electron/core/lab/parse.js'
import { fallbackTunnels } from '../../electron/core/lab/tunnel.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import { diff } from '../../electron/core/plan/diff.js'
import { labFromLive } from '../../electron/core/plan/read-back.js'
import type { Params } from '../../electron/core/rpc.js'
import type { Session } from '../../electron/session/session.js'
import { inEnglish } from '../../electron/core/words/said.js'

export const planTexts = (wanted: LabFile, session: Session): string[] =>
  diff(normalise(wanted), session.live, { former: 'everything' }).map(({ text }) => text)

export async function apply(session: Session, lab: LabFile): Promise<void> {
  const applied = await session.request('lab/apply', { lab, former: 'standing' })
  if (!applied.ok) throw new Error(applied.failure.message)
  await session.request('live/refresh', {})
}

/** Types a command in a namespace. */
export function typed(session: Session, namespace: string, command: string): void {
  const anchor = ['--target', String(session.anchorPid), '--mount', '--net', '--pid', '--']
  execFileSync('nsenter', [...anchor, 'nsenter', `--net=/run/netns/${namespace}`, '--', 'sh', '-c', command])
}

/** A trace of the network as it is now. */
export async function film(session: Session, from: string, to: string, more: Partial<Params<'trace/run'>> = {}) {
  const traced = await session.request('trace/run', { from, to, ...more })
  if (!traced.ok) throw new Error(traced.failure.message)
  return traced.trace
}

/** Of these features, those that were not tried or are not there. */
export const missingOf = (session: Session, wanted: readonly string[]): readonly string[] =>
  wanted.filter((name) => !session.capabilities.features.some((each) => each.name === name && each.available))

/** Links beyond `lo`, and beyond the tunnels that the kernel keeps in every namespace once it knows their kind. */
export const remainsOf = (session: Session): readonly string[] =>
  session.live.namespaces.flatMap(({ name, links }) =>
    links
      .filter((link) => link.kind !== 'loopback' && !fallbackTunnels.has(link.name))
      .map((link) => `${name}:${link.name}`),
  )

export interface Study {
  /** Name, whether as expected, and what came. */
  readonly checks: readonly string[]
  /** Commands that a plan for the same lab, and for the one that was read back, still has. */
  readonly left: readonly string[]
  readonly unexpressed: readonly string[]
}

/** With the lab as its file says it. */
export async function built(session: Session, file: string): Promise<Study & { readonly lab: LabFile }> {
  const { labFile: lab, problems } = parseLabText(readFileSync(file, 'utf8'), file)
  if (lab === null) throw new Error(`${file} is no lab: ${problems[0]?.message}`)
  await session.request('lab/clear', {})
  await apply(session, lab)
  const checked = await session.request('lab/check', {})
  if (!checked.ok) throw new Error(checked.failure.message)
  await session.request('live/refresh', {})
  const back = labFromLive(session.live, lab.name)
  return {
    lab,
    checks: checked.checks.map(({ name, ok, actual }) => `${name}: ${ok} ${actual}`),
    left: [...planTexts(lab, session), ...planTexts(back.lab, session)],
    unexpressed: back.unexpressed.map(inEnglish),
  }
}

/** Commands that are left to do after the edit, and after the way back. */
export async function editedAndBack(session: Session, lab: LabFile, other: LabFile): Promise<readonly string[]> {
  await apply(session, other)
  const there = planTexts(other, session)
  await apply(session, lab)
  return [...there, ...planTexts(lab, session)]
}

export async function emptied(session: Session): Promise<void> {
  await session.request('lab/clear', {})
  await session.request('live/refresh', {})
}
