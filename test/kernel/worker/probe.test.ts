import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProbeReply } from '../../../electron/helper/kernel/protocol.js'
import { Sandbox, whyNot, type User } from './sandbox.js'
import { address, bridgeAdd, master, namespaceAdd, route, routerLab, sysctl, up, vethAdd } from './steps.js'

let sandbox: Sandbox
const ping = (
  namespace: string,
  target: string,
  rest: { timeoutMs?: number; ttl?: number; size?: number } = {},
): Promise<ProbeReply> =>
  sandbox.request('ping', {
    ...{ namespace, target, timeoutMs: rest.timeoutMs ?? 1000, ttl: rest.ttl ?? null },
    ...{ size: rest.size ?? 56, identifier: 4711 },
  })
const connect = (namespace: string, target: string, port: number, timeoutMs = 1000): Promise<ProbeReply> =>
  sandbox.request('connect', { namespace, target, port, timeoutMs })
const datagram = (namespace: string, target: string, port: number, timeoutMs = 1000): Promise<ProbeReply> =>
  sandbox.request('datagram', { namespace, target, port, timeoutMs })

/** `offender`: whose ICMP error must have ended it. */
const failure = (outcome: string, message: string | null, offender?: string): unknown =>
  expect.objectContaining({ outcome, rttUs: null, ttl: null, message, ...(offender === undefined ? {} : { offender }) })

describe.each(['root', 'a user'] satisfies User[])('probes as %s', (user) => {
  const reason = whyNot(user)
  if (reason) {
    test.skip(`cannot run here: ${reason}`)
    return
  }
  beforeAll(async () => {
    sandbox = await Sandbox.start(user)
    await sandbox.run(
      ...routerLab(true),
      route('ns0', '192.168.1.0/24', { via: '192.168.0.1' }),
      route('ns1', '192.168.0.0/24', { via: '192.168.1.1' }),
      address('ns0', 'veth0', 'fd00::2/64'),
      address('ns-router', 'veth1', 'fd00::1/64'),
      address('ns-router', 'veth3', 'fd00:1::1/64'),
      address('ns1', 'veth2', 'fd00:1::2/64'),
      sysctl('ns-router', 'net.ipv6.conf.all.forwarding', '1'),
      route('ns0', 'fd00:1::/64', { via: 'fd00::1' }),
      route('ns1', 'fd00::/64', { via: 'fd00:1::1' }),
      route('ns0', '10.66.0.0/16', { type: 'unreachable' }),
      route('ns0', '10.67.0.0/16', { type: 'prohibit' }),
      route('ns0', '10.68.0.0/16', { via: '192.168.0.1' }),
      // ICMP errors are limited to one a second for each destination, which would make some probes lost.
      ...['ns0', 'ns1', 'ns-router'].flatMap((name) => [
        sysctl(name, 'net.ipv4.icmp_ratelimit', '0'),
        sysctl(name, 'net.ipv6.icmp.ratelimit', '0'),
      ]),
    )
  })
  afterAll(() => sandbox.stop())

  test('a reply over a router has passed one hop', async () => {
    const reply = await ping('ns0', '192.168.1.2')
    expect(reply).toEqual({ outcome: 'reply', rttUs: expect.any(Number) as number, ttl: 63, message: null })
    expect(reply.rttUs).toBeGreaterThan(0)
    expect(await ping('ns0', '192.168.0.2'), 'its own address').toMatchObject({ outcome: 'reply', ttl: 64 })
    expect(await ping('ns0', '127.0.0.1')).toMatchObject({ outcome: 'reply', ttl: 64 })
  })

  test('a reply over IPv6 has passed one hop', async () => {
    expect(await ping('ns0', 'fd00:1::2', { timeoutMs: 3000 })).toMatchObject({ outcome: 'reply', ttl: 63 })
  })

  test('payloads of any size, and hardly any', async () => {
    for (const size of [0, 1, 11, 1472, 1473, 9000])
      expect(await ping('ns0', '192.168.1.2', { size }), `${size} bytes`).toMatchObject({ outcome: 'reply', ttl: 63 })
  })

  test('no route: nothing leaves', async () => {
    expect(await ping('ns0', '8.8.8.8')).toEqual(failure('unreachable', 'Network is unreachable'))
    expect(await connect('ns0', '8.8.8.8', 80)).toEqual(failure('unreachable', 'Network is unreachable'))
    expect(await datagram('ns0', '8.8.8.8', 53)).toEqual(failure('unreachable', 'Network is unreachable'))
    expect(await ping('ns0', 'fd99::1')).toEqual(failure('unreachable', 'Network is unreachable'))
    expect(await ping('ns0', '10.66.0.1')).toEqual(failure('unreachable', 'No route to host'))
    expect(await ping('ns0', '10.67.0.1')).toEqual(failure('unreachable', 'Permission denied'))
  })

  test('no route further on: the router says so', async () => {
    expect(await ping('ns0', '10.68.0.1')).toEqual(failure('unreachable', 'Destination Net Unreachable', '192.168.0.1'))
    expect(await connect('ns0', '10.68.0.1', 80)).toEqual(
      failure('unreachable', 'Destination Net Unreachable', '192.168.0.1'),
    )
    expect(await datagram('ns0', '10.68.0.1', 53)).toEqual(
      failure('unreachable', 'Destination Net Unreachable', '192.168.0.1'),
    )
  })

  test('too few hops', async () => {
    expect(await ping('ns0', '192.168.1.2', { ttl: 1 })).toEqual(
      failure('lost', 'Time to live exceeded', '192.168.0.1'),
    )
    expect(await ping('ns0', 'fd00:1::2', { ttl: 1 })).toEqual(failure('lost', 'Time exceeded: Hop limit', 'fd00::1'))
    expect(await ping('ns0', '192.168.1.2', { ttl: 2 })).toMatchObject({ outcome: 'reply' })
  })

  test('nobody has the address: unreachable after the kernel has given up, even with a shorter time limit', async () => {
    const [near, far, tcp] = await Promise.all([
      ping('ns0', '192.168.0.77', { timeoutMs: 300 }),
      ping('ns0', '192.168.1.77', { timeoutMs: 300 }),
      connect('ns1', '192.168.1.78', 80, 300),
    ])
    expect(near).toEqual(failure('unreachable', 'Destination Host Unreachable'))
    expect(far).toEqual(failure('unreachable', 'Destination Host Unreachable'))
    expect(tcp.outcome).toBe('unreachable')
  })

  test('TCP and UDP: an open and a closed port, and whatever comes back', async () => {
    const { fd } = await sandbox.request('listen', { namespace: 'ns1', protocol: 'tcp', port: 8080 })
    expect(await connect('ns0', '192.168.1.2', 8080)).toMatchObject({
      ...{ outcome: 'connected', rttUs: expect.any(Number) as number, ttl: null, message: null },
    })
    expect(await connect('ns0', 'fd00:1::2', 8080), 'both families').toMatchObject({ outcome: 'connected' })
    await sandbox.closeFile(fd)
    expect(await connect('ns0', '192.168.1.2', 8080)).toEqual(failure('refused', 'Connection refused'))
    expect(await connect('ns0', 'fd00:1::2', 8080)).toEqual(failure('refused', 'Connection refused'))

    expect(await datagram('ns0', '192.168.1.2', 9)).toEqual(failure('refused', 'Destination Port Unreachable'))
    expect(await datagram('ns0', 'fd00:1::2', 9)).toEqual(
      failure('refused', 'Destination unreachable: Port unreachable'),
    )
    const bound = await sandbox.request('listen', { namespace: 'ns1', protocol: 'udp', port: 9 })
    expect(await datagram('ns0', '192.168.1.2', 9, 200), 'nobody reads it').toEqual(failure('lost', null))
    await sandbox.closeFile(bound.fd)
    const echo = sandbox.output(
      'ns1',
      `timeout 3 perl -MIO::Socket::INET -e '
      my $s = IO::Socket::INET->new(Proto => "udp", LocalPort => 9) or die; my $d;
      while ($s->recv($d, 100)) { $s->send("echo $d"); last if $d =~ /./ }'`,
    )
    await sandbox.output(
      'host',
      'for i in $(seq 50); do nsenter --net=/run/netns/ns1 ss -uln | grep -q ":9 " && exit 0; sleep 0.05; done; exit 1',
    )
    expect(await datagram('ns0', '192.168.1.2', 9)).toMatchObject({ outcome: 'reply', ttl: 63, message: null })
    await echo
  })

  test('firewalls: dropped is lost, rejected says how', async () => {
    const rule = (chain: string, rest: string) => sandbox.output('ns1', `iptables-nft -A ${chain} ${rest}`)
    await rule('INPUT', '-p tcp --dport 81 -j DROP')
    await rule('INPUT', '-p tcp --dport 82 -j REJECT')
    await rule('INPUT', '-p tcp --dport 83 -j REJECT --reject-with icmp-admin-prohibited')
    await rule('INPUT', '-p tcp --dport 84 -j REJECT --reject-with tcp-reset')
    await rule('INPUT', '-p udp --dport 81 -j DROP')
    expect(await connect('ns0', '192.168.1.2', 81, 200)).toEqual(failure('lost', null))
    expect(await connect('ns0', '192.168.1.2', 82)).toEqual(failure('refused', 'Destination Port Unreachable'))
    expect(await connect('ns0', '192.168.1.2', 83)).toEqual(failure('unreachable', 'Packet filtered'))
    expect(await connect('ns0', '192.168.1.2', 84)).toEqual(failure('refused', 'Connection refused'))
    expect(await datagram('ns0', '192.168.1.2', 81, 200)).toEqual(failure('lost', null))
    await rule('OUTPUT', '-p icmp -d 192.168.0.2 -j DROP')
    expect(await ping('ns0', '192.168.1.2', { timeoutMs: 200 }), 'the answer is dropped').toEqual(failure('lost', null))
    expect(await ping('ns1', '192.168.0.2'), 'the request is').toEqual(failure('lost', 'Operation not permitted'))
    await sandbox.output('ns1', 'iptables-nft -F')
  })

  test('a packet that is too big for a link further on', async () => {
    await sandbox.run(
      { op: 'link-mtu', namespace: 'ns-router', name: 'veth3', mtu: 1300, before: 1500 },
      { op: 'link-mtu', namespace: 'ns1', name: 'veth2', mtu: 1300, before: 1500 },
    )
    expect(await ping('ns0', '192.168.1.2', { size: 1400 })).toEqual(
      failure('unreachable', 'Frag needed and DF set (mtu = 1300)'),
    )
    expect(await ping('ns0', 'fd00:1::2', { size: 1400 })).toEqual(failure('unreachable', 'Packet too big: mtu=1300'))
  })

  test('a link-local address of a named interface', async () => {
    const own = sandbox.namespace('ns-router')?.addresses.find(({ dev, scope }) => dev === 'veth1' && scope === 'link')
    const target = `${own?.address.split('/')[0]}%veth0`
    expect(await ping('ns0', target, { timeoutMs: 3000 })).toMatchObject({ outcome: 'reply', ttl: 64 })
    await expect(ping('ns0', 'fe80::1%nope')).rejects.toThrow('Cannot find device "nope"')
  })

  test('forwarding switched off: lost', async () => {
    await sandbox.run(sysctl('ns-router', 'net.ipv4.ip_forward', '0'))
    expect(await ping('ns0', '192.168.1.2', { timeoutMs: 200 })).toEqual(failure('lost', null))
    await sandbox.run(sysctl('ns-router', 'net.ipv4.ip_forward', '1'))
  })

  test('many at once get their own answers, and no descriptor stays open', async () => {
    const before = await sandbox.steadyFiles()
    const many = await Promise.all(
      Array.from({ length: 60 }, (_, n) => ping('ns0', n % 2 ? '192.168.1.2' : '8.8.8.8', { size: n })),
    )
    expect(many.map(({ outcome }) => outcome)).toEqual(many.map((_, n) => (n % 2 ? 'reply' : 'unreachable')))
    await Promise.all([
      connect('ns0', '192.168.1.2', 1),
      connect('ns0', '192.168.1.2', 2),
      datagram('ns0', '192.168.1.2', 3),
    ])
    // What others have just closed may still be counted; what we leave open would stay.
    await expect.poll(() => sandbox.openFiles(), { timeout: 60_000 }).toBeLessThanOrEqual(before)
  })

  test('a probe does not keep its namespace alive', async () => {
    await sandbox.run(
      ...[
        namespaceAdd('brief'),
        vethAdd('host:here', 'brief:there'),
        bridgeAdd('host', 'br7'),
        master('host', 'here', 'br7'),
      ],
      ...[...up('host', 'here', 'br7'), ...up('brief', 'there'), address('brief', 'there', '10.7.0.1/24')],
    )
    const probe = ping('brief', '10.7.0.2', { timeoutMs: 30_000 })
    await sandbox.shell('sleep 0.05; ip netns delete brief')
    expect(await probe).toEqual(failure('lost', 'The namespace was deleted'))
    await sandbox.until('its link is gone', () => !sandbox.namespace('host')?.links.some(({ name }) => name === 'here'))
  })

  test('what cannot be a probe is refused in words', async () => {
    await expect(ping('nowhere', '10.0.0.1')).rejects.toThrow('Cannot open network namespace "nowhere"')
    await expect(ping('ns0', 'example.org')).rejects.toThrow('"example.org" is not an IPv4 or IPv6 address')
  })
})
