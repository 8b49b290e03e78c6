/** Labs in the kernel that are edited into one another: what stands is what each says, and at the end nothing does. */
import { expect } from 'vitest'
import { normalise } from '../../../electron/core/lab/normalise.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { labFromLive } from '../../../electron/core/plan/read-back.js'
import type { Session } from '../../../electron/session/session.js'
import { until } from '../support/until.js'
import { dump } from './sandbox.js'

export async function apply(
  session: Session,
  lab: LabFile,
  former: 'standing' | 'everything' = 'standing',
): Promise<void> {
  expect(await session.request('lab/apply', { lab, former })).toMatchObject({ ok: true })
}

/** What the session mirrors is what the lab says, and what is read back says the same. */
export async function expectAsSaid(session: Session, lab: LabFile): Promise<void> {
  const rest = () => diff(normalise(lab), session.live, { former: 'everything' }).map(({ text }) => text)
  await until('the mirror has heard of all of it', () => rest().length === 0).catch(() => {})
  expect(rest()).toEqual([])
  const back = labFromLive(session.live, 'back')
  expect(back.unexpressed).toEqual([])
  expect(diff(normalise(back.lab), session.live, { former: 'everything' }).map(({ text }) => text)).toEqual([])
}

/** From nothing through all of the labs and back: the kernel has what it had before. */
export async function throughAll(
  session: Session,
  name: string,
  labs: readonly LabFile[],
  each: (lab: LabFile) => Promise<void>,
): Promise<void> {
  const nothing: LabFile = { vethlab: 1, name }
  await apply(session, nothing, 'everything')
  const before = await dump(session)
  for (const lab of labs) {
    await apply(session, lab)
    await each(lab)
  }
  await apply(session, nothing)
  await until(
    'the kernel has freed the namespaces',
    async () => JSON.stringify(await dump(session)) === JSON.stringify(before),
  ).catch(() => {})
  expect(await dump(session)).toEqual(before)
}
