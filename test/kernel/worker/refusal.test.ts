import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KernelStep } from '../../../electron/core/plan/step.js'
import { Sandbox, whyNot } from './sandbox.js'
import { address, bridgeAdd, master, namespaceAdd, route, sysctl, up, vethAdd } from './steps.js'

const reason = whyNot('root')

describe.skipIf(reason !== null)(`refused steps${reason === null ? '' : ` (cannot run here: ${reason})`}`, () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await Sandbox.start('root')
    await sandbox.run(
      ...[namespaceAdd('ns0'), vethAdd('host:veth0', 'ns0:veth1'), bridgeAdd('host', 'br7')],
      ...[...up('host', 'veth0'), ...up('ns0', 'veth1'), address('host', 'veth0', '10.0.0.1/24')],
      route('host', '10.9.0.0/16', { via: '10.0.0.2' }),
    )
  })
  afterAll(() => sandbox.stop())

  const deleteLink = (name: string): KernelStep => ({ op: 'link-delete', namespace: 'host', name, restore: [] })

  test.each<[string, KernelStep, string, string]>([
    ['a namespace twice', namespaceAdd('ns0'), 'EEXIST', 'Cannot create namespace file "/run/netns/ns0": File exists'],
    [
      'a namespace that is not there',
      { op: 'namespace-delete', namespace: 'nope' },
      ...['ENOENT', 'Cannot remove namespace file "/run/netns/nope": No such file or directory'],
    ] as never,
    ['a namespace that is a path', namespaceAdd('../ns1'), 'EINVAL', 'Invalid netns name "../ns1"'],
    ['a second host', namespaceAdd('host'), 'EINVAL', 'Invalid netns name "host"'],
    ['the host', { op: 'namespace-delete', namespace: 'host' }, 'EINVAL', 'The host namespace cannot be deleted'],
    [
      'a step in no namespace',
      up('nope', 'lo')[0] as never,
      'ENOENT',
      'Cannot open network namespace "nope": No such file or directory',
    ],
    [
      'a peer in no namespace',
      vethAdd('host:a', 'nope:b'),
      'ENOENT',
      'Cannot open network namespace "nope": No such file or directory',
    ],
    ['a link twice', vethAdd('host:veth0', 'ns0:other'), 'EEXIST', 'File exists'],
    ['a peer twice', vethAdd('host:other', 'ns0:veth1'), 'EEXIST', 'File exists'],
    ['a link that is not there', up('host', 'nope')[0] as never, 'ENODEV', 'Cannot find device "nope"'],
    ['deleting it', deleteLink('nope'), 'ENODEV', 'Cannot find device "nope"'],
    ['lo', deleteLink('lo'), 'EOPNOTSUPP', 'Operation not supported'],
    ['a bridge that is not there', master('host', 'veth0', 'br9'), 'ENODEV', 'Cannot find device "br9"'],
    ['a bridge in itself', master('host', 'br7', 'br7'), 'ELOOP', 'Can not enslave a bridge to a bridge'],
    ['an address twice', address('host', 'veth0', '10.0.0.1/24'), 'EEXIST', 'ipv4: Address already assigned'],
    ['a route twice', route('host', '10.9.0.0/16', { via: '10.0.0.2' }), 'EEXIST', 'File exists'],
    [
      'a gateway elsewhere',
      route('host', '10.8.0.0/16', { via: '10.1.0.2' }),
      'ENETUNREACH',
      'Nexthop has invalid gateway',
    ],
    [
      'a route over a link that is down',
      route('host', '10.8.0.0/16', { dev: 'br7' }),
      'ENETDOWN',
      'Device for nexthop is not up',
    ],
    [
      'a prefix with host bits',
      route('host', '10.8.0.1/16', { via: '10.0.0.2' }),
      'EINVAL',
      'Invalid prefix for given prefix length',
    ],
    [
      'a route that is not there',
      { ...route('host', '10.7.0.0/16', { via: '10.0.0.2' }), op: 'route-delete' },
      'ESRCH',
      'No such process',
    ],
    [
      'an MTU out of range',
      { op: 'link-mtu', namespace: 'host', name: 'veth0', mtu: 70_000, before: 1500 },
      'EINVAL',
      'mtu greater than device maximum',
    ],
    [
      'a sysctl that is not there',
      sysctl('ns0', 'net.ipv4.nope', '1'),
      'ENOENT',
      'cannot stat /proc/sys/net/ipv4/nope: No such file or directory',
    ],
    [
      'a value it does not take',
      sysctl('ns0', 'net.ipv4.ip_forward', 'x'),
      'EINVAL',
      'setting key "net.ipv4.ip_forward": Invalid argument',
    ],
    [
      'a sysctl outside net',
      sysctl('ns0', 'kernel.hostname', 'x'),
      'EPERM',
      '"kernel.hostname" is not a key below net',
    ],
    [
      'a queue that is not there',
      { op: 'impair-set', namespace: 'host', dev: 'veth0', impair: null, before: null },
      ...['ENOENT', 'Cannot delete qdisc with handle of zero'],
    ] as never,
  ])('%s: in the kernel’s words', async (_what, step, code, message) => {
    expect(await sandbox.refusalOf(step)).toEqual({ code, message: expect.stringContaining(message) as string })
  })

  test('the run stops there, with what was done told', async () => {
    const { done, error } = await sandbox.request('run', {
      steps: [
        address('ns0', 'veth1', '10.0.0.2/24'),
        address('ns0', 'nope', '10.0.0.3/24'),
        address('ns0', 'veth1', '10.0.0.4/24'),
      ],
      progress: false,
    })
    expect({ done, error }).toEqual({
      done: 1,
      error: { errno: 19, code: 'ENODEV', message: 'Cannot find device "nope"' },
    })
    expect(await sandbox.output('ns0', 'ip -4 -o addr')).toContain('10.0.0.2/24')
    expect(await sandbox.output('ns0', 'ip -4 -o addr')).not.toContain('10.0.0.4/24')
  })

  test('several deletions go together, up to the one that is refused', async () => {
    await sandbox.run(...[0, 1, 2, 3].map((n) => vethAdd(`host:many${n}`, `ns0:far${n}`)))
    const steps = ['many0', 'many1', 'many2', 'nope', 'many3'].map(deleteLink)
    const { done, error } = await sandbox.request('run', { steps, progress: false })
    expect(done).toBe(3)
    expect(error?.message).toBe('Cannot find device "nope"')
    const left = (await sandbox.json('host', 'ip -j -d link')).filter(({ ifname }) => String(ifname).startsWith('many'))
    expect(left.map(({ ifname, group }) => [ifname, group])).toEqual([['many3', 'default']])
  })

  test('a listener on a port that is taken', async () => {
    const { fd } = await sandbox.request('listen', { namespace: 'ns0', protocol: 'tcp', port: 80 })
    await expect(sandbox.request('listen', { namespace: 'ns0', protocol: 'tcp', port: 80 })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: 'Address already in use',
    })
    await sandbox.closeFile(fd)
  })

  test('reading a namespace that is not there', async () => {
    await expect(sandbox.request('read', { namespaces: ['ns0', 'nope'] })).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('features that are missing say why, and trying leaves nothing', async () => {
    const { features } = await sandbox.request('features', {})
    // Once only: what the scratch namespace takes is kept, and does not grow.
    const before = await sandbox.steadyFiles()
    expect((await sandbox.request('features', {})).features).toEqual(features)
    const named = Object.fromEntries(features.map(({ name, available, reason: why }) => [name, available || why]))
    expect(Object.keys(named)).toEqual([
      ...['veth', 'bridge', 'dummy', 'ifb', 'vxlan', 'gre', 'gretap', 'ipip', 'sit', 'ip6tnl', 'ip6gre', 'geneve'],
      ...['macvlan', 'ipvlan', 'vlan', 'vlan-filtering', 'bond', 'vrf'],
      ...['wireguard', 'netem', 'tbf'],
      ...['tun', 'nftables', 'conntrack', 'br_netfilter'],
    ])
    expect(named).toMatchObject({ veth: true, bridge: true })
    // The kernel's own answer to `ip` and `tc`, asked in a namespace of its own.
    const kinds = ['dummy', 'ifb', 'vxlan id 1 dstport 4789', 'wireguard', 'vrf table 10']
    for (const kind of kinds) {
      const { code } = await sandbox.shell(`unshare -n ip link add x0 type ${kind}`)
      expect(named[kind.split(' ')[0] ?? ''] === true, kind).toBe(code === 0)
    }
    const { code } = await sandbox.shell('unshare -n tc qdisc add dev lo root netem delay 1ms')
    expect(named.netem === true).toBe(code === 0)
    // What others have just closed may still be counted; what we leave open would stay.
    await expect.poll(() => sandbox.openFiles(), { timeout: 60_000 }).toBeLessThanOrEqual(before)
    expect(await sandbox.output('host', 'ip -o link')).not.toMatch(/dummy0|ifb0|vxlan0/)
  })
})
