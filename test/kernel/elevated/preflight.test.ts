import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import type { Conflict } from '../../../electron/core/rpc.js'
import { isRoot } from '../support/user.js'
import { applyShown, FakeHost, good, type ElevatedHelper } from './fake-host.js'
import { bridgeGateway, labOf, nat, natUplink } from './labs.js'

let host: FakeHost
let helper: ElevatedHelper
/** Undoes what a test has set up on the machine. */
let cleanUp = ''
let before: Awaited<ReturnType<FakeHost['dump']>>
beforeAll(async () => {
  host = await FakeHost.start()
  // br_netfilter is one of the things found here, and has a test of its own.
  await host.sh('sysctl -qw -e net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0')
  helper = await host.startHelper()
  before = await host.dumpAtRest()
})
afterEach(async () => {
  if (cleanUp) await host.sh(cleanUp)
  cleanUp = ''
  await host.expectDump(before)
})
afterAll(async () => {
  await helper.session.close()
  await host.close()
})

async function setUp(commands: string, undo: string): Promise<void> {
  cleanUp = undo
  await host.sh(commands)
  await host.dumpAtRest()
}

async function conflicts(lab: LabFile): Promise<readonly Conflict[]> {
  return good(await helper.session.request('host/preflight', { lab })).preflight.conflicts
}

/** Found by preflight with its proof, and refused by the deploy with its sentence; nothing is touched. */
async function blocked(lab: LabFile, code: string, where: string): Promise<Conflict> {
  const found = (await conflicts(lab)).find((each) => each.code === code && each.where === where)
  expect(found).toMatchObject({ severity: 'blocks', id: `${code}:${where}` })
  if (!found) throw new Error('not found')
  const standing = await host.dumpAtRest()
  expect(await applyShown(helper.session, { lab })).toMatchObject({
    ok: false,
    failure: { message: expect.any(String) as string },
  })
  await host.expectDump(standing)
  return found
}

test('on an empty machine nothing is in the way, and looking changes nothing', async () => {
  expect(await conflicts(bridgeGateway)).toEqual([])
  expect(await conflicts(natUplink)).toEqual([])
})

describe('blocks', () => {
  test('a namespace of that name, be it alive or only a file', async () => {
    await setUp('ip netns add ns0; : >/run/netns/ns1', 'ip netns del ns0; rm /run/netns/ns1')
    const found = await blocked(bridgeGateway, 'namespace-taken', 'ns0')
    expect(found.evidence).toEqual([{ command: 'ip netns list', output: expect.stringMatching(/^ns0/m) as string }])
    await blocked(bridgeGateway, 'namespace-taken', 'ns1')
  })

  test('an interface of that name, with the way out of it where the lab calls its own eth0', async () => {
    await setUp('ip link add eth0 type bridge; ip link add veth1 type bridge', 'ip link del eth0; ip link del veth1')
    const found = await blocked(bridgeGateway, 'interface-taken', 'eth0')
    expect(found.message).toContain('"uplink: on"')
    expect(found.evidence[0]).toMatchObject({
      command: 'ip -d addr show dev eth0',
      output: expect.stringContaining('eth0: <') as string,
    })
    await blocked(bridgeGateway, 'interface-taken', 'veth1')
  })

  test('a subnet that the machine has on an interface, or reaches by a route', async () => {
    await setUp(
      'ip addr add 192.168.0.5/16 dev up0; ip route add 172.16.9.0/24 via 198.51.100.1',
      'ip addr del 192.168.0.5/16 dev up0; ip route del 172.16.9.0/24',
    )
    const found = await blocked(bridgeGateway, 'subnet-overlap', '192.168.1.0/24')
    expect(found.message).toContain('192.168.0.5/16 on up0')
    expect(found.evidence).toEqual([
      { command: 'ip addr show dev up0', output: expect.stringContaining('192.168.0.5/16') as string },
    ])
    expect((await blocked(bridgeGateway, 'subnet-overlap', '172.16.0.0/16')).message).toContain(
      '172.16.9.0/24 over up0',
    )
  })

  test('a network behind a VPN, which is called one', async () => {
    await setUp(
      // An address that the kernel makes by itself would come between two looks at the machine.
      'ip link add tun0 type bridge; ip link set tun0 addrgenmode none up; ip route add 192.168.0.0/16 dev tun0 table 51',
      'ip link del tun0',
    )
    expect((await blocked(bridgeGateway, 'vpn-overlap', '192.168.1.0/24')).message).toContain('VPN')
  })

  test('a route in the very place of one of the machine', async () => {
    await setUp('ip route add default via 198.51.100.1', 'ip route del default via 198.51.100.1 metric 0')
    expect((await blocked(nat, 'route-taken', '0.0.0.0/0')).message).toContain('uplink: on')
  })

  test('an uplink where the machine has none', async () => {
    await setUp('ip route del default', 'ip route add default via 198.51.100.1 metric 100')
    await blocked(natUplink, 'no-uplink', 'host')
  })

  test("settings that could not be put back, and those of interfaces that are not the lab's", async () => {
    const lab = (key: string, value: number) =>
      labOf(`{ vethlab: 1, name: s, namespaces: { host: { sysctls: { ${key}: ${value} } } } }`)
    await blocked(lab('net.ipv6.conf.all.disable_ipv6', 1), 'sysctl', 'net.ipv6.conf.all.disable_ipv6')
    await blocked(lab('net.ipv4.route.flush', 1), 'sysctl', 'net.ipv4.route.flush')
    await blocked(lab('net.ipv4.conf.up0.rp_filter', 2), 'sysctl', 'net.ipv4.conf.up0.rp_filter')
  })

  test("switching the machine's own lo off", async () => {
    await blocked(
      labOf('{ vethlab: 1, name: l, namespaces: { host: { interfaces: { lo: { up: false } } } } }'),
      'not-ours',
      'the interface lo',
    )
  })

  test('IPv6 forwarding that would lose the default route of router advertisements, unless it is kept by the remedy', async () => {
    const lab = labOf(
      '{ vethlab: 1, name: six, namespaces: { host: { forwarding: true, bridges: { br6: { addresses: ["fd00:9::1/64"] } } } } }',
    )
    await setUp(
      // No duplicate address detection: an address that becomes usable later would be a change of the machine.
      'sysctl -qw net.ipv6.conf.up0.accept_dad=0 net.ipv6.conf.up0.disable_ipv6=0; ip -6 addr add 2001:db8::2/64 dev up0 nodad; ip -6 route add default via 2001:db8::1 dev up0 proto ra',
      'ip -6 addr flush dev up0; ip -6 route flush dev up0; sysctl -qw net.ipv6.conf.up0.disable_ipv6=1 net.ipv6.conf.up0.accept_dad=1',
    )
    const found = await blocked(lab, 'router-advertisements', 'up0')
    expect(found.remedy).toEqual({
      commands: ['sysctl -w net.ipv6.conf.up0.accept_ra=2'],
      undo: ['sysctl -w net.ipv6.conf.up0.accept_ra=1'],
    })
    good(await applyShown(helper.session, { lab, remedies: [found.id] }))
    expect(await host.run('ip', '-6', 'route', 'show', 'default')).toContain('2001:db8::1')
    expect(await host.run('sysctl', '-n', 'net.ipv6.conf.up0.accept_ra', 'net.ipv6.conf.all.forwarding')).toBe('2\n1\n')
    good(await helper.session.request('lab/clear', {}))
    expect(await host.run('sysctl', '-n', 'net.ipv6.conf.up0.accept_ra', 'net.ipv6.conf.all.forwarding')).toBe('1\n0\n')
    expect(await host.run('ip', '-6', 'route', 'show', 'default')).toContain('2001:db8::1')
  })
})

describe('warns', () => {
  test('that a default route of the lab takes the traffic of the machine', async () => {
    expect(await conflicts(nat)).toMatchObject([{ code: 'default-route', severity: 'warns', remedy: null }])
  })

  const outside = async (): Promise<boolean> =>
    host.try('ip', 'netns', 'exec', 'ns0', 'ping', '-c1', '-W1', '203.0.113.10')

  test.each([
    ['nft', 'iptables', 'FORWARD', 'iptables -P FORWARD DROP', 'nft delete table ip filter'],
    [
      'Docker',
      'iptables',
      'DOCKER-USER',
      'iptables -N DOCKER-USER; iptables -A DOCKER-USER -j RETURN; iptables -A FORWARD -j DOCKER-USER; iptables -P FORWARD DROP',
      'nft delete table ip filter',
    ],
    [
      'a last rule',
      'iptables',
      'FORWARD',
      'iptables -A FORWARD -j REJECT --reject-with icmp-host-prohibited',
      'nft delete table ip filter',
    ],
    ['legacy', 'iptables-legacy', 'FORWARD', 'iptables-legacy -P FORWARD DROP', 'iptables-legacy -P FORWARD ACCEPT'],
  ])(
    'that FORWARD drops (%s), and lets the lab through by the remedy',
    async (engine, program, chain, commands, undo) => {
      // Its tables can be listed by the real root only (/proc/net/ip_tables_names).
      if (engine === 'legacy' && !isRoot) return
      await setUp(commands, undo)
      const standing = await host.dumpAtRest()
      const [found, ...others] = await conflicts(natUplink)
      expect(others).toEqual([])
      expect(found).toMatchObject({ id: `forward-drop:${program} FORWARD`, severity: 'warns' })
      expect(found?.evidence).toEqual([
        { command: `${program} -S FORWARD`, output: (await host.run(program, '-S', 'FORWARD')).trimEnd() },
      ])
      const rule = (verb: string, side: string) =>
        `${program} ${verb} ${chain} ${side} bridge0 -m comment --comment vethlab:nat-uplink -j ACCEPT`
      expect(found?.remedy).toEqual({
        commands: [rule('-I', '-o'), rule('-I', '-i')],
        undo: [rule('-D', '-i'), rule('-D', '-o')],
      })

      good(await applyShown(helper.session, { lab: natUplink }))
      expect(await outside()).toBe(false)
      good(await applyShown(helper.session, { lab: natUplink, remedies: [found?.id ?? ''] }))
      expect(await outside()).toBe(true)
      // It is let through now, and nothing more need be done.
      expect(await conflicts(natUplink)).toEqual([])
      good(await helper.session.request('lab/clear', {}))
      await host.expectDump(standing)
      // The legacy engine keeps its empty tables until its module is unloaded, whoever made them.
      if (program === 'iptables-legacy')
        before = {
          ...before,
          legacy: (await host.dump())['legacy']?.map((line) => line.replace('DROP', 'ACCEPT')) ?? [],
        }
    },
  )

  test('that a chain of nftables drops, which no rule of ours can help', async () => {
    await setUp(
      `nft add table inet wall; nft 'add chain inet wall forward { type filter hook forward priority 0; policy drop; }'`,
      'nft delete table inet wall',
    )
    expect(await conflicts(natUplink)).toMatchObject([
      {
        id: 'forward-drop-nft:inet wall forward',
        severity: 'warns',
        remedy: null,
        evidence: [{ command: 'nft list chain inet wall forward' }],
      },
    ])
  })

  test('that bridged frames pass the firewall, and switches that off by the remedy', async () => {
    if (!(await host.try('sysctl', '-n', 'net.bridge.bridge-nf-call-iptables'))) return
    await setUp(
      'sysctl -qw net.bridge.bridge-nf-call-iptables=1; iptables -P FORWARD DROP',
      'sysctl -qw net.bridge.bridge-nf-call-iptables=0; nft delete table ip filter',
    )
    const found = await conflicts(bridgeGateway)
    expect(found.map(({ id }) => id)).toEqual(['forward-drop:iptables FORWARD', 'bridge-netfilter:host'])
    expect(found[1]?.remedy).toEqual({
      commands: ['sysctl -w net.bridge.bridge-nf-call-iptables=0'],
      undo: ['sysctl -w net.bridge.bridge-nf-call-iptables=1'],
    })
    const across = (): Promise<boolean> => host.try('ip', 'netns', 'exec', 'ns0', 'ping', '-c1', '-W1', '192.168.1.3')
    good(await applyShown(helper.session, { lab: bridgeGateway }))
    expect(await across()).toBe(false)
    good(await helper.session.request('lab/clear', {}))
    good(await applyShown(helper.session, { lab: bridgeGateway, remedies: ['bridge-netfilter:host'] }))
    expect(await across()).toBe(true)
    good(await helper.session.request('lab/clear', {}))
    expect(await host.run('sysctl', '-n', 'net.bridge.bridge-nf-call-iptables')).toBe('1\n')
  })
})

test('programs that manage networks are named, told to leave the lab alone, and told when it is gone', async () => {
  await helper.session.close()
  // As NetworkManager 1.42, firewalld 1.3 and ufw 0.36 answer; what they are told is written down.
  const log = (name: string) => `echo "${name} $*" >>/run/told`
  await host.addTool('nmcli', `[ "$*" = "-t -f RUNNING general" ] && echo running && exit\n${log('nmcli')}`)
  await host.addTool('firewall-cmd', `[ "$*" = --state ] && echo running && exit\n${log('firewall-cmd')}\necho success`)
  await host.addTool('ufw', 'echo "Status: active"')
  await host.addTool('systemctl', '[ "$*" = "is-active systemd-networkd" ] && echo active')
  await host.sh(
    `mkdir -p /run/systemd/network; printf '[Match]\\nName=veth*\\n[Network]\\nDHCP=yes\\n' >/run/systemd/network/50-all.network`,
  )
  helper = await host.startHelper()
  const found = await conflicts(natUplink)
  expect(found.map(({ id, severity }) => `${severity} ${id}`)).toEqual([
    'warns firewalld:host',
    'warns ufw:host',
    'warns network-manager:host',
    'warns systemd-networkd:/run/systemd/network/50-all.network',
  ])
  expect(found[2]?.evidence).toEqual([{ command: 'nmcli -t -f RUNNING general', output: 'running' }])
  expect(found[2]?.remedy?.commands).toEqual([
    'nmcli device set bridge0 managed no',
    'nmcli device set veth1 managed no',
    'nmcli device set veth3 managed no',
  ])
  expect(found[3]?.message).toContain('veth1, veth3')
  good(await applyShown(helper.session, { lab: natUplink, remedies: ['network-manager:host', 'firewalld:host'] }))
  good(await helper.session.request('lab/clear', {}))
  const names = ['bridge0', 'veth1', 'veth3']
  expect((await host.run('cat', '/run/told')).trim().split('\n')).toEqual([
    ...names.map((name) => `firewall-cmd --zone=trusted --add-interface=${name}`),
    ...names.map((name) => `nmcli device set ${name} managed no`),
    ...names.toReversed().map((name) => `nmcli device set ${name} managed yes`),
    ...names.toReversed().map((name) => `firewall-cmd --zone=trusted --remove-interface=${name}`),
  ])

  // A remedy that is refused takes the deploy along.
  await host.addTool(
    'nmcli',
    `[ "$*" = "-t -f RUNNING general" ] && echo running && exit\necho "Error: not authorized." >&2; exit 1`,
  )
  expect(await applyShown(helper.session, { lab: natUplink, remedies: ['network-manager:host'] })).toMatchObject({
    ok: false,
    failure: { code: 'remedy-refused', output: 'Error: not authorized.' },
  })
})
