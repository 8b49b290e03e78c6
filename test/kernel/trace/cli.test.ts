import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../support/build.js'
import { dumpDefaultNamespace, World } from '../support/world.js'

const starter = (name: string): string => readFileSync(join(root, 'resources/labs', `${name}.vethlab.yaml`), 'utf8')

describe('vethlab trace', () => {
  let world: World
  let before: string
  beforeAll(async () => {
    world = await World.ofUser()
    before = dumpDefaultNamespace()
  })
  afterEach(() => world.untilNothingIsLeft())
  afterAll(() => {
    expect(dumpDefaultNamespace()).toBe(before)
    world.dispose()
  })

  const traced = async (lab: string, ...words: string[]) =>
    world.runCli(['trace', world.file('lab.vethlab.yaml', lab), ...words], {})

  test('an answer: exit code 0, one document, the hops of both directions', async () => {
    const ran = await traced(starter('08-nat'), '--from', 'ns0', '--to', '203.0.113.10', '--json')
    expect([ran.status, ran.stderr]).toEqual([0, ''])
    const document = JSON.parse(ran.stdout)
    expect(document).toMatchObject({
      lab: 'nat-to-the-internet',
      probe: { from: 'ns0', to: '203.0.113.10', protocol: 'icmp' },
      outcome: 'reply',
      rttUs: expect.any(Number),
      ttl: 63,
      diagnosis: null,
    })
    expect(new Set(document.hops.map(({ leg }: { leg: string }) => leg))).toEqual(new Set(['arp', 'request', 'reply']))
    const nat = document.hops.find(({ event }: { event: string }) => event === 'nat')
    expect(nat.packet.ip.src).toBe('172.16.0.157')
  })

  test('no answer: exit code 1, and the diagnosis in its exact form', async () => {
    const ran = await traced(starter('06-router.broken'), '--from', 'ns0', '--to', '192.168.1.2', '--json')
    expect([ran.status, ran.stderr]).toEqual([1, ''])
    const { outcome, diagnosis } = JSON.parse(ran.stdout)
    expect(outcome).toBe('lost')
    expect(diagnosis).toEqual({
      code: 'forwarding-off',
      namespace: 'ns-router',
      interface: 'veth1',
      cause: 'ns-router got a packet for 192.168.1.2 and does not forward: net.ipv4.ip_forward is 0.',
      evidence: [
        {
          command: 'ip netns exec ns-router sysctl net.ipv4.ip_forward net.ipv4.conf.veth1.forwarding',
          output: 'net.ipv4.ip_forward = 0\nnet.ipv4.conf.veth1.forwarding = 0',
        },
        {
          command: 'ip netns exec ns-router nstat -asz IpInAddrErrors',
          output: 'IpInAddrErrors +1 during the probe',
        },
      ],
      fix: {
        namespace: 'ns-router',
        commands: ['ip netns exec ns-router sysctl -w net.ipv4.ip_forward=1'],
        tried: true,
      },
      ruledOut: expect.arrayContaining(['No rule of ns-router drops or rejects it.']),
    })
  })

  test('people read a table, the cause, its proof and the fix', async () => {
    const ran = await traced(starter('06-router.no-routes'), '--from', 'ns0', '--to', 'ns1')
    expect(ran.status).toBe(1)
    expect(ran.stdout).toContain('icmp ns0 -> 192.168.1.2 (ns1): unreachable, Network is unreachable')
    expect(ran.stdout).toContain('no-route: ns0 has no route to 192.168.1.2.')
    expect(ran.stdout).toContain('$ ip -n ns0 route get 192.168.1.2')
    expect(ran.stdout).toMatch(/To fix it:\n {4}ip -n ns0 route add 192\.168\.1\.0\/24 via 192\.168\.0\.1/)
    expect(ran.stdout).not.toContain('\u001b')
  })

  test('--pcapng writes a file that Wireshark reads; a place that cannot be written to is said', async () => {
    const file = join(world.temporary, 'film.pcapng')
    const ran = await traced(starter('06-router'), '--from', 'ns0', '--to', 'ns1', '--pcapng', file, '--json')
    expect(ran.status).toBe(0)
    const bytes = readFileSync(file)
    expect(bytes.readUInt32LE(0)).toBe(0x0a0d0d0a)
    expect(bytes.includes('ns-router:veth1')).toBe(true)
    await world.run(['rm', file])
    const bad = await traced(
      starter('06-router'),
      '--from',
      'ns0',
      '--to',
      'ns1',
      '--pcapng',
      '/nowhere/film',
      '--json',
    )
    expect([bad.status, JSON.parse(bad.stdout).error.code]).toEqual([2, 'unwritable'])
  })

  test('a series lists the routers; a connection needs a port', async () => {
    const ran = await traced(starter('06-router'), '--from', 'ns0', '--to', 'ns1', '--series')
    expect(ran.status).toBe(0)
    expect(ran.stdout).toMatch(/^ {3}1 {2}192\.168\.0\.1 {2}Time to live exceeded$/m)
    const tcp = await traced(starter('06-router'), '--from', 'ns0', '--to', 'ns1', '--proto', 'tcp')
    expect([tcp.status, tcp.stdout, tcp.stderr]).toEqual([
      2,
      '',
      'vethlab: --proto tcp needs --port, for instance --port 80.\n',
    ])
    const refused = await traced(starter('06-router'), '--from', 'ns0', '--to', 'ns1:80')
    expect(refused.status).toBe(1)
    expect(refused.stdout).toContain('port-closed: Nobody listens on TCP port 80 in ns1.')
  })

  test('who does not exist is a wrong usage, said with the next step', async () => {
    const from = await traced(starter('06-router'), '--from', 'nowhere', '--to', 'ns1')
    expect([from.status, from.stderr]).toEqual([2, 'vethlab: There is no namespace "nowhere" to send from.\n'])
    const to = await traced(starter('06-router'), '--from', 'ns0', '--to', 'ns-ruter', '--json')
    expect([to.status, JSON.parse(to.stdout).error]).toEqual([
      2,
      expect.objectContaining({ code: 'no-such-target', message: expect.stringContaining('ns-router') }),
    ])
    const none = await world.cli('trace', world.file('lab.vethlab.yaml', starter('06-router')), '--from', 'ns0')
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('--to')])
  })

  test('a running lab is traced as it is now, and goes on', async () => {
    expect((await world.cli('up', '-d', world.file('lab.vethlab.yaml', starter('06-router')))).status).toBe(0)
    const ran = await world.cli('trace', 'router', '--from', 'ns0', '--to', 'ns1', '--json')
    expect([ran.status, JSON.parse(ran.stdout).outcome]).toEqual([0, 'reply'])
    await world.cli('exec', 'router', 'ns1', '--', 'ip', 'route', 'del', '192.168.0.0/24')
    const broken = await world.cli('trace', 'router', '--from', 'ns0', '--to', 'ns1', '--json')
    expect([broken.status, JSON.parse(broken.stdout).diagnosis.code]).toEqual([1, 'no-return-route'])
    expect((await world.cli('down', 'router')).status).toBe(0)
    const gone = await world.cli('trace', 'router', '--from', 'ns0', '--to', 'ns1')
    expect([gone.status, gone.stdout]).toEqual([2, ''])
  })

  test('check says why each of its goals is not reached', async () => {
    const lab = starter('06-router.broken')
    const ran = await world.cli('check', world.file('lab.vethlab.yaml', lab), '--json', '--goal')
    expect(ran.status).toBe(1)
    const { checks, goals } = JSON.parse(ran.stdout)
    expect(
      [...checks, ...goals].map(({ diagnosis }: { diagnosis: { code: string } | null }) => diagnosis?.code ?? null),
    ).toEqual([null, null, 'forwarding-off', 'forwarding-off'])
    const text = await world.cli('check', world.file('lab.vethlab.yaml', lab))
    expect(text.stdout).toMatch(/cause {5}forwarding-off: ns-router got a packet/)
    expect(text.stdout).toMatch(/fix {7}ip netns exec ns-router sysctl -w net\.ipv4\.ip_forward=1/)
  })
})
