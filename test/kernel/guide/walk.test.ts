/** Who follows a guide in an empty sandbox, command by command, sees what its steps claim and ends with the lab's network. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { CheckEntry, GuideStep } from '../../../electron/core/lab/schema.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { isQuieting } from '../../../electron/core/plan/sysctls.js'
import type { CheckResult } from '../../../electron/core/rpc.js'
import type { Session } from '../../../electron/session/session.js'
import { hasParts } from '../../../electron/core/guide/missing-parts.js'
import { inside, openSession } from '../engine/sandbox.js'
import { patiently, until } from '../support/until.js'
import { build } from '../support/build.js'
import { guidedLab, guidedLabs, sayings, type GuidedLab } from './guided.js'

beforeAll(() => build())

interface Ran {
  readonly ok: boolean
  /** What the terminal shows: both streams. */
  readonly shown: string
}

/** Runs one command as the learner would, in a shell of the sandbox's host. */
async function type(session: Session, command: string): Promise<Ran> {
  const shown = await inside(session, 'host', 'bash', '--norc', '-c', `exec 2>&1\n${command}\nprintf '\\n%s' "$?"`)
  const at = shown.lastIndexOf('\n')
  return { ok: shown.slice(at + 1) === '0', shown: shown.slice(0, at) }
}

/** The step's own checks, with the step's own expectations, on the network as it is. */
async function failedChecks(
  session: Session,
  { file }: GuidedLab,
  checks: readonly CheckEntry[],
): Promise<readonly CheckResult[]> {
  const { vethlab, name, namespaces, links } = file
  const lab = { vethlab, name, ...(namespaces && { namespaces }), ...(links && { links }), checks: [...checks] }
  const answer = await session.request('lab/check', { lab })
  if (!answer.ok) throw new Error(answer.failure.message)
  expect(answer.checks.length).toBe(checks.length)
  return answer.checks.filter(({ ok }) => !ok)
}

/** Whether a step waits for something that the network must have; others only ask, or look. */
const builds = ({ done }: GuideStep): boolean => done?.namespaces !== undefined || done?.links !== undefined

/** Follows the guide; `instead` replaces commands, by their text. */
async function follow(
  session: Session,
  guided: GuidedLab,
  instead: Readonly<Record<string, string>> = {},
): Promise<void> {
  const expected = sayings[guided.file.name] ?? {}
  for (const [index, step] of guided.steps.entries()) {
    const where = `step ${index + 1}`
    const { done } = step
    if (done && builds(step)) expect(hasParts(done, session.live), `${where} is done before it began`).toBe(false)
    for (const [number, written] of (step.commands ?? []).entries()) {
      const command = instead[written] ?? written
      // A port forwards when the kernel has seen its carrier, which it looks at once a second (linkwatch): people type slower.
      if (/\bping\b/.test(command)) await until('all ports to forward', () => portsForward(session))
      const { ok, shown } = await type(session, command)
      const saying = expected[`${index + 1}.${number + 1}`]
      expect({ command, ok, shown }).toMatchObject({ ok: !(saying?.fails ?? false) })
      if (saying) expect({ command, shown }).toMatchObject({ shown: expect.stringContaining(saying.words) as string })
    }
    if (!done) continue
    await until(`${where} is recognised as done`, () => hasParts(done, session.live))
    expect(await failedChecks(session, guided, done.checks ?? []), where).toEqual([])
  }
}

const portsForward = ({ live }: Session): boolean =>
  live.namespaces.every(({ links }) =>
    links.every(({ up, carrier, port }) => port === null || !up || !carrier || port.state === 'forwarding'),
  )

/**
 * A sandbox whose host has the kernel's own default. On a machine that forwards, as one with Docker does, each new
 * namespace starts with forwarding on; the guides say so.
 */
async function freshSession(): Promise<Session> {
  const session = await openSession()
  await inside(session, 'host', 'sysctl', '-qw', 'net.ipv4.ip_forward=0')
  const forwards = () => hasParts({ namespaces: { host: { forwarding: true } } }, session.live)
  await until('the host does not forward', () => !forwards())
  return session
}

describe.each(guidedLabs.map((each) => [each.file.name, each] as const))('the guide of %s', (name, guided) => {
  test('leads from an empty sandbox to the network of the lab', async () => {
    const session = await freshSession()
    expect(session.live.namespaces.map((each) => each.name)).toEqual(['host'])
    await follow(session, guided)

    expect(await failedChecks(session, guided, guided.file.checks ?? [])).toEqual([])
    // Vethlab keeps its wires quiet, and br_netfilter off its bridges; nobody who builds by hand types that.
    const plan = () => diff(guided.lab, session.live, { former: null })
    const missing = () =>
      plan()
        .filter((planned) => !isQuieting(guided.lab, planned))
        .map(({ text }) => text)
    await patiently(() => missing().length === 0)
    expect(missing()).toEqual([])
    const left = plan().map(({ text }) => text)
    // What the learner made beyond the lab would be taken away here.
    const strict = diff(guided.lab, session.live, { former: 'everything' }).map(({ text }) => text)
    expect(strict.filter((text) => !left.includes(text))).toEqual(beyondTheLab[name] ?? [])
  })

  test('is recognised as done in the lab itself when it is deployed', async () => {
    const session = await openSession()
    expect(await session.request('lab/apply', { lab: guided.file, former: 'everything' })).toMatchObject({ ok: true })
    for (const [index, { done }] of guided.steps.entries()) {
      if (!done || leftToLearner[name] === index + 1) continue
      await until(`step ${index + 1} is recognised as done`, () => hasParts(done, session.live))
    }
  })
})

/** The last step of the router goes further than the lab, which speaks IPv4 alone. */
const leftToLearner: Readonly<Record<string, number>> = { router: 8 }
const beyondTheLab: Readonly<Record<string, readonly string[]>> = {
  router: ['ip netns exec ns-router sysctl -w net.ipv6.conf.all.forwarding=0'],
}

describe('the network card of the bridge guide', () => {
  const guided = guidedLab('bridge-gateway')
  const add = guided.steps[1]?.commands?.[0] ?? ''

  test('is made on every kernel: a missing driver is named in the words of the text', async () => {
    const session = await freshSession()
    const { ok, shown } = await type(session, add)
    expect({ ok, shown }).toMatchObject({ ok: true })
    const kind = () => session.live.namespaces[0]?.links.find(({ name }) => name === 'eth0')?.kind
    await until('eth0 is there', () => kind() !== undefined)
    if (kind() === 'dummy') expect(shown).toBe('')
    else expect([kind(), shown]).toEqual(['ifb', expect.stringContaining('Unknown device type')])
  })

  test('may as well be the end of a veth pair that the text offers', async () => {
    const pair = 'ip link add eth0 type veth peer name card0'
    for (const text of Object.values(guided.steps[1]?.text ?? {})) expect(text).toContain(`\`${pair}\``)
    const session = await freshSession()
    await follow(session, guided, { [add]: pair })
    expect(await failedChecks(session, guided, guided.file.checks ?? [])).toEqual([])
  })
})

describe('recognising a step', () => {
  test('takes other commands that come to the same, and takes it back when they are undone', async () => {
    const guided = guidedLab('router')
    const [, cables] = guided.steps
    const done = cables?.done
    if (!done) throw new Error('the second step asks for nothing')
    const session = await freshSession()
    const shorter = [
      'for each in ns0 ns1 ns-router; do ip netns add $each; done',
      'ip link add veth1 netns ns-router type veth peer name veth0 netns ns0',
      'ip link add veth2 netns ns1 type veth peer name veth3 netns ns-router',
    ]
    for (const command of shorter) expect(await type(session, command)).toMatchObject({ ok: true })
    await until('the cables are recognised', () => hasParts(done, session.live))
    expect(await type(session, 'ip -n ns1 link del veth2')).toMatchObject({ ok: true })
    await until('the missing cable is noticed', () => !hasParts(done, session.live))
  })

  test('does not take a cable between the wrong ends for the right one', async () => {
    const done = guidedLab('router').steps[1]?.done
    if (!done) throw new Error('the second step asks for nothing')
    const session = await freshSession()
    const crossed = [
      'for each in ns0 ns1 ns-router; do ip netns add $each; done',
      'ip link add veth0 netns ns0 type veth peer name veth3 netns ns-router',
      'ip link add veth2 netns ns1 type veth peer name veth1 netns ns-router',
    ]
    for (const command of crossed) expect(await type(session, command)).toMatchObject({ ok: true })
    const links = () => session.live.namespaces.flatMap((each) => each.links.map(({ name }) => name))
    await until('all four ends are seen', () =>
      ['veth0', 'veth1', 'veth2', 'veth3'].every((name) => links().includes(name)),
    )
    expect(hasParts(done, session.live)).toBe(false)
  })
})
