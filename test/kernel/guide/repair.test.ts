/** Labs to repair: broken as they come, and whole after the repair, whether it was offered or typed. */
import { beforeAll, describe, expect, test, type TestContext } from 'vitest'
import { isAnswer } from '../../../electron/core/diagnosis/trace.js'
import type { LabCheck } from '../../../electron/core/lab/lab.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import type { CheckResult } from '../../../electron/core/rpc.js'
import type { Session } from '../../../electron/session/session.js'
import { inside, loadStarter, openSession, skipLacking, starterLabs } from '../engine/sandbox.js'
import { build } from '../support/build.js'
import { repairs } from './repairs.js'

beforeAll(() => build())

/**
 * No single probe shows all that is missing: a trace tells the cause and offers no fix, or one that brings an answer by
 * another way than the lab asks for, as a firewall that is opened altogether or a cable that is made wider. What a file of
 * names says wrong is for people to correct, and so is who heeds whose advertisements.
 */
const needsMore = new Set([
  '03-two-namespaces.broken',
  '05-bridge-gateway.broken',
  '11-vxlan.mtu',
  '14-two-ways.broken',
  '15-mtu.broken',
  '16-names.broken',
  '16-names.moved',
  '17-addresses.forwarding',
  '18-firewall.broken',
  '18-firewall.new',
  '22-kubernetes-service.broken',
])

const twins = starterLabs
  .map((file) => ({ name: file.replace('.vethlab.yaml', ''), ...loadStarter(file) }))
  .filter(({ file }) => file.goal !== undefined)

async function results(session: Session, file: LabFile, checks: LabFile['checks']): Promise<readonly CheckResult[]> {
  const answer = await session.request('lab/check', { lab: { ...file, checks: checks ?? [] } })
  if (!answer.ok) throw new Error(answer.failure.message)
  return answer.checks
}
const failing = async (session: Session, file: LabFile, checks: LabFile['checks']): Promise<readonly string[]> =>
  (await results(session, file, checks)).filter(({ ok }) => !ok).map(({ name }) => name)

/**
 * Several labs at once, one of which sends packets round in circles: a probe may wait for a processor longer than it waits. And
 * of several tests at once only their own context knows which one it is that expects.
 */
const untilAllHold = (
  context: TestContext,
  session: Session,
  file: LabFile,
  checks: LabFile['checks'],
): Promise<void> => context.expect.poll(() => failing(session, file, checks)).toEqual([])

async function deployed(file: LabFile, context: TestContext): Promise<Session> {
  const session = await openSession(context)
  skipLacking(context, session, file)
  expect(await session.request('lab/apply', { lab: file, former: 'everything' })).toMatchObject({ ok: true })
  return session
}

/** Traces like the goal, and takes the fix that is offered until there is an answer. */
async function takeFixes(session: Session, goal: LabCheck): Promise<void> {
  if (goal.kind === 'dns') throw new Error('no trace asks for a name')
  const probe = {
    from: goal.from,
    to: goal.target,
    protocol: goal.kind === 'ping' ? ('icmp' as const) : goal.kind,
    ...('port' in goal ? { port: goal.port } : { size: goal.size, df: goal.df }),
  }
  for (let round = 0; round < 4; round += 1) {
    const traced = await session.request('trace/run', probe)
    if (!traced.ok) throw new Error(traced.failure.message)
    if (isAnswer(traced.trace.outcome)) return
    expect(traced.trace.diagnosis?.fix, `${goal.name}, round ${round + 1}`).toBeTruthy()
    expect(await session.request('trace/fix', { trace: traced.trace.id })).toMatchObject({ ok: true })
  }
  throw new Error(`${goal.name}: no answer after four fixes`)
}

test('every lab to repair has goals, and says what the cause was', () => {
  expect(twins.map(({ name }) => name).toSorted()).toEqual(Object.keys(repairs).toSorted())
  expect(starterLabs.filter((name) => name.includes('.broken')).every((name) => loadStarter(name).file.goal)).toBe(true)
  for (const { file } of twins) expect(file.explanation, file.name).toHaveProperty('zh-CN')
})

// Each in a sandbox of its own: most of their time is waiting for what does not arrive.
describe.concurrent.each(twins)('$name', ({ name, file }) => {
  test('is broken as it comes, whole after what a learner types, and its checks hold all the same', async (context) => {
    const session = await deployed(file, context)
    await untilAllHold(context, session, file, file.checks)
    expect((await failing(session, file, file.goal)).length).toBeGreaterThan(0)

    await inside(session, 'host', 'bash', '--norc', '-ec', (repairs[name] ?? []).join('\n'))
    await untilAllHold(context, session, file, file.goal)
    await untilAllHold(context, session, file, file.checks)
  })
})

describe.concurrent.each(twins.filter(({ name }) => !needsMore.has(name)))('$name, traced', ({ file, lab }) => {
  test('is whole after the fixes that its traces offer', async (context) => {
    const session = await deployed(file, context)
    for (const goal of lab.goal) await takeFixes(session, goal)
    expect(await failing(session, file, file.goal)).toEqual([])
    expect(await failing(session, file, file.checks)).toEqual([])
  })
})
