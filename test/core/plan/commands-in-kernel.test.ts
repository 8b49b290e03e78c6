/** Every command text is typed into a real kernel: a bash in network, mount and pid namespaces of its own. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { networkOf } from '../../../electron/core/lab/address.js'
import { tableEntry } from '../../../electron/core/lab/table.js'
import type { Lab } from '../../../electron/core/lab/lab.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { emptyLive } from '../../../electron/core/plan/empty.js'
import { planScript, planText, undoText } from '../../../electron/core/plan/script.js'
import type { LiveState } from '../../../electron/core/live/state.js'
import { plainLabFile } from './lab-arbitrary.js'
import * as labs from './labs.js'
import { Model } from './model.js'

const own = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
const isolate = [...own, '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
/** Milliseconds: only what hangs takes so long, on a busy machine, too. */
const limit = 240_000

/** Random labs built, edited and undone in the kernel, about 1 s each; fixed, so that a failure comes again. */
const samples = Number(process.env['VETHLAB_KERNEL_SAMPLES'] ?? 4)
const sampleSeed = Number(process.env['VETHLAB_KERNEL_SEED'] ?? 1)

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vethlab-plan-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})

/** A layer over /etc: names of namespaces are written to /etc/netns. */
const ownEtc =
  'mkdir -p /run/etc/upper /run/etc/work; ' +
  'mount -t overlay overlay -o userxattr,lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work /etc'

/** Runs bash text in fresh namespaces; gives what it printed. Throws with bash's own words where a command fails. */
function inSandbox(script: string): string {
  const text = `set -Eeuo pipefail\ntrap 'echo "refused: $BASH_COMMAND" >&2' ERR\nmount -t tmpfs tmpfs /run\n${ownEtc}\n${script}`
  const ran = spawnSync('unshare', [...isolate, 'bash', '-s'], {
    ...{ input: text, encoding: 'utf8', cwd: directory, timeout: limit, killSignal: 'SIGKILL' },
  })
  if (ran.status !== 0) throw new Error(`exit ${ran.status}: ${ran.stderr}`)
  return ran.stdout
}

const refusal = (() => {
  const tried = spawnSync('unshare', [...isolate, 'sh', '-c', 'mount -t tmpfs tmpfs /run && ip link set lo up'], {
    encoding: 'utf8',
  })
  return tried.status === 0 ? null : `no namespaces here: ${tried.stderr}`
})()

const quietly = (plan: string) => `{ ${plan.replaceAll(/^#.*$/gm, ':')}:; } >/dev/null\n`
const ping = (from: string, to: string) =>
  `ip netns exec ${from} ping -c1 -W2 ${to} | grep -o 'ttl=.*time' || echo lost\n`

describe.skipIf(refusal !== null)(`in a real kernel${refusal ? ` (skipped: ${refusal})` : ''}`, () => {
  test('the router script routes, one TTL less each way', () => {
    const lab = normalise(labs.router)
    expect(
      inSandbox(
        planScript(lab, diff(lab, emptyLive())).replace(/^ip.*|^sysctl.*/gm, '$& >/dev/null') +
          ping('ns0', '192.168.1.2'),
      ),
    ).toBe('ttl=63 time\n')
  })

  describe('where a machine hands its own settings on to new namespaces', () => {
    const handedOn = 'net.ipv4.ip_forward=1 net.ipv4.conf.{all,default,lo}.rp_filter=2 net.ipv4.conf.all.arp_ignore=1'
    const shown = 'sysctl -n net.ipv4.ip_forward net.ipv4.conf.{all,default,lo}.rp_filter net.ipv4.conf.all.arp_ignore'
    const lab = normalise({ ...labs.router, namespaces: { ns0: {}, host: { interfaces: { d0: {} } } }, links: [] })
    const script = planScript(lab, diff(lab, emptyLive())).replaceAll(
      'ip netns add ns0',
      `ip netns add ns0; ip netns exec ns0 sysctl -q -w ${handedOn}`,
    )
    /** Of the namespace that the script starts in, and of one that it makes. */
    const settings = (before: string): string[] =>
      inSandbox(`${before}\n{ ${script}\n} >/dev/null\n${shown} | xargs\nip netns exec ns0 ${shown} | xargs\n`)
        .trim()
        .split('\n')

    test('a script gives its namespaces what the kernel itself gives them', () => {
      expect(settings(`sysctl -q -w ${handedOn}`)).toEqual(['0 0 0 0 0', '0 0 0 0 0'])
    })

    test('where it starts among networks that somebody has, it leaves their settings alone', () => {
      const inUse =
        'ip link add there type veth peer name back; ip addr add 192.0.2.1/24 dev there; ip link set there up'
      expect(settings(`sysctl -q -w ${handedOn}; ${inUse}`)).toEqual(['1 2 2 2 1', '0 0 0 0 0'])
    })
  })

  test('a script fails loudly on its second run', () => {
    const lab = normalise(labs.router)
    const script = planScript(lab, diff(lab, emptyLive()))
    expect(() => inSandbox(`${script}\n${script}`)).toThrow(/exit 1: Cannot create namespace file .*ns0": File exists/)
  })

  test('the bridge lab reaches the host, and one edit later the outside', () => {
    const [bridge, nat] = [normalise(labs.bridge), normalise(labs.nat)]
    const build = diff(bridge, emptyLive())
    const live = new Model().run(build.map(({ step }) => step)).state
    const edit = planText(diff(nat, live, { former: bridge }))
    const pings = ping('ns0', '192.168.1.3') + ping('ns1', '172.16.0.157') + ping('ns0', '203.0.113.10')
    const before = `for f in /proc/sys/net/bridge/bridge-nf-call-*; do [ ! -e "$f" ] || echo 0 > "$f"; done\n`
    expect(inSandbox(before + quietly(planText(build)) + pings + quietly(edit) + pings)).toBe(
      ['ttl=64 time', 'ttl=64 time', 'lost', 'ttl=64 time', 'ttl=64 time', 'ttl=63 time', ''].join('\n'),
    )
  })

  const everything: LabFile = {
    ...{ vethlab: 1, name: 'everything' },
    namespaces: {
      host: {
        bridges: {
          br0: {
            stp: true,
            mac: '02:00:00:00:00:0a',
            mtu: 1400,
            ports: ['p0', 'vx0'],
            addresses: ['10.1.0.1/24', '10.1.0.9/24'],
          },
        },
        interfaces: { 'x-y': { mac: '02:00:00:00:00:0b' } },
        forwarding: true,
        nat: [
          { masquerade: '10.1.0.0/24', out: 'p0' },
          { snat: '10.1.0.0/24', out: 'x-y', to: '10.1.0.9' },
          { dnat: { protocol: 'tcp', port: 8080 }, in: 'p0', to: '10.1.0.2:80' },
          { dnat: { protocol: 'udp', port: 53 }, to: '[fd00:1::2]:53' },
        ],
        firewall: [
          { chain: 'forward', source: '10.1.0.3', action: 'drop' },
          { chain: 'input', protocol: 'icmp', in: 'x-y', action: 'reject' },
          { chain: 'output', protocol: 'tcp', port: 25, out: 'p0', destination: 'fd00:9::/64', action: 'accept' },
        ],
        sysctls: { 'net.ipv4.conf.x-y.rp_filter': 2, 'net.ipv4.ping_group_range': '0 10' },
      },
      ns0: {
        interfaces: {
          q0: { mtu: 1400, addresses: ['10.1.0.2/24', 'fd00:1::2/64'] },
          lo: { addresses: ['203.0.113.1/32'] },
        },
        routes: [
          { to: 'default', via: '10.1.0.1' },
          { to: '10.99.0.0/16', type: 'blackhole' },
          { to: '10.98.0.0/16', via: '10.1.0.7', metric: 50 },
          { to: '10.97.0.1', dev: 'q0' },
          { to: '10.96.0.0/16', via: '10.97.0.1' },
          { to: '10.95.0.0/16', via: '172.31.0.1', dev: 'q0', onlink: true },
          { to: 'default', via: 'fd00:1::1' },
          { to: 'fd00:5::/64', via: 'fe80::1', dev: 'q0', metric: 7 },
          { to: 'fd00:6::/64', type: 'unreachable' },
        ],
      },
    },
    links: [{ ends: ['ns0:q0', 'host:p0'], impair: { rate: '10mbit' } }, ['host:x-y', 'ns0:z0']],
    tunnels: [{ type: 'vxlan', id: 42, namespace: 'host', name: 'vx0', local: '10.1.0.1', remote: '10.1.0.2' }],
  }

  const dump = `dump() {
    for n in '' '-n ns0'; do ip $n -d link; ip $n route; ip $n -6 route; tc $n qdisc; done; iptables-save; ip6tables-save
  }\n`

  test('every kind of step is taken, and undone command by command', () => {
    // What the namespace has before is what undo must come back to; the text of undo needs it told.
    const started = { ...new Model().state.namespaces[0]?.sysctls, 'net.ipv4.ping_group_range': '1\t0' }
    const [host] = emptyLive().namespaces
    const live = { revision: 0, namespaces: host ? [{ ...host, sysctls: started as Record<string, string> }] : [] }
    const plan = diff(normalise(everything), live)
    const start = 'sysctl -qw net.ipv4.ip_forward=0 net.ipv4.ping_group_range="1 0"\n'
    const small =
      'ip -o link; ip addr; ip route; ip -6 route; iptables-save | grep ^-A || true; ip netns; sysctl -n net.ipv4.ping_group_range net.ipv4.ip_forward; echo ==\n'
    const up = 'ip link set lo up; ip link set lo down\n'
    const printed = inSandbox(
      `${dump}${start}${up}${small}${quietly(planText(plan))}dump; echo ==\n${quietly(undoText(plan))}${small}`,
    )
    const [before, built, after] = printed.split('==\n')
    expect(built).toContain('-A PREROUTING -i p0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.1.0.2:80')
    expect(built).toContain('-A PREROUTING -p udp -m udp --dport 53 -j DNAT --to-destination [fd00:1::2]:53')
    expect(built).toContain('10.96.0.0/16 via 10.97.0.1 dev q0')
    expect(built).toContain('10.95.0.0/16 via 172.31.0.1 dev q0 onlink')
    expect(built).toContain('fd00:5::/64 via fe80::1 dev q0 metric 7')
    expect(built).toContain('qdisc tbf')
    expect(built).toContain('vxlan id 42 remote 10.1.0.2 local 10.1.0.1')
    expect(after).toBe(before)
  })

  test('IPv6 addresses and routes are there at once, as planned', () => {
    const lab = normalise({
      ...everything,
      tunnels: [],
      namespaces: { ...everything.namespaces, host: {} },
      links: [['ns0:q0', 'host:p0']],
    })
    const printed = inSandbox(
      `${quietly(planText(diff(lab, emptyLive())))}ip -n ns0 -6 -o addr show dev q0 scope global; ip -6 -n ns0 route`,
    )
    expect(printed).toContain('inet6 fd00:1::2/64 scope global')
    expect(printed).not.toContain('tentative')
    expect(printed).toContain('default via fd00:1::1 dev q0 metric 1024')
    expect(printed).toContain('unreachable fd00:6::/64 dev lo')
  })

  /** Addresses and routes that somebody made, by namespace, as `ip -j` tells them. */
  const told = `told() {
    for n in host ns0 ns1 ns2 ns3; do
      [ $n = host ] && in= || in="-n $n"; [ $n = host ] || [ -e /run/netns/$n ] || continue
      printf '{"name":"%s","links":%s,"ipv4":%s,"ipv6":%s}\\n' $n "$(ip $in -j addr)" "$(ip $in -j -4 route show table all)" "$(ip $in -j -6 route show table all)"
    done; echo ==
  }\n`

  interface Told {
    readonly name: string
    readonly links: readonly {
      ifname: string
      master?: string
      flags: string[]
      mtu: number
      addr_info: { local: string; prefixlen: number; scope: string }[]
    }[]
    readonly ipv4: readonly ToldRoute[]
    readonly ipv6: readonly ToldRoute[]
  }
  interface ToldRoute {
    type?: string
    dst: string
    gateway?: string
    dev?: string
    metric?: number
    table?: string
    prefsrc?: string
    metrics?: readonly { mtu?: number }[]
    protocol: string
  }

  function fromKernel(lines: string): unknown {
    const namespaces = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Told)
    return namespaces.map(({ name, links, ipv4, ipv6 }) => ({
      name,
      links: links
        .map(({ ifname, master, flags, mtu }) => `${ifname} ${master} ${flags.includes('UP')} ${mtu}`)
        .toSorted(),
      addresses: links
        .flatMap(({ ifname, addr_info }) => addr_info.map((each) => ({ ifname, ...each })))
        .filter(({ local, scope }) => scope === 'global' || (scope === 'host' && !/^(127.0.0.1|::1)$/.test(local)))
        .map(({ ifname, local, prefixlen }) => `${ifname} ${local}/${prefixlen}`)
        .toSorted(),
      routes: [...ipv4, ...ipv6]
        .filter(({ protocol }) => protocol !== 'kernel')
        .map(
          ({ type, dst, gateway, dev, metric, table, prefsrc, metrics }) =>
            `${type ?? 'unicast'} ${dst} ${gateway} ${dev} ${metric ?? 0} ${table ?? 'main'} ${prefsrc} ${metrics?.[0]?.mtu}`,
        )
        .toSorted(),
    }))
  }

  function fromModel(state: LiveState): unknown {
    const spelled = (to: string) => (/^(0\.0\.0\.0|::)\/0$/.test(to) ? 'default' : to.replace(/\/32$/, ''))
    return state.namespaces
      .toSorted((a, b) => Number(b.name === 'host') - Number(a.name === 'host') || a.name.localeCompare(b.name))
      .map(({ name, links, addresses, routes }) => ({
        name,
        links: links.map((link) => `${link.name} ${link.master ?? undefined} ${link.up} ${link.mtu}`).toSorted(),
        addresses: addresses
          .filter(({ address }) => address !== '127.0.0.1/8')
          .map(({ dev, address }) => `${dev} ${address}`)
          .toSorted(),
        routes: routes
          .map(
            ({ type, to, via, dev, metric, table, src, mtu }) =>
              `${type} ${spelled(to)} ${via ?? undefined} ${dev ?? undefined} ${metric} ${tableEntry(table)} ${src ?? undefined} ${mtu ?? undefined}`,
          )
          .toSorted(),
      }))
  }

  function hasDistinctSubnets(lab: Lab): boolean {
    return [...lab.namespaces.values()].every(({ interfaces }) => {
      const subnets = interfaces.flatMap(({ addresses }) => [...new Set(addresses.map(networkOf))])
      return new Set(subnets).size === subnets.length
    })
  }

  test('random labs, their edits and the undo do in the kernel what the model says', () => {
    // Small kernels have neither netem nor dummy devices, and ifb devices keep their MAC; none of it is compared here.
    const typed = (text: string) =>
      quietly(
        text.replaceAll(/ type dummy$/gm, ' type ifb').replaceAll(/^tc .*$|^.* link set dummy0 address .*$/gm, ':'),
      )
    // Where two devices share a subnet the kernel alone decides which one a gateway is behind.
    const clear = plainLabFile.map(normalise).filter(hasDistinctSubnets)
    for (const [before, after] of fc.sample(fc.tuple(clear, clear), { numRuns: samples, seed: sampleSeed })) {
      if (!before || !after) continue
      const build = diff(before, new Model().state)
      const built = new Model().run(build.map(({ step }) => step)).state
      const edit = diff(after, built, { former: before })
      const edited = new Model(built).run(edit.map(({ step }) => step)).state
      const all = [planText(build), planText(edit), undoText(edit)].map((text) => `${typed(text)}told\n`).join('')
      const printed = inSandbox(`${told}${all}`).split('==\n')
      const kernel = printed.slice(0, 3).map(fromKernel)
      expect(kernel).toEqual([built, edited, built].map(fromModel))
    }
  })

  /** Every one is a name the kernel takes; each would run, redirect, glob or switch something if it were not quoted. */
  const names = [
    '$(>a)',
    '`>b`',
    ';>c',
    "a'b",
    'a"b',
    '-x',
    '--',
    'up',
    'type',
    'name',
    'dev',
    '*',
    '#',
    '&',
    'é界',
    '{a,b}',
    '~',
    '!x',
    '\\n',
    '|',
  ]

  test('names that are code elsewhere stay names', () => {
    const file: LabFile = {
      ...{ vethlab: 1, name: 'names' },
      namespaces: {
        host: {
          bridges: { '<>': { ports: [...names] } },
          nat: names.map((out) => ({ masquerade: '10.0.0.0/8', out })),
          sysctls: Object.fromEntries(names.map((name) => [`net/ipv4/conf/${name}/rp_filter`, 2])),
        },
        ns0: {
          interfaces: Object.fromEntries(
            names.map((name, at) => [name, { addresses: [`10.0.${at}.1/24`], mtu: 1400 }]),
          ),
          routes: names.map((dev, at) => ({ to: `10.1.${at}.0/24`, dev })),
        },
      },
      links: names.map((name) => ({ ends: [`host:${name}`, `ns0:${name}`], impair: { rate: '1mbit' } })),
    }
    const plan = diff(normalise(file), emptyLive())
    const printed = inSandbox(
      `${quietly(planText(plan))}ip -j link show type veth; ip -j -n ns0 addr; ip -j -n ns0 route; iptables-save -t nat | grep -c MASQUERADE; cat /proc/sys/net/ipv4/conf/*/rp_filter | grep -c 2; tc qdisc | grep -c tbf`,
    )
    const [links, addresses, routes, ...counts] = printed.trim().split('\n')
    const ofHost = JSON.parse(links ?? '') as { ifname: string; master?: string }[]
    expect(ofHost.map(({ ifname }) => ifname).toSorted()).toEqual(names.toSorted())
    expect(ofHost.every(({ master }) => master === '<>')).toBe(true)
    const inNamespace = JSON.parse(addresses ?? '') as {
      ifname: string
      mtu: number
      addr_info: { family: string; local: string }[]
    }[]
    for (const [at, name] of names.entries()) {
      const link = inNamespace.find(({ ifname }) => ifname === name)
      expect(link?.mtu).toBe(1400)
      expect(link?.addr_info.map(({ local }) => local)).toEqual([`10.0.${at}.1`])
    }
    const over = (JSON.parse(routes ?? '') as { dst: string; dev: string }[]).filter(({ dst }) =>
      dst.startsWith('10.1.'),
    )
    expect(over.map(({ dev }) => dev).toSorted()).toEqual(names.toSorted())
    expect(counts).toEqual([String(names.length), String(names.length), String(names.length)])
    expect(readdirSync(directory)).toEqual([])
  })
})
