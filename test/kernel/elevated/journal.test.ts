import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import type { Results } from '../../../electron/core/rpc.js'
import { applyShown, FakeHost, good, type ElevatedHelper } from './fake-host.js'
import { strideOf } from '../../support/thorough.js'
import { root } from '../support/build.js'
import { bridgeGateway, labOf, nat, natUplink, policy } from './labs.js'

/** What a user may have on a machine of their own: rules in every engine, a DROP policy, settings, addresses, routes. */
const userSettings = `
iptables -P FORWARD DROP
iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
iptables -A INPUT -p tcp --dport 22 -j ACCEPT
iptables -t nat -A POSTROUTING -s 10.200.0.0/16 -o up0 -j MASQUERADE
ip6tables -A INPUT -p ipv6-icmp -j ACCEPT
iptables-legacy -A FORWARD -s 10.201.0.0/16 -j ACCEPT
nft add table inet mine
nft 'add chain inet mine forward { type filter hook forward priority 10; policy accept; }'
nft add rule inet mine forward tcp dport 9999 drop
sysctl -qw net.ipv4.conf.up0.forwarding=1 net.ipv4.conf.up0.rp_filter=2 net.ipv4.conf.all.accept_redirects=0
ip link add mine0 type bridge; sysctl -qw net.ipv6.conf.mine0.disable_ipv6=1; ip addr add 10.200.0.1/16 dev mine0; ip link set mine0 up
ip route add 10.202.0.0/16 via 198.51.100.1
ip rule add from 10.200.0.0/16 lookup 200; ip route add default via 198.51.100.1 table 200
ip addr add 10.203.0.1/24 dev lo
`

const warnings = async (helper: ElevatedHelper, lab: LabFile): Promise<string[]> => {
  const preflight = await helper.session.request('host/preflight', { lab })
  if (!preflight.ok) throw new Error(preflight.failure.message)
  expect(preflight.preflight.conflicts.filter(({ severity }) => severity === 'blocks')).toEqual([])
  return preflight.preflight.conflicts.flatMap(({ id, remedy }) => (remedy ? [id] : []))
}

/** What comes first of an answer and the end of the helper; null for the latter. */
const orDeath = <T>(helper: ElevatedHelper, answer: Promise<T>): Promise<T | null> =>
  Promise.race([answer, helper.gone.then(() => null)])

/** What `vethlab recover` does: undoes whatever is left. */
async function recover(host: FakeHost): Promise<Extract<Results['host/recover'], { readonly ok: true }>> {
  const helper = await host.startHelper()
  const result = good(await helper.session.request('host/recover', {}))
  await helper.session.close()
  return result
}

/** A machine of its own for each test, so that they can run side by side. */
async function onMachine(
  settings: string,
  use: (host: FakeHost, before: Awaited<ReturnType<FakeHost['dump']>>) => Promise<void>,
): Promise<void> {
  const host = await FakeHost.start()
  try {
    if (settings) await host.sh(settings)
    await use(host, await host.dumpAtRest())
  } finally {
    await host.close()
  }
}

const emptyMachine = { on: 'an empty machine', settings: '' }
const usedMachine = { on: "a machine with its user's own rules and a DROP policy", settings: userSettings }
/** The same tables, priorities and selectors as the lab's: only the mark tells whose is whose. */
const ruledMachine = {
  on: 'a machine with tables and rules of its user',
  settings: `
ip rule add to 10.62.0.0/16 lookup 200 priority 1000
ip rule add from 192.168.1.0/24 lookup 4243 priority 1000
ip route add default via 198.51.100.1 table 200
ip route add unreachable 10.69.0.0/16 table 200
`,
}

test.concurrent.each([
  { at: 'after', lab: bridgeGateway, ...emptyMachine, stride: strideOf(3, 0) },
  { at: 'before', lab: nat, ...emptyMachine, stride: strideOf(3, 1) },
  { at: 'after', lab: natUplink, ...usedMachine, stride: strideOf(3, 2) },
  { at: 'after', lab: policy, ...ruledMachine, stride: strideOf(3, 3) },
])(
  '$lab.name on $on: kill -9 $at entries $stride.from, $stride.from + $stride.by, ... of the journal, then recover',
  ({ at, lab, settings, stride }) =>
    onMachine(settings, async (host, before) => {
      const first = await host.startHelper()
      const remedies = await warnings(first, lab)
      await first.session.close()
      let killed = 0
      for (let entry = stride.from; ; entry += stride.by) {
        const doomed = await host.startHelper(`${at}:${entry}`)
        if (killed > 0) {
          expect(doomed.session.left).toMatchObject({ lab: lab.name, kept: false })
          good(await doomed.session.request('host/recover', {}))
          expect(await host.dump()).toEqual(before)
        }
        const applied = await orDeath(doomed, applyShown(doomed.session, { lab, remedies }))
        if (applied !== null) {
          expect(applied).toMatchObject({ ok: true })
          // Its undo writes to the journal too, and may be where it ends.
          await doomed.session.close()
          await recover(host)
          break
        }
        killed += 1
      }
      expect(await host.dump()).toEqual(before)
      // The beginning, three or more namespaces and links, the end.
      expect(killed * stride.by).toBeGreaterThan(6)
    }),
  600_000,
)

/** Undoes what is left, deploys, and is killed when everything stands: the sum of all that can be left. */
async function leaveAll(host: FakeHost, before: Awaited<ReturnType<FakeHost['dump']>>): Promise<void> {
  const helper = await host.startHelper()
  good(await helper.session.request('host/recover', {}))
  expect(await host.dump()).toEqual(before)
  const remedies = await warnings(helper, natUplink)
  good(await applyShown(helper.session, { lab: natUplink, remedies }))
  helper.kill('SIGKILL')
  await helper.gone
}

test.concurrent.each([
  { kind: 'program', stride: strideOf(3, 0) },
  { kind: 'sysctl', stride: strideOf(3, 1) },
])(
  'recover is killed before each $kind, from $stride.from by $stride.by, and the next one finishes it',
  ({ kind, stride }) =>
    onMachine(userSettings, async (host, before) => {
      let killed = 0
      for (let at = stride.from; ; at += stride.by) {
        await leaveAll(host, before)
        const doomed = await host.startHelper(`${kind}:${at}`)
        const recovered = await orDeath(doomed, doomed.session.request('host/recover', {}))
        if (recovered !== null) {
          good(recovered)
          await doomed.session.close()
          break
        }
        killed += 1
      }
      expect(await host.dump()).toEqual(before)
      expect(killed * stride.by).toBeGreaterThan(2)
    }),
  600_000,
)

describe('recover', () => {
  let host: FakeHost
  let before: Awaited<ReturnType<FakeHost['dump']>>
  beforeAll(async () => {
    host = await FakeHost.start()
    await host.sh(userSettings)
    before = await host.dumpAtRest()
  })
  afterAll(() => host.close())

  test('is done once: what is undone is not undone again', async () => {
    await leaveAll(host, before)
    expect((await recover(host)).undone).toEqual(
      expect.arrayContaining(['ip link del bridge0', 'ip netns del ns0', 'sysctl -w net.ipv4.ip_forward=0']),
    )
    expect(await recover(host)).toEqual({ ok: true, undone: [], kept: [] })
    expect(await host.dump()).toEqual(before)
  })

  test("a journal of another boot is nobody's", async () => {
    await leaveAll(host, before)
    await recover(host)
    await host.sh(`mkdir -p /run/vethlab/journal; cat >/run/vethlab/journal/journal.jsonl <<'END'
{"op":"begin","version":1,"boot":"another","host":"1","lab":"old","time":1,"salt":"s"}
{"op":"link","name":"up0","mac":"$(cat /sys/class/net/up0/address)"}
END`)
    const helper = await host.startHelper()
    expect(helper.session.left).toBeNull()
    await helper.session.close()
    expect(await host.dump()).toEqual(before)
  })
})

test('files of /etc/netns go with their lab after a kill, and those of others are not written over', () =>
  // An /etc of the world's own.
  onMachine(
    'mkdir -p /run/e/u /run/e/w; mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/e/u,workdir=/run/e/w /etc',
    async (host) => {
      const lab = labOf(`vethlab: 1
name: names
namespaces:
  ns7: { resolver: { nameservers: [10.0.0.53] }, hosts: { 10.0.0.80: [web] } }
`)
      const listed = () => host.sh('cd /etc; find netns 2>/dev/null | sort || true')
      const first = await host.startHelper()
      good(await applyShown(first.session, { lab }))
      expect(await listed()).toBe('netns\nnetns/ns7\nnetns/ns7/hosts\nnetns/ns7/resolv.conf\n')
      first.kill('SIGKILL')
      await first.gone
      // What somebody has written meanwhile is theirs.
      await host.sh('echo 10.0.0.81 other >>/etc/netns/ns7/hosts')
      const { undone, kept } = await recover(host)
      expect([undone.includes('rm /etc/netns/ns7/resolv.conf'), kept]).toEqual([true, ['rm /etc/netns/ns7/hosts']])
      expect(await listed()).toBe('netns\nnetns/ns7\nnetns/ns7/hosts\n')
      await host.sh('echo "10.0.0.82 mine" >/etc/netns/ns7/hosts')
      const second = await host.startHelper()
      const refused = await applyShown(second.session, { lab })
      expect(refused).toMatchObject({
        ok: false,
        failure: { message: expect.stringContaining('is there already') as string },
      })
      expect(await host.sh('cat /etc/netns/ns7/hosts; ls /etc/netns/ns7 /run/netns')).toBe(
        '10.0.0.82 mine\n/etc/netns/ns7:\nhosts\n\n/run/netns:\nneighbour\n',
      )
      // A link, to whatever it leads, is somebody's, too.
      await host.sh('rm /etc/netns/ns7/hosts; ln -s /run/mine.hosts /etc/netns/ns7/hosts')
      expect(await applyShown(second.session, { lab })).toMatchObject({ ok: false })
      expect(await host.sh('readlink /etc/netns/ns7/hosts; ls /run/mine.hosts 2>/dev/null || echo none')).toBe(
        '/run/mine.hosts\nnone\n',
      )
      await second.session.close()
    },
  ))

describe('what is not ours, whatever it is called', () => {
  let host: FakeHost
  let before: Awaited<ReturnType<FakeHost['dump']>>
  beforeEach(async () => {
    host = await FakeHost.start()
    before = await host.dumpAtRest()
  })
  afterEach(() => host.close())

  const standing = async (): Promise<void> => {
    const helper = await host.startHelper()
    good(await applyShown(helper.session, { lab: nat }))
    helper.kill('SIGKILL')
    await helper.gone
  }

  test('things that the user made in the place of ours stay, and are named', async () => {
    await standing()
    const replaced = `
      ip netns del ns0
      ip netns add ns0
      ip -n ns0 link set lo up
      ip link del bridge0
      ip link add bridge0 type bridge
      sysctl -qw net.ipv6.conf.bridge0.disable_ipv6=1
      ip addr add 192.168.1.1/24 dev bridge0
      ip link set bridge0 up
      ip link del veth3
      ip link add veth3 type veth peer name mine3
      ip route del default via 172.16.0.1
      ip route add default via 198.51.100.1 metric 50
      iptables -t nat -D POSTROUTING -s 192.168.1.0/24 -o eth0 -m comment --comment vethlab:nat-to-the-internet -j MASQUERADE
      iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -o eth0 -j MASQUERADE`
    await host.sh(replaced)
    const cookie = await host.run('readlink', '/proc/self/ns/net')
    const { undone, kept } = await recover(host)
    expect(kept.join('\n')).toMatch(/bridge0 is another link now/)
    expect(kept.join('\n')).toMatch(/veth3 is another link now/)
    expect(kept.join('\n')).toMatch(/ns0 is another namespace now/)
    expect(undone).toEqual(expect.arrayContaining(['ip netns del ns1', 'ip netns del internet', 'ip link del eth0']))
    expect(await host.run('readlink', '/proc/self/ns/net')).toBe(cookie)
    expect((await host.run('ip', '-n', 'ns0', '-br', 'link')).trim()).toMatch(/^lo/)
    expect(await host.run('ip', '-o', 'addr', 'show', 'dev', 'bridge0')).toContain('192.168.1.1/24')
    expect(await host.run('ip', '-br', 'link')).toContain('veth3@mine3')
    expect(await host.run('ip', 'route', 'show', 'default')).toBe(
      'default via 198.51.100.1 dev up0 metric 50 \ndefault via 198.51.100.1 dev up0 metric 100 \n',
    )
    expect((await host.run('iptables', '-t', 'nat', '-S', 'POSTROUTING')).trim().split('\n')).toEqual([
      '-P POSTROUTING ACCEPT',
      '-A POSTROUTING -s 192.168.1.0/24 -o eth0 -j MASQUERADE',
    ])
    // Without them the machine is as it was.
    await host.sh(
      'ip netns del ns0; ip link del bridge0; ip link del veth3; ip route del default metric 50; nft delete table ip nat',
    )
    expect(await host.dump()).toEqual(before)
  })

  test('a name that is taken is never touched, neither by the deploy nor by what follows', async () => {
    await host.sh(
      'ip netns add ns1; ip link add veth3 type bridge; sysctl -qw net.ipv6.conf.veth3.disable_ipv6=1; ip link set veth3 up',
    )
    const taken = await host.dumpAtRest()
    const helper = await host.startHelper()
    expect(await applyShown(helper.session, { lab: nat })).toMatchObject({
      ok: false,
      failure: { code: 'namespace-taken' },
    })
    await helper.session.close()
    await recover(host)
    expect(await host.dump()).toEqual(taken)
  })

  test('a name that is taken while the lab stands makes an edit be refused, and the lab stays', async () => {
    const helper = await host.startHelper()
    good(await applyShown(helper.session, { lab: nat }))
    await host.sh('ip netns add ns9')
    const taken = { ...(await host.dump()) }
    const edited = structuredClone(nat)
    edited.namespaces = { ...edited.namespaces, ns8: {}, ns9: {} }
    expect(await applyShown(helper.session, { lab: edited })).toMatchObject({
      ok: false,
      failure: { code: 'namespace-taken', where: 'ns9' },
    })
    expect((await host.dump())['netns']).toEqual(taken['netns'])
    await helper.session.close()
    await host.sh('ip netns del ns9')
    expect(await host.dump()).toEqual(before)
  })
})

/** Something that a user may do while a lab stands, and how it is taken back when the lab is gone. */
const userChanges = [
  { does: 'ip addr add 192.168.1.77/24 dev bridge0', undo: '' },
  { does: 'ip link add port0 type veth peer name port1; ip link set port0 master bridge0', undo: 'ip link del port0' },
  { does: 'iptables -A FORWARD -s 10.5.0.0/16 -j ACCEPT', undo: 'nft delete table ip filter' },
  { does: 'iptables -t nat -I POSTROUTING -s 10.6.0.0/16 -j MASQUERADE', undo: 'nft delete table ip nat' },
  { does: 'ip6tables -A FORWARD -j DROP', undo: 'nft delete table ip6 filter' },
  { does: 'nft add table inet mine', undo: 'nft delete table inet mine' },
  { does: 'sysctl -qw net.ipv4.conf.up0.rp_filter=1', undo: 'sysctl -qw net.ipv4.conf.up0.rp_filter=0' },
  { does: 'sysctl -qw net.ipv4.conf.all.accept_redirects=1', undo: '' },
  { does: 'sysctl -qw net.ipv4.conf.up0.forwarding=0', undo: '' },
  { does: 'sysctl -qw net.ipv4.ip_default_ttl=77', undo: 'sysctl -qw net.ipv4.ip_default_ttl=64' },
  { does: 'ip route add 10.7.0.0/16 via 198.51.100.1', undo: 'ip route del 10.7.0.0/16' },
  { does: 'ip route add 10.8.0.0/16 dev bridge0', undo: '' },
  { does: 'ip rule add from 10.9.0.0/16 lookup 99', undo: 'ip rule del from 10.9.0.0/16 lookup 99' },
  { does: 'ip netns add mine', undo: 'ip netns del mine' },
  { does: 'ip -n ns0 link add br9 type bridge', undo: '' },
  { does: 'ip addr add 10.10.0.1/24 dev lo', undo: 'ip addr del 10.10.0.1/24 dev lo' },
  { does: 'ip link set veth1 down', undo: '' },
  { does: 'ip link del veth3', undo: '' },
  { does: 'ip netns del internet', undo: '' },
] as const

test('whatever the user changes while a lab stands is there afterwards, and nothing of the lab', async () => {
  const host = await FakeHost.start()
  try {
    // An address of the lab on lo, in whose network the user then has another.
    const lab = labOf(
      readFileSync(join(root, 'resources/labs/08-nat.vethlab.yaml'), 'utf8')
        .replace('    routes:\n      - { to: default, via: 172.16.0.1 }\n    nat', '    nat')
        .replace('eth0: { addresses', 'lo: { addresses: [10.10.0.9/24] }\n      eth0: { addresses'),
    )
    const before = await host.dumpAtRest()
    await fc.assert(
      fc.asyncProperty(fc.subarray([...userChanges], { minLength: 4 }), async (changes) => {
        const helper = await host.startHelper()
        good(await applyShown(helper.session, { lab }))
        for (const { does } of changes) await host.sh(does)
        helper.kill('SIGKILL')
        await helper.gone
        await recover(host)
        const lasting = changes.filter(({ undo }) => undo !== '')
        const after = await host.dump()
        // As if the lab had never been: the same changes, made without it.
        for (const { undo } of lasting) await host.sh(undo)
        expect(await host.dump()).toEqual(before)
        for (const { does } of lasting) await host.sh(does.replace('; ip link set port0 master bridge0', ''))
        const expected = await host.dump()
        for (const { undo } of lasting) await host.sh(undo)
        expect(comparable(after)).toEqual(comparable(expected))
      }),
      { numRuns: 4 },
    )
  } finally {
    await host.close()
  }
})

/** Indices and MACs of the user's own links differ from one making to the next, and tables stand in order of their making. */
const comparable = ({
  netns,
  iptables,
  ip6tables,
  nft,
  rule,
  route,
  sysctl,
}: Awaited<ReturnType<FakeHost['dump']>>) => ({
  ...{ netns, iptables: iptables?.toSorted(), ip6tables, nft: nft?.toSorted(), rule, route },
  sysctl: sysctl?.filter((line) => !/port[01]/.test(line)),
})
