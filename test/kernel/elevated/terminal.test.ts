/** What the terminals of an elevated helper may do: everything to a lab's network, nothing to the machine's own. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { protocolVersion } from '../../../electron/core/rpc.js'
import { Screen, type Speaker } from '../terminal/screen.js'
import { until } from '../support/until.js'
import { Machine, reasonAgainst } from './machine.js'
import { meetHelper, type Helper } from './meeting.js'
import { ShellOnMachine } from './shell.js'

const reason = reasonAgainst('setpriv', 'getent', 'tcpdump', 'conntrack', 'nft', 'iptables', 'ping')

/** capabilities(7), by number: net_bind_service 10, net_admin 12, net_raw 13. */
const networkOnly = '0000000000003400'
const none = '0000000000000000'

describe.skipIf(reason !== null)(`terminals of an elevated helper${reason === null ? '' : ` (${reason})`}`, () => {
  let machine: Machine
  let helper: Helper
  let speaker: Speaker

  beforeAll(async () => {
    machine = await Machine.make()
    helper = await meetHelper(machine)
    const { connection } = helper
    await connection.sendRequest('session/open', { protocol: protocolVersion })
    const listeners: ((name: string, params: never) => void)[] = []
    connection.onNotification((name, params) => listeners.forEach((each) => each(name, params as never)))
    speaker = {
      request: (name, params) => connection.sendRequest(name, params),
      on(name, listener) {
        listeners.push((told, params) => {
          if (told === name) listener(params)
        })
        return () => {}
      },
    }
    // Made by hand, as a user of `ip netns` would: the lab's own way of making them is another test's subject.
    machine.ask('ip', 'netns', 'add', 'ns0')
    machine.ask('ip', 'link', 'add', 'out0', 'type', 'veth', 'peer', 'name', 'veth0', 'netns', 'ns0')
  })
  afterAll(async () => {
    helper?.channel.end()
    await helper?.running.ended
    machine?.dispose()
  })

  async function open(namespace: string): Promise<Screen> {
    const screen = await Screen.open(speaker, namespace)
    await screen.shows(/[#$] $/)
    return screen
  }

  test('in a namespace of a lab run as the user, with the powers of its network and no way to more', async () => {
    const { uid, gid, name } = machine.user
    const screen = await open('ns0')
    expect(await screen.run('id -u; id -g; whoami')).toBe(`${uid}\n${gid}\n${name}`)
    expect(await screen.run('id -Gn | tr " " "\\n" | grep -xc root')).toBe('0')
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      expect(await screen.run(`awk '/^${set}:/ { print $2 }' /proc/$$/status`), set).toBe(networkOnly)
    expect(await screen.run(`awk '/^NoNewPrivs:/ { print $2 }' /proc/$$/status`)).toBe('1')
    // A name in the environment, a home, a terminal device of the user's own, and nothing of root's.
    expect(await screen.run('echo "$USER $LOGNAME $SHELL"')).toMatch(new RegExp(`^${name} ${name} /\\S+$`))
    expect(await screen.run('echo "$HOME $PWD" | grep -c root')).toBe('0')
    expect(await screen.run('stat -c %u "$(tty)"')).toBe(String(uid))
    expect(await screen.run('echo "$VETHLAB_NS ${SUDO_UID-unset} ${UV_THREADPOOL_SIZE-unset}"')).toBe('ns0 unset unset')
    expect(await screen.run('ls -l /proc/$$/fd | grep -E "socket:|anon_inode|ptmx|net:"; true')).toBe('')
    await screen.close()
  })

  test('do there what a lab is about: ip, tc, sysctl, iptables, nft, ping, tcpdump, conntrack', async () => {
    const screen = await open('ns0')
    const works = async (command: string): Promise<string> => {
      const said = await screen.run(`${command}; echo "exit=$?"`)
      expect(said, command).toMatch(/exit=0$/)
      return said
    }
    await works('ip link set lo up && ip link set veth0 up && ip addr add 10.9.0.1/24 dev veth0')
    await works('ip route add 10.8.0.0/16 via 10.9.0.2 && ip neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev veth0')
    await works('ip link add br0 type bridge && ip link del br0')
    await works('tc qdisc add dev veth0 root tbf rate 10mbit burst 10k latency 50ms')
    await works('sysctl -qw net.ipv4.ip_forward=1')
    await works('iptables -A FORWARD -p tcp -j ACCEPT && iptables -t nat -A POSTROUTING -j MASQUERADE')
    await works('iptables-legacy -A FORWARD -p udp -j ACCEPT')
    await works('nft add table ip mine && nft list tables')
    await works('ping -c1 -W2 10.9.0.1')
    await works('conntrack -L')
    const seen = await works(
      'tcpdump -lnc1 -i lo icmp 2>&1 & dump=$!; while kill -0 $dump; do ping -c1 -W1 127.0.0.1; done >/dev/null 2>&1',
    )
    expect(seen).toMatch(/> 127\.0\.0\.1: ICMP echo re/)
    expect(await screen.run('cat /proc/sys/net/ipv4/ip_forward')).toBe('1')
    expect(machine.ask('sysctl', '-n', 'net.ipv4.ip_forward').trim()).toBe('0')
    expect(machine.ask('ip', '-n', 'ns0', '-br', 'addr', 'show', 'dev', 'veth0')).toContain('10.9.0.1/24')
    await screen.close()
  })

  test('do not reach from there into the machine: neither its network, nor other users, nor root', async () => {
    const screen = await open('ns0')
    const refused = async (command: string, words: RegExp): Promise<void> => {
      const said = await screen.run(`${command}; echo "exit=$?"`)
      expect(said, command).toMatch(words)
      expect(said, command).not.toMatch(/exit=0$/)
    }
    const pid = machine.processes(/^cat$/)[0]?.pid
    await refused(`nsenter --net=/proc/${pid}/ns/net true`, /Permission denied|not permitted/)
    await refused('nsenter --net=/run/netns/ns0 true', /Permission denied|not permitted/)
    await refused('unshare --net true', /not permitted/)
    await refused('mount -t tmpfs x /mnt', /permission denied|superuser|not permitted/i)
    await refused('cat /etc/shadow', /Permission denied/)
    await refused('ip netns add mine', /not permitted|Permission denied/)
    await refused(`kill -0 ${pid}`, /not permitted/)
    // A program that makes its caller root elsewhere does not here.
    await refused('su -c id root </dev/null', /su: |Authentication failure|setuid|permission/i)
    expect(await screen.run('mount | grep -c "^x on /mnt"')).toBe('0')
    await screen.close()
  })

  test('on the machine itself are the plain shell of the user, without a capability', async () => {
    const before = machine.dump()
    const screen = await open('host')
    expect(await screen.run('id -u')).toBe(String(machine.user.uid))
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'])
      expect(await screen.run(`awk '/^${set}:/ { print $2 }' /proc/$$/status`), set).toBe(none)
    const net = await screen.run('readlink /proc/$$/ns/net')
    expect(net).toBe(machine.network)
    for (const command of [
      'ip link add mine type veth',
      'ip addr add 10.7.0.1/24 dev lo',
      'ip link del out0',
      'sysctl -w net.ipv4.ip_forward=1',
      'iptables -A INPUT -j DROP',
      'nft add table ip mine',
      'ip netns exec ns0 true',
    ])
      expect(await screen.run(`${command}; echo "exit=$?"`), command).not.toMatch(/exit=0$/)
    await screen.close()
    expect(machine.dump()).toBe(before)
  })

  test('end with all that runs in them when the helper does', async () => {
    const screen = await open('ns0')
    const file = join(machine.world.home, 'pid')
    void screen.type(`sleep 1001 & echo $! > ${file}\r`)
    const pid = await until('the program runs', () => Number(machine.ask('cat', file)))
    expect(existsSync(`/proc/${pid}`)).toBe(true)
    helper.channel.end()
    expect((await helper.running.ended).status).toBe(0)
    await until('the program has ended', () => !existsSync(`/proc/${pid}`))
  })

  test('are those of root where the shell is root', async () => {
    const shell = await ShellOnMachine.start(machine, 'root')
    try {
      expect(await shell.ask('helper/start', { placement: 'host' })).toMatchObject({ ok: true })
      await shell.request('session/open', { protocol: protocolVersion })
      for (const namespace of ['host', 'ns0']) {
        const screen = await Screen.open(shell, namespace)
        expect(await screen.run('id -u')).toBe('0')
        expect(await screen.run('ip link add root0 type veth && ip link del root0; echo $?')).toBe('0')
        await screen.close()
      }
    } finally {
      await shell.close()
    }
  })
})
