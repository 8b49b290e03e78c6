import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LiveNamespace } from '../../../electron/core/live/state.js'
import type { WorkerEvents } from '../../../electron/helper/kernel/protocol.js'
import { ipRoutes } from './iproute2.js'
import { Sandbox, whyNot } from './sandbox.js'
import { address, bridgeAdd, namespaceAdd, routerLab, up, vethAdd } from './steps.js'

const reason = whyNot('root')
let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await Sandbox.start('root')
})
afterEach(() => sandbox.stop())

const link = (namespace: string, name: string) => sandbox.namespace(namespace)?.links.find((one) => one.name === name)

/** The state folded from pushes must be the state read anew. Twice more where a change came between the two. */
async function expectMirrorTrue(): Promise<void> {
  const kernelPart = ({ ruleset: _, services: __, ...rest }: LiveNamespace) => rest
  for (let attempt = 1; ; attempt += 1) {
    const { namespaces } = await sandbox.request('read', { namespaces: null })
    const folded = sandbox.live.namespaces.map(kernelPart)
    if (attempt < 3 && JSON.stringify(folded) !== JSON.stringify(namespaces)) continue
    expect(folded).toEqual(namespaces)
    return
  }
}

describe.skipIf(reason !== null)(
  `what others do is told${reason === null ? '' : ` (cannot run here: ${reason})`}`,
  () => {
    test('by `ip netns`: a name that appears, its links, and its end', async () => {
      await sandbox.output('host', 'ip netns add blue')
      await sandbox.until('blue is told', () => sandbox.namespace('blue') !== undefined)
      expect(sandbox.namespace('blue')?.links.map(({ name }) => name)).toEqual(['lo'])
      expect(sandbox.namespace('blue')?.rules).toHaveLength(5)
      await sandbox.output('host', 'ip link add va type veth peer name vb netns blue')
      await sandbox.until('the pair is told with its peers', () => link('host', 'va')?.peer?.namespace === 'blue')
      await sandbox.until('and the other way round', () => link('blue', 'vb')?.peer?.namespace === 'host')
      await sandbox.output('host', 'ip netns delete blue')
      await sandbox.until('blue is gone', () => sandbox.namespace('blue') === undefined)
      await sandbox.until('the namespace has died with its pair', () => link('host', 'va') === undefined)
      await expectMirrorTrue()
    })

    test('names that were there before the worker opened', async () => {
      await sandbox.stop()
      sandbox = await Sandbox.start('root', false)
      await sandbox.output(
        'host',
        'ip netns add red && ip netns add green && ip link add va netns red type veth peer name vb netns green',
      )
      await sandbox.output('host', 'touch /run/netns/no-namespace')
      const opened = await sandbox.open()
      expect(opened.map(({ name }) => name).sort()).toEqual(['green', 'host', 'red'])
      expect(link('red', 'va')?.peer?.namespace).toBe('green')
      expect(link('green', 'vb')?.peer?.namespace).toBe('red')
    })

    test('peers in a line of routers that others have made, in names that are in no order', async () => {
      await sandbox.stop()
      sandbox = await Sandbox.start('root', false)
      const count = 60
      const name = (n: number) => `r${(n * 37) % count}`
      await sandbox.output(
        'host',
        Array.from({ length: count }, (_, n) => `ip netns add ${name(n)}`).join('\n') +
          '\n' +
          Array.from(
            { length: count - 1 },
            (_, n) => `ip link add right netns ${name(n)} type veth peer name left netns ${name(n + 1)}`,
          ).join('\n'),
      )
      await sandbox.open()
      for (let n = 0; n + 1 < count; n += 1) {
        expect(link(name(n), 'right')?.peer?.namespace).toBe(name(n + 1))
        expect(link(name(n + 1), 'left')?.peer?.namespace).toBe(name(n))
      }
      expect(await sandbox.output('host', 'ip netns list-id'), 'and no number was given away for it').toBe('')
    })

    test('the same name for another namespace', async () => {
      await sandbox.run(namespaceAdd('blue'), address('blue', 'lo', '10.1.1.1/32'))
      await sandbox.until('blue is told', () => sandbox.namespace('blue')?.addresses.length === 1)
      const before = sandbox.namespace('blue')?.inode
      await sandbox.output('host', 'ip netns delete blue && ip netns add blue')
      await sandbox.until('the new one is told', () => (sandbox.namespace('blue')?.inode ?? before) !== before)
      expect(sandbox.namespace('blue')?.addresses).toEqual([])
      await expectMirrorTrue()
    })

    test('a peer whose namespace loses its name and gets another one', async () => {
      await sandbox.run(namespaceAdd('blue'), vethAdd('host:a', 'blue:b'))
      await sandbox.until('the peer is named', () => link('host', 'a')?.peer?.namespace === 'blue')
      await sandbox.output('host', 'touch /run/kept && mount --bind /run/netns/blue /run/kept')
      await sandbox.output('host', 'ip netns delete blue')
      await sandbox.until('the peer is in no known namespace', () => link('host', 'a')?.peer?.namespace === null)
      await sandbox.output('host', 'touch /run/netns/azure && mount --bind /run/kept /run/netns/azure')
      await sandbox.until('the peer is named again', () => link('host', 'a')?.peer?.namespace === 'azure')
      await expectMirrorTrue()
    })

    test('a pair whose ends are moved one after the other', async () => {
      const between = (from: string, to: string) => () =>
        link(from, 'va')?.peer?.namespace === to && link(to, 'vb')?.peer?.namespace === from
      await sandbox.run(namespaceAdd('blue'), namespaceAdd('red'))
      await sandbox.output('host', 'ip link add va type veth peer name vb')
      await sandbox.output('host', 'ip link set va netns blue')
      await sandbox.until('one end has moved', between('blue', 'host'))
      await sandbox.output('host', 'ip link set vb netns red')
      await sandbox.until('the end that stayed is told of the other', between('blue', 'red'))
      await sandbox.output('host', 'ip -n red link set vb netns 1')
      await sandbox.until('and of its way back', between('blue', 'host'))
      await expectMirrorTrue()
    })

    test('a pair whose end moves to a namespace without a name', async () => {
      await sandbox.run(namespaceAdd('blue'), namespaceAdd('red'), vethAdd('host:va', 'blue:vb'))
      await sandbox.until('the peer is named', () => link('host', 'va')?.peer?.namespace === 'blue')
      await sandbox.output('host', 'touch /run/kept && mount --bind /run/netns/red /run/kept && ip netns delete red')
      await sandbox.output('host', 'ip -n blue link set vb netns /run/kept')
      await sandbox.until('the peer is in no known namespace', () => link('host', 'va')?.peer?.namespace === null)
      await expectMirrorTrue()
    })

    test('addresses, routes, rules, neighbours, names, sysctls, queues and bridge ports', async () => {
      await sandbox.run(
        ...routerLab(false),
        bridgeAdd('host', 'br7'),
        vethAdd('host:p0', 'ns0:p1'),
        ...up('host', 'p0'),
      )
      const expectTold = async (command: string, namespace: string, holds: (now: LiveNamespace) => boolean) => {
        await sandbox.output(namespace, command)
        await sandbox.until(command, () => {
          const now = sandbox.namespace(namespace)
          return now !== undefined && holds(now)
        })
      }
      await expectTold(
        'ip addr add 10.9.0.1/24 dev veth0',
        'ns0',
        ({ addresses, routes }) =>
          addresses.some(({ address }) => address === '10.9.0.1/24') && routes.some(({ to }) => to === '10.9.0.0/24'),
      )
      await expectTold('ip route add default via 192.168.0.1', 'ns0', ({ routes }) =>
        routes.some(({ to }) => to === '0.0.0.0/0'),
      )
      await expectTold('ip rule add from 10.9.0.0/24 table 77', 'ns0', ({ rules }) =>
        rules.some(({ table }) => table === 77),
      )
      await expectTold('ip neigh add 192.168.0.9 lladdr 02:00:00:00:00:09 dev veth0', 'ns0', ({ neighbours }) =>
        neighbours.some(({ address, state }) => address === '192.168.0.9' && state === 'PERMANENT'),
      )
      await expectTold(
        'sysctl -qw net.ipv4.ip_forward=1',
        'ns-router',
        ({ sysctls }) => sysctls['net.ipv4.ip_forward'] === '1',
      )
      await expectTold(
        'sysctl -qw net.ipv4.conf.veth1.rp_filter=2',
        'ns-router',
        ({ sysctls }) => sysctls['net.ipv4.conf.veth1.rp_filter'] === '2',
      )
      await expectTold('tc qdisc add dev veth0 root tbf rate 5mbit burst 4kb latency 50ms', 'ns0', ({ links }) =>
        links.some(({ impair }) => impair?.rateBit === 5_000_000),
      )
      await expectTold('ip link set p0 master br7', 'host', ({ links }) =>
        links.some(({ name, master }) => name === 'p0' && master === 'br7'),
      )
      await expectTold('bridge fdb add 02:00:00:00:00:aa dev p0 master static', 'host', ({ fdb }) =>
        fdb.some(({ mac, dev, master }) => mac === '02:00:00:00:00:aa' && dev === 'p0' && master === 'br7'),
      )
      await expectTold(
        'ip link set veth2 down',
        'ns1',
        ({ links, routes }) =>
          links.some(({ name, up }) => name === 'veth2' && !up) && routes.every(({ dev }) => dev !== 'veth2'),
      )
      await sandbox.until('the far end has lost its carrier', () => link('ns-router', 'veth3')?.carrier === false)
      await sandbox.until('and its route is marked', () =>
        (sandbox.namespace('ns-router')?.routes ?? []).some(
          ({ dev, flags }) => dev === 'veth3' && flags.includes('linkdown'),
        ),
      )
      await expectTold(
        'ip link set veth0 name eth9',
        'ns0',
        ({ links, addresses, routes }) =>
          links.some(({ name }) => name === 'eth9') &&
          addresses.every(({ dev }) => dev !== 'veth0') &&
          routes.every(({ dev }) => dev !== 'veth0'),
      )
      await expectMirrorTrue()
    })

    test('only the sections that changed, once', async () => {
      await sandbox.run(namespaceAdd('blue'))
      await sandbox.until('blue is told', () => sandbox.namespace('blue') !== undefined)
      await sandbox.shell('sleep 0.1')
      const before = sandbox.events.length
      await sandbox.output('blue', 'ip rule add from 10.0.0.0/8 table 9')
      await sandbox.until('the rule is told', () => sandbox.namespace('blue')?.rules.length === 6)
      await sandbox.shell('sleep 0.1')
      const told = sandbox.events.slice(before).map(({ payload }) => payload as WorkerEvents['changed'])
      expect(told.flatMap(({ changes }) => changes.map((change) => Object.keys(change).sort()))).toEqual([
        ['inode', 'namespace', 'rules'],
      ])
    })

    test('sysctls asked for besides the fixed ones, from then on', async () => {
      await sandbox.run(namespaceAdd('blue'))
      await sandbox.request('watch-sysctls', { namespace: 'blue', keys: ['net.ipv4.tcp_ecn', 'net.ipv4.no_such_key'] })
      await sandbox.until(
        'its value is told',
        () => sandbox.namespace('blue')?.sysctls['net.ipv4.tcp_ecn'] !== undefined,
      )
      await sandbox.run({
        ...{ op: 'sysctl-set', namespace: 'blue', key: 'net.ipv4.tcp_ecn' },
        value: '1',
        before: null,
      })
      await sandbox.until('its new value is told', () => sandbox.namespace('blue')?.sysctls['net.ipv4.tcp_ecn'] === '1')
      expect(sandbox.namespace('blue')?.sysctls).not.toHaveProperty('net.ipv4.no_such_key')
      expect(sandbox.namespace('host')?.sysctls).not.toHaveProperty('net.ipv4.tcp_ecn')
    })

    test('rulesets: iptables-nft and nft, of the namespace they are in', async () => {
      await sandbox.run(namespaceAdd('blue'), namespaceAdd('red'))
      const told = () =>
        sandbox.events.flatMap(({ event, payload }) =>
          event === 'ruleset-changed' ? (payload as WorkerEvents['ruleset-changed']).namespaces : [],
        )
      await sandbox.output('blue', 'iptables-nft -A FORWARD -j DROP')
      await sandbox.until('blue is named', () => told().includes('blue'))
      await sandbox.output('host', 'nft add table ip x')
      await sandbox.until('host is named', () => told().includes('host'))
      expect(told()).not.toContain('red')
      await sandbox.output('host', 'ip netns add filtered && ip netns exec filtered true; true')
      expect(told()).not.toContain('filtered')
    })

    test('a storm of 5000 changes ends in the true state, and others are served meanwhile', async () => {
      await sandbox.run(
        namespaceAdd('blue'),
        namespaceAdd('red'),
        vethAdd('blue:b', 'red:r'),
        ...up('blue', 'b'),
        ...up('red', 'r'),
      )
      await sandbox.run(address('blue', 'b', '10.0.0.1/24'), address('red', 'r', '10.0.0.2/24'))
      await sandbox.output(
        'host',
        `for i in $(seq 0 2499); do echo "route add 10.$((1 + i / 250)).$((i % 250)).0/24 via 10.0.0.2"; done > /run/add;
       for i in $(seq 0 2499); do echo "route del 10.$((1 + i / 250)).$((i % 250)).0/24"; done > /run/del`,
      )
      const revision = sandbox.live.revision
      const storm = sandbox.output(
        'blue',
        'sh -c "ip -batch /run/add && ip -batch /run/del && ip route add 10.200.0.0/16 via 10.0.0.2"',
      )
      const probe = sandbox.request('ping', {
        ...{ namespace: 'red', target: '10.0.0.1', timeoutMs: 3000, ttl: null, size: 56, identifier: 1 },
      })
      await storm
      expect((await probe).outcome).toBe('reply')
      await sandbox.until('the last route is told', () =>
        (sandbox.namespace('blue')?.routes ?? []).some(({ to }) => to === '10.200.0.0/16'),
      )
      await sandbox.until(
        'and none of the deleted',
        () => sandbox.namespace('blue')?.routes.filter(({ family }) => family === 'ipv4').length === 2,
      )
      expect(sandbox.namespace('blue')?.routes).toEqual(await ipRoutes(sandbox, 'blue'))
      expect(sandbox.live.revision - revision, 'changes are gathered').toBeLessThan(500)
    })

    test('events that were lost while the process stood still', async () => {
      await sandbox.run(namespaceAdd('blue'), ...up('blue', 'lo'))
      await sandbox.until('blue is told', () => sandbox.namespace('blue')?.links[0]?.up === true)
      // 24 000 events of about a kilobyte each do not fit into the socket's queue.
      await sandbox.output(
        'host',
        `seq 0 11999 | awk '{ printf "route add blackhole 10.%d.%d.0/24\\n", $1 / 250 + 1, $1 % 250 }' > /run/add;
       sed s/add/del/ /run/add > /run/del; echo "route add blackhole 10.200.0.0/16" >> /run/del;
       kill -STOP $PPID; ip -n blue -batch /run/add && ip -n blue -batch /run/del; kill -CONT $PPID`,
      )
      await sandbox.until(
        'the last route is told, and only it',
        () => (sandbox.namespace('blue')?.routes ?? []).map(({ to }) => to).join() === '10.200.0.0/16',
      )
      await expectMirrorTrue()
    })
  },
)
