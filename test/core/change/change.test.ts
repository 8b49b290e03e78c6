import { describe, expect, test } from 'vitest'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { exampleText } from '../lab/example.js'
import { change, open, refusal } from './open.js'
import { changeSource } from '../../../electron/core/change/change.js'

const text = `vethlab: 1
name: pair
namespaces:
  # asks
  ns0:
    interfaces: { veth0: { addresses: [10.0.0.1/24] } } # left
    routes:
      - { to: default, via: 10.0.0.2 } # over ns1
      - { to: 10.7.0.0/16, type: blackhole }
  # answers
  ns1:
    interfaces:
      veth1:
        addresses: [10.0.0.2/24]
    bridges:
      br0: { ports: [] }
    firewall:
      # first of all
      - { chain: input, in: veth1, action: accept }
      # then the rest
      - { chain: input, action: drop }
    sysctls: { net.ipv4.conf.veth1.rp_filter: 2 }
links:
  - [ns0:veth0, ns1:veth1] # the cable
layout: { ns0: { x: 0, y: 0 }, ns1: { x: 9, y: 0 }, 'ns1:br0': { x: 9, y: 9 } }
checks:
  - { from: ns0, ping: 10.0.0.2 }
  - { from: ns0, ping: ns1, path: [ns0, ns1] }
guide:
  - title: One
    trace: { from: ns0, to: ns1 }
    done: { links: [[ns0:veth0, ns1:veth1]] }
    commands: ["ip netns exec ns1 ip link"]
`

describe('a name that changes', () => {
  test('of a namespace is followed by all that names it, and by nothing else', () => {
    const expected = text
      .replace('  ns1:', '  far:')
      .replaceAll('ns1:veth1', 'far:veth1')
      .replace('ns1: { x: 9', 'far: { x: 9')
      .replace("'ns1:br0'", 'far:br0')
      .replace('ping: ns1, path: [ns0, ns1]', 'ping: far, path: [ns0, far]')
      .replace('to: ns1', 'to: far')
    expect(change(text, { op: 'namespace-rename', namespace: 'ns1', to: 'far' }).text).toBe(expected)
  })
  test('of an interface, too', () => {
    const expected = text
      .replace('      veth1:', '      eth0:')
      .replaceAll('ns1:veth1', 'ns1:eth0')
      .replace('in: veth1', 'in: eth0')
      .replace('conf.veth1.', 'conf.eth0.')
    expect(change(text, { op: 'link-rename', namespace: 'ns1', name: 'veth1', to: 'eth0' }).text).toBe(expected)
  })
  test('is refused where it is taken, reserved, or no name', () => {
    expect(refusal(text, { op: 'namespace-rename', namespace: 'ns1', to: 'ns0' })).toEqual(['name-taken'])
    expect(refusal(text, { op: 'namespace-rename', namespace: 'host', to: 'x' })).toEqual(['reserved-name'])
    expect(refusal(text, { op: 'link-rename', namespace: 'ns1', name: 'veth1', to: 'br0' })).toEqual(['name-taken'])
    expect(refusal(text, { op: 'namespace-rename', namespace: 'ns1', to: 'a b' })).not.toEqual([])
  })
})

describe('what is removed', () => {
  test('takes along what names it, and what makes no sense without', () => {
    expect(change(text, { op: 'namespace-delete', namespace: 'ns1' }).text).toBe(`vethlab: 1
name: pair
namespaces:
  # asks
  ns0:
    routes:
      - { to: 10.7.0.0/16, type: blackhole }
layout: { ns0: { x: 0, y: 0 } }
checks:
  - { from: ns0, ping: 10.0.0.2 }
guide:
  - title: One
    commands: ["ip netns exec ns1 ip link"]
`)
  })
  test('as an address takes the route that its gateway was reached by', () => {
    const address = '10.0.0.1/24'
    const { text: after } = change(text, { op: 'address-delete', namespace: 'ns0', dev: 'veth0', address })
    expect(after).not.toContain('over ns1')
    expect(parseLabText(after, '').problems.filter(({ severity }) => severity === 'error')).toEqual([])
  })
  test('as an interface that is set down takes the routes behind it, as it does in the kernel', () => {
    const { text: after } = change(text, { op: 'link-up', namespace: 'ns0', name: 'veth0', up: false })
    expect(after).not.toContain('over ns1')
    expect(after).toMatch(/veth0: \{.*up: false/)
    expect(parseLabText(after, '').problems.filter(({ severity }) => severity === 'error')).toEqual([])
  })
  test('is there: what is not, cannot be', () => {
    expect(refusal(text, { op: 'namespace-delete', namespace: 'ns9' })).toEqual(['unknown-namespace'])
    expect(refusal(text, { op: 'link-delete', namespace: 'ns0', name: 'eth9' })).toEqual(['unknown-interface'])
    expect(refusal(text, { op: 'route-delete', namespace: 'ns0', at: 7 })).toEqual(['no-entry'])
    expect(refusal(text, { op: 'namespace-delete', namespace: 'host' })).toEqual(['reserved-name'])
  })
})

test('an end that is plugged in elsewhere takes along what its interface has', () => {
  const { value, text: after } = change(
    text,
    { op: 'namespace-add', namespace: 'ns2' },
    { op: 'veth-move', end: { namespace: 'ns0', interface: 'veth0' }, to: { namespace: 'ns2', interface: 'eth0' } },
  )
  expect(value).toMatchObject({
    namespaces: { ns2: { interfaces: { eth0: { addresses: ['10.0.0.1/24'] } } } },
    links: [['ns2:eth0', 'ns1:veth1']],
  })
  expect(after).toContain('# the cable')
})

test('a rule that changes its place takes its comment along', () => {
  expect(change(text, { op: 'firewall-move', namespace: 'ns1', at: 1, to: 0 }).text).toBe(
    text.replace(
      /( {6}# first of all\n.*\n)( {6}# then the rest\n.*\n)/,
      (_, first: string, second: string) => second + first,
    ),
  )
})

test('of a list, all is done or nothing', () => {
  const source = open(text)
  const changed = changeSource(source, [
    { op: 'namespace-add', namespace: 'ns2' },
    { op: 'address-add', namespace: 'ns0', dev: 'veth0', address: '10.0.0.300/24' },
  ])
  expect(changed).toMatchObject({ ok: false, problems: [{ code: 'bad-address' }] })
  expect(source.text).toBe(text)
})

test('what was wrong before is no reason to refuse, and what the kernel is may be wrong', () => {
  const wrong = text.replace('via: 10.0.0.2', 'via: 10.5.5.5')
  expect(refusal(wrong, { op: 'namespace-add', namespace: 'ns2' })).toEqual([])
  expect(
    refusal(text, { op: 'route-set', namespace: 'ns0', at: 0, entry: { to: 'default', via: '10.5.5.5' } }),
  ).toEqual(['gateway-outside'])
  const tolerated = changeSource(
    open(text),
    [{ op: 'route-set', namespace: 'ns0', at: 0, entry: { to: 'default', via: '10.5.5.5' } }],
    'meaning',
  )
  expect(tolerated.ok && tolerated.source.text).toBe(text.replace('via: 10.0.0.2', 'via: 10.5.5.5'))
})

test('a file that follows no schema can still be drawn otherwise, and nothing else', () => {
  const odd = 'vethlab: 1\nname: x\nnonsense: 1\nnamespaces: { a: {} }\n'
  expect(refusal(odd, { op: 'namespace-add', namespace: 'b' })).toEqual(['unknown-key'])
  expect(change(odd, { op: 'layout-set', name: 'a', at: { x: 1, y: 2 } }).text).toBe(
    `${odd}layout: { a: { x: 1, y: 2 } }\n`,
  )
})

test('the file of the design keeps every comment through an hour of work', () => {
  const { text: after } = change(
    exampleText,
    { op: 'namespace-add', namespace: 'ns2', at: { x: 480, y: 320 } },
    {
      op: 'veth-add',
      ends: [
        { namespace: 'ns2', interface: 'veth4' },
        { namespace: 'host', interface: 'veth5' },
      ],
    },
    { op: 'link-master', namespace: 'host', name: 'veth5', master: 'bridge0' },
    { op: 'address-add', namespace: 'ns2', dev: 'veth4', address: '192.168.1.4/24' },
    { op: 'route-add', namespace: 'ns2', entry: { to: 'default', via: '192.168.1.1' } },
    { op: 'forwarding-set', namespace: 'host', forwarding: false },
    { op: 'lab-set', keys: { uplink: 'on' } },
    { op: 'impair-set', end: { namespace: 'ns0', interface: 'veth0' }, impair: { delay: '20ms' } },
  )
  for (const comment of exampleText.match(/#.*$/gm) ?? []) expect(after).toContain(comment)
})
