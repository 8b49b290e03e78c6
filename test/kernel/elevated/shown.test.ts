/** On the machine itself nothing runs that nobody has been shown: neither another plan, nor another lab, nor one unasked. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import type { Preflight } from '../../../electron/core/rpc.js'
import { cliFile, root } from '../support/build.js'
import { until } from '../support/until.js'
import { applyShown, FakeHost, good, type ElevatedHelper } from './fake-host.js'
import { bridgeGateway, nat, natUplink } from './labs.js'

let host: FakeHost
let helper: ElevatedHelper
let before: Awaited<ReturnType<FakeHost['dump']>>
beforeAll(async () => {
  host = await FakeHost.start()
  await host.sh('sysctl -qw -e net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0')
  before = await host.dumpAtRest()
})
beforeEach(async () => {
  helper = await host.startHelper()
})
afterEach(async () => {
  await helper.session.close()
  // A test that failed in the middle leaves none of it to the next.
  await host.sh('ip link del up7 2>/dev/null || true; sysctl -qw net.ipv4.ip_forward=0')
  expect(await host.dump()).toEqual(before)
})
afterAll(() => host.close())

const show = async (lab: LabFile): Promise<Preflight> =>
  good(await helper.session.request('host/preflight', { lab })).preflight

const refused = (code: string): object => ({ ok: false, failure: { code } })

test('a lab that nobody has looked at is not built', async () => {
  expect(await helper.session.request('lab/apply', { lab: natUplink, former: 'everything' })).toMatchObject(
    refused('not-shown'),
  )
  expect(
    await helper.session.request('lab/apply', { lab: natUplink, shown: '0'.repeat(64), former: 'everything' }),
  ).toMatchObject(refused('plan-changed'))
})

test('another lab than the one that was shown is not built', async () => {
  const { shown } = await show(natUplink)
  const other: LabFile = { ...natUplink, title: 'Another one' }
  for (const lab of [nat, other])
    expect(await helper.session.request('lab/apply', { lab, shown, former: 'standing' })).toMatchObject(
      refused('plan-changed'),
    )
})

test('where the machine has changed since, the plan is not carried out; as it is now it is', async () => {
  const { shown, plan } = await show(natUplink)
  expect(plan.some(({ text }) => text.includes('-o up0 '))).toBe(true)
  // The way out moves to an interface that nobody has seen.
  await host.sh(
    'ip link add up7 type bridge; ip addr add 203.0.113.200/30 dev up7; ip link set up7 up; ip route add default via 203.0.113.201 metric 1',
  )
  const standing = await host.dumpAtRest()
  expect(await helper.session.request('lab/apply', { lab: natUplink, shown, former: 'everything' })).toMatchObject(
    refused('plan-changed'),
  )
  expect(await host.dump()).toEqual(standing)
  const now = await show(natUplink)
  expect(now.plan.some(({ text }) => text.includes('-o up7 '))).toBe(true)
  expect(now.shown).not.toBe(shown)
  good(await helper.session.request('lab/apply', { lab: natUplink, shown: now.shown, former: 'everything' }))
  good(await helper.session.request('lab/clear', {}))
  await host.sh('ip link del up7')
})

test('what takes down the lab that stands is shown too, and so is what undoes each step and remedy', async () => {
  good(await applyShown(helper.session, { lab: natUplink }))
  const { first, plan, shown, conflicts } = await show(bridgeGateway)
  expect(first).toEqual(
    expect.arrayContaining([
      'ip link del bridge0',
      'ip netns del ns0',
      'sysctl -w net.ipv4.ip_forward=0',
      expect.stringMatching(/^iptables(-nft)? -t nat -D POSTROUTING .*MASQUERADE$/) as string,
    ]),
  )
  expect(plan.filter(({ undo, onHost }) => onHost && undo.length === 0)).toEqual([])
  for (const { remedy } of conflicts) if (remedy) expect(remedy.undo).not.toEqual([])
  const undone: string[] = []
  helper.session.on('command/ran', ({ commands }) => void undone.push(...commands.map(({ text }) => text)))
  good(await helper.session.request('lab/apply', { lab: bridgeGateway, shown, former: 'everything' }))
  for (const text of undone.slice(0, undone.indexOf(plan[0]?.text ?? '')))
    if (!text.startsWith('nft delete ')) expect(first).toContain(text)
  good(await helper.session.request('lab/clear', {}))
})

test('a cable with one end on the machine counts as the change of the machine that it is', async () => {
  const { plan } = await show(natUplink)
  const onHost = plan.filter((line) => line.onHost).map(({ text }) => text)
  for (const name of ['veth1', 'veth3'])
    expect(
      onHost.filter((text) => text.includes(`type veth peer name ${name}`) || text.includes(`add ${name} `)),
    ).toHaveLength(1)
  expect(plan.filter((line) => !line.onHost && line.text.includes('link add'))).toEqual([])
})

test('vethlab up --host: while its question waits the machine changes; it is shown again and asked again', async () => {
  const file = join(root, 'test/fixtures/labs/nat-uplink.vethlab.yaml')
  const words = [process.execPath, cliFile, 'up', file, '--host'].join(' ')
  const child = spawn('nsenter', host.words('script', '-qec', words, '/dev/null'), {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/nowhere', SHELL: '/bin/sh', NO_COLOR: '1', TERM: 'dumb' },
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const asked = (): number => text.split('Go on?').length - 1
  await until('it asks', () => asked() === 1)
  expect(text).toMatch(/type veth peer name veth1.*# undone by: ip -n ns0 link del veth0/)
  expect(text).toMatch(
    /inside the lab's namespaces[^]*ip -n ns0 link set lo up +# undone by: ip -n ns0 link set lo down/,
  )
  await host.sh('sysctl -qw net.ipv4.ip_forward=1')
  child.stdin.write('y\n')
  await until('it asks again', () => asked() === 2)
  expect(text).toContain('this machine has changed since it was shown')
  child.stdin.write('n\n')
  expect(await ended).toBe(2)
  expect(text).toContain('Nothing was changed.')
  await host.sh('sysctl -qw net.ipv4.ip_forward=0')
})
