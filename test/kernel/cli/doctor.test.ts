import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { cliFile } from '../support/build.js'
import { World } from '../support/world.js'

let world: World
beforeAll(async () => {
  world = await World.ofUser()
})
afterEach(() => world.untilNothingIsLeft())
afterAll(() => world.dispose())

test('the document says that labs can run, how, and with what', async () => {
  const ran = await world.cli('doctor', '--json')
  expect([ran.status, ran.stderr]).toEqual([0, ''])
  const report = JSON.parse(ran.stdout)
  expect(report).toMatchObject({
    ok: true,
    error: null,
    node: { version: process.versions.node, ok: true, needed: '20.19' },
    elevation: { root: false },
    docker: { forwardPolicy: 'unknown' },
  })
  expect(report.sandbox).toMatch(/^(many-ids|one-id)$/)
  expect(report.tools).toContainEqual(
    expect.objectContaining({
      name: 'ip',
      path: expect.stringMatching(/^\//),
      version: expect.stringMatching(/iproute2/),
    }),
  )
  expect(report.features).toContainEqual({ name: 'veth', available: true, reason: null })
  const missing = report.features.filter(({ available }: { available: boolean }) => !available)
  for (const { reason } of missing) expect(reason).toEqual(expect.any(String))
})

test('the report for people names the same', async () => {
  const ran = await world.cli('doctor')
  expect([ran.status, ran.stderr]).toEqual([0, ''])
  expect(ran.stdout).toMatch(/^Labs\n {2}✓ sandbox +starts without a password/)
  expect(ran.stdout).toMatch(/^ {2}✓ veth +yes$/m)
  expect(ran.stdout).not.toContain('\u001b[')
  // What most labs do without is no fault: one line, whatever it is that this kernel lacks.
  const { features } = JSON.parse((await world.cli('doctor', '--json')).stdout) as {
    readonly features: readonly { readonly name: string; readonly available: boolean }[]
  }
  const lacking = features.filter(({ available }) => !available).map(({ name }) => name)
  expect(ran.stdout.match(/^ {2}[✗-] (?:dummy|ifb|vlan|vrf|wireguard|netem|tbf|tun|macvlan|vxlan)\b/gm)).toBeNull()
  expect(ran.stdout.match(/^ {4}optional: this kernel has no (.*); a lab that uses one says so$/m)?.[1] ?? '').toBe(
    lacking.join(', '),
  )
})

test.skipIf(process.getuid?.() !== 0)('root is told what happens to forwarded packets', async () => {
  const itself = await World.ofSelf()
  const doctor = `"${process.execPath}" "${cliFile}" doctor --json`
  // A network of the test's own stands for the machine's.
  const ask = async (...before: string[]): Promise<unknown> => {
    const ran = await itself.run(['unshare', '--net', 'sh', '-c', [...before, doctor].join(' && ')])
    expect([ran.status, ran.stderr]).toEqual([0, ''])
    return JSON.parse(ran.stdout).docker.forwardPolicy
  }
  expect(await ask()).toBe('ACCEPT')
  expect(await ask('/usr/sbin/iptables -P FORWARD DROP')).toBe('DROP')
  await itself.untilNothingIsLeft()
  await itself.dispose()
})
