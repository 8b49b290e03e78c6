/** Checks that ask for names, over each namespace's own resolver, and why a name is not what it should be. */
import { expect, test } from 'vitest'
import { until } from '../support/until.js'
import { inside, loadText, openSession } from '../engine/sandbox.js'

const text = `vethlab: 1
name: names
namespaces:
  dns:
    interfaces: { lo: { addresses: [10.0.9.9/32] }, eth0: { addresses: [10.0.0.53/24] } }
    firewall: [{ chain: input, source: 10.0.0.3, protocol: udp, port: 53, action: drop }]
    services: [{ dns: { records: { web.lab: [10.0.0.80, "fd00::80"] } } }]
  sw: { bridges: { br0: { ports: [p0, p1, p2, p3, p4, p5, p6, p7, p8] } } }
  good: { interfaces: { eth0: { addresses: [10.0.0.2/24] } }, resolver: { nameservers: [10.0.0.53], search: [lab] } }
  barred: { interfaces: { eth0: { addresses: [10.0.0.3/24] } }, resolver: { nameservers: [10.0.0.53] } }
  told:
    interfaces: { eth0: { addresses: [10.0.0.4/24] } }
    resolver: { nameservers: [10.0.0.53] }
    hosts: { 10.0.0.99: [Web.lab] }
  # The first is not there.
  second: { interfaces: { eth0: { addresses: [10.0.0.5/24] } }, resolver: { nameservers: [10.0.0.77, 10.0.0.53] } }
  # It answers, and cannot say.
  refuser:
    interfaces: { eth0: { addresses: [10.0.0.54/24] } }
    resolver: { nameservers: [192.0.2.1] }
    services: [{ dns: { forward: true } }]
  third: { interfaces: { eth0: { addresses: [10.0.0.6/24] } }, resolver: { nameservers: [10.0.0.54, 10.0.0.53] } }
  # Of two questions only that about IPv4 gets out: its type stands behind the name.
  half:
    interfaces: { eth0: { addresses: [10.0.0.7/24] } }
    resolver: { nameservers: [10.0.0.53] }
    nft: "table ip t { chain c { type filter hook output priority 0; udp dport 53 @th,232,16 28 reject; } }"
  bare: { interfaces: { eth0: { addresses: [10.0.0.8/24] } } }
links: [[dns:eth0, sw:p0], [good:eth0, sw:p1], [barred:eth0, sw:p2], [told:eth0, sw:p3], [second:eth0, sw:p4],
  [refuser:eth0, sw:p5], [third:eth0, sw:p6], [half:eth0, sw:p7], [bare:eth0, sw:p8]]
checks:
  - { from: good, dns: web.lab, answer: 10.0.0.80 }
  - { from: good, dns: WEB, answer: "fd00::80" }
  - { from: good, dns: no.lab, expect: unresolved }
  - { from: second, dns: web.lab, answer: 10.0.0.80 }
  - { from: told, dns: web.lab, answer: 10.0.0.99 }
  - { from: third, dns: web.lab, answer: 10.0.0.80 }
  - { from: half, dns: web.lab }
  - { from: bare, dns: web.lab }
  - { name: wrong, from: good, dns: web.lab, answer: 10.0.0.81 }
  - { name: nobody, from: good, dns: db.lab }
  - { name: in the way, from: told, dns: web.lab, answer: 10.0.0.80 }
  - { name: barred, from: barred, dns: web.lab, answer: 10.0.0.80 }
  - { name: unwanted, from: good, dns: web.lab, expect: unresolved }
`

test('names are asked for as programs there ask, and each failure has its cause', async () => {
  const session = await openSession()
  const { file } = loadText(text)
  expect(await session.request('lab/apply', { lab: file, former: 'everything' })).toMatchObject({ ok: true })
  // As systemd-resolved has it; where /etc is no layer of the sandbox's own, it is left alone.
  const link = 'mountpoint -q /etc && echo nameserver 10.0.0.53 >/run/resolver && ln -sf /run/resolver /etc/resolv.conf'
  await inside(session, 'host', 'sh', '-c', link)
  const checked = await session.request('lab/check', {})
  if (!checked.ok) throw new Error(checked.failure.message)
  const { checks } = checked
  expect(checks.slice(0, 8).filter(({ ok }) => !ok)).toEqual([])
  expect(checks.slice(8).map(({ ok }) => ok)).toEqual([false, false, false, false, false])
  expect(checks.slice(0, 1)).toMatchObject([
    { name: 'good dns web.lab', expected: 'resolved, answer 10.0.0.80', actual: 'resolved, answer 10.0.0.80' },
  ])
  const [wrong, nobody, inTheWay, barred, unwanted] = checks.slice(8)
  expect(wrong).toMatchObject({
    detail: 'resolved to 10.0.0.80 instead of 10.0.0.81',
    diagnosis: {
      code: 'name-unresolved',
      namespace: 'good',
      cause: 'good takes web.lab for 10.0.0.80, as 10.0.0.53 says, and not for 10.0.0.81.',
      evidence: [
        { command: 'cat /etc/netns/good/resolv.conf' },
        { command: 'ip netns exec good dig @10.0.0.53 web.lab A', output: 'status: NOERROR\n10.0.0.80' },
      ],
      fix: null,
    },
  })
  expect(nobody?.diagnosis?.cause).toBe('10.0.0.53, which good asks, knows no address of db.lab (NXDOMAIN).')
  expect(inTheWay?.diagnosis?.cause).toBe(
    'told takes web.lab for 10.0.0.99, as /etc/netns/told/hosts says, and not for 10.0.0.80.',
  )
  // Why nobody answers is the cause within; its fix has been tried.
  expect(barred?.diagnosis).toMatchObject({
    code: 'name-unresolved',
    inside: { code: 'firewall-drop' },
    fix: { namespace: 'dns', tried: true },
  })
  expect(unwanted?.detail).toBe('resolved: 10.0.0.80, fd00::80')
})

test('what is written to /etc/netns in a terminal is seen without anybody asking for it', async () => {
  const session = await openSession()
  const type = (command: string) => inside(session, 'host', 'bash', '--norc', '-ec', command)
  const files = (name: string) => session.live.namespaces.find((each) => each.name === name)?.files ?? {}
  const resolver = (name: string, text: string) =>
    until(`${name} has the resolver`, () => files(name)['resolv.conf'] === text)
  await type('ip netns add pc; mkdir -p /etc/netns/pc; echo nameserver 10.0.0.53 > /etc/netns/pc/resolv.conf')
  await resolver('pc', 'nameserver 10.0.0.53\n')
  // In place of /etc/resolv.conf, by a program of the namespace.
  await type("ip netns exec pc bash -c 'echo search lab >> /etc/resolv.conf'")
  await resolver('pc', 'nameserver 10.0.0.53\nsearch lab\n')
  await type('rm -r /etc/netns/pc; mkdir /etc/netns/pc; echo 10.0.0.80 web > /etc/netns/pc/hosts')
  await until('pc has names, and no resolver', () => JSON.stringify(files('pc')) === '{"hosts":"10.0.0.80 web\\n"}')
  await type('rm -r /etc/netns; mkdir -p /etc/netns/late; echo nameserver 10.0.0.54 > /etc/netns/late/resolv.conf')
  await until('pc has none', () => JSON.stringify(files('pc')) === '{}')
  await type('ip netns add late')
  await resolver('late', 'nameserver 10.0.0.54\n')
})
