/** Who follows a guide in an empty sandbox, command by command, sees what its steps claim and ends with the lab's network. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Session } from '../../../electron/session/session.js'
import { hasParts } from '../../../electron/core/guide/missing-parts.js'
import { inside, openSession, skipLacking } from '../engine/sandbox.js'
import { until } from '../support/until.js'
import { build } from '../support/build.js'
import { betweenHereAnd, failedChecks, follow, ranOf, withStatus, type Ran } from './follow.js'
import { guidedLab, guidedLabs, type GuidedLab } from './guided.js'

beforeAll(() => build())

/** Runs one command as the learner would, in a shell of the sandbox's host. */
const type = async (session: Session, command: string): Promise<Ran> =>
  ranOf(await inside(session, 'host', 'bash', '--norc', '-c', withStatus(command)))

const walk = (session: Session, { file }: GuidedLab, instead: Readonly<Record<string, string>> = {}): Promise<void> =>
  follow(session, (command) => type(session, command), file, instead)

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
  test('leads from an empty sandbox to the network of the lab', async (context) => {
    const session = await freshSession()
    skipLacking(context, session, guided.file)
    expect(session.live.namespaces.map((each) => each.name)).toEqual(['host'])
    await walk(session, guided)

    expect(await failedChecks(session, guided.file, guided.file.checks ?? [])).toEqual([])
    expect(await betweenHereAnd(guided.lab, session)).toEqual({ missing: [], beyond: beyondTheLab[name] ?? [] })
  })

  test('is recognised as done in the lab itself when it is deployed', async (context) => {
    const session = await openSession()
    skipLacking(context, session, guided.file)
    expect(await session.request('lab/apply', { lab: guided.file, former: 'everything' })).toMatchObject({ ok: true })
    for (const [index, { done }] of guided.steps.entries()) {
      if (!done || leftToLearner[name] === index + 1) continue
      await until(`step ${index + 1} is recognised as done`, () => hasParts(done, session.live))
    }
  })
})

/**
 * The last step of the router goes further than the lab, which speaks IPv4 alone. What a typed client has brought is known to
 * nobody as a lease's, and follows from the hardware addresses (address_allocate, dnsmasq's dhcp.c).
 */
const leftToLearner: Readonly<Record<string, number>> = { router: 8 }
const beyondTheLab: Readonly<Record<string, readonly string[]>> = {
  router: ['ip netns exec ns-router sysctl -w net.ipv6.conf.all.forwarding=0'],
  'addresses-by-themselves': [
    'rm /etc/netns/pc1/resolv.conf',
    'rm /etc/netns/pc2/resolv.conf',
    'ip -n pc1 route del default via 10.0.0.1 dev eth0',
    'ip -n pc2 route del default via 10.0.0.1 dev eth0',
    'ip -n pc1 addr del 10.0.0.179/24 dev eth0',
    'ip -n pc2 addr del 10.0.0.180/24 dev eth0',
  ],
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
    await walk(session, guided, { [add]: pair })
    expect(await failedChecks(session, guided.file, guided.file.checks ?? [])).toEqual([])
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
