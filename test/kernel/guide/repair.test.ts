/** Labs to repair: broken as they come, and whole after the repair, whether it was offered or typed. */
import { beforeAll, describe, expect, test } from 'vitest'
import { isAnswer } from '../../../electron/core/diagnosis/trace.js'
import type { LabCheck } from '../../../electron/core/lab/lab.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import type { CheckResult } from '../../../electron/core/rpc.js'
import type { Session } from '../../../electron/session/session.js'
import { inside, loadStarter, openSession, starterLabs } from '../engine/sandbox.js'
import { build } from '../support/build.js'

beforeAll(() => build())

/** What a learner types; one of several ways. */
const typed: Readonly<Record<string, readonly string[]>> = {
  '03-two-namespaces.broken': [
    'ip -n ns1 addr del 192.168.2.3/24 dev veth1',
    'ip -n ns1 addr add 192.168.1.3/24 dev veth1',
  ],
  '04-bridge.broken': ['ip link set veth5 master bridge0'],
  '05-bridge-gateway.broken': [
    'ip addr add 192.168.1.1/24 dev bridge0',
    'ip -n ns0 route add default via 192.168.1.1',
    'ip -n ns1 route add default via 192.168.1.1',
  ],
  '06-router.broken': ['ip netns exec ns-router sysctl -qw net.ipv4.ip_forward=1'],
  '06-router.no-routes': ['ip -n ns0 route add default via 192.168.0.1', 'ip -n ns1 route add default via 192.168.1.1'],
  '07-host-router.broken': [
    'ip -n ns1 route add default via 192.168.1.1',
    'ip -n ns1 route add default via fd00:0:0:b::1',
  ],
  '08-nat.broken': ['iptables -t nat -A POSTROUTING -o eth0 -j SNAT --to-source 172.16.0.157'],
  '09-publish-port.broken': [
    'iptables -t nat -I PREROUTING -p tcp -d 172.16.0.157 --dport 8080 -j DNAT --to-destination 192.168.1.2:80',
  ],
  '10-docker.broken': ['iptables -A DOCKER -d 172.17.0.2 -o docker0 -p tcp --dport 80 -j ACCEPT'],
  '10-docker.user-chain': ['iptables -I DOCKER-USER -i eth0 -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN'],
  '12-routers.broken': ['ip -n r2 route replace 10.0.1.0/24 via 10.0.12.1'],
  '12-routers.loop': ['ip -n r3 route add 10.0.2.0/24 via 10.0.23.2'],
  '14-two-ways.broken': ['ip route replace default via 192.0.2.1 table 100'],
  '14-two-ways.second-line': ['iptables -t nat -A POSTROUTING -o wan2 -j MASQUERADE'],
  '18-firewall.broken': ['ip netns exec fw nft insert rule inet filter forward ct state established,related accept'],
  '18-firewall.new': ['ip netns exec fw nft add rule inet filter forward iifname wan tcp dport 22 ct state new accept'],
}

/**
 * No single probe shows all that is missing: a trace tells the cause and offers no fix, or one that brings an answer by
 * another way than the lab asks for, as a firewall that is opened altogether.
 */
const needsMore = new Set([
  '03-two-namespaces.broken',
  '05-bridge-gateway.broken',
  '14-two-ways.broken',
  '18-firewall.broken',
  '18-firewall.new',
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

async function deployed(file: LabFile): Promise<Session> {
  const session = await openSession()
  expect(await session.request('lab/apply', { lab: file, former: 'everything' })).toMatchObject({ ok: true })
  return session
}

/** Traces like the goal, and takes the fix that is offered until there is an answer. */
async function takeFixes(session: Session, goal: LabCheck): Promise<void> {
  if (goal.kind === 'dns') throw new Error('no starter lab has a goal of a name')
  const probe = {
    from: goal.from,
    to: goal.target,
    protocol: goal.kind === 'ping' ? ('icmp' as const) : goal.kind,
    ...('port' in goal ? { port: goal.port } : {}),
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
  expect(twins.map(({ name }) => name).toSorted()).toEqual(Object.keys(typed).toSorted())
  expect(starterLabs.filter((name) => name.includes('.broken')).every((name) => loadStarter(name).file.goal)).toBe(true)
  for (const { file } of twins) expect(file.explanation, file.name).toHaveProperty('zh-CN')
})

describe.each(twins)('$name', ({ name, file }) => {
  test('is broken as it comes, whole after what a learner types, and its checks hold all the same', async () => {
    const session = await deployed(file)
    expect(await failing(session, file, file.checks)).toEqual([])
    expect((await failing(session, file, file.goal)).length).toBeGreaterThan(0)

    await inside(session, 'host', 'bash', '--norc', '-ec', (typed[name] ?? []).join('\n'))
    expect(await failing(session, file, file.goal)).toEqual([])
    expect(await failing(session, file, file.checks)).toEqual([])
  })
})

describe.each(twins.filter(({ name }) => !needsMore.has(name)))('$name, traced', ({ file, lab }) => {
  test('is whole after the fixes that its traces offer', async () => {
    const session = await deployed(file)
    for (const goal of lab.goal) await takeFixes(session, goal)
    expect(await failing(session, file, file.goal)).toEqual([])
    expect(await failing(session, file, file.checks)).toEqual([])
  })
})
