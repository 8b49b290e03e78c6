/** Random lab files that follow the schema; their meaning is random too. */
import fc from 'fast-check'
import { linePattern, textPattern } from '../../../electron/core/lab/plain-text.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'

const namespaceName = fc.oneof(
  fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,8}$/),
  fc.constantFrom('host', 'constructor', 'true', '0x10', '1', 'null'),
)
const interfaceName = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/),
  fc.constantFrom(
    'lo',
    'eth0.100',
    'br-1a2b',
    "it's",
    '[x]',
    '#a',
    '-',
    '&a',
    '*a',
    '!x',
    '{',
    '"q"',
    '1e3',
    'no',
    '网桥',
    'toString',
  ),
)
const text = fc
  .oneof(
    fc.string({ maxLength: 30 }),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.constantFrom(
      '',
      ' ',
      'a: b',
      '# no comment',
      'x #y',
      '- a',
      '"',
      "'",
      'null',
      '~',
      'true',
      '12',
      '0o7',
      '.5',
      '1e3',
      '---',
      '...',
      '- ',
      '? x',
      'a\nb\n',
      'a\n\n  b',
      '\n',
      ' a\nb',
      'a\nb\n\n',
      '<<',
      '%x',
      '@a',
      '`a',
      '|',
      '>',
      'a:',
      ':a',
      '\t',
      'x '.repeat(300),
    ),
  )
  .filter((t) => !/\p{Surrogate}/u.test(t) && textPattern.test(t))
const line = text.filter((t) => linePattern.test(t))
const lines = fc.oneof(line, fc.record({ en: line, 'zh-CN': line }, { requiredKeys: [] }))
const texts = fc.oneof(text, fc.record({ en: text, 'zh-CN': text }, { requiredKeys: [] }))
const address = fc.constantFrom('10.0.0.1/24', '10.0.0.2/24', 'fd00::1/64', '::/0', 'fd00::', '10.0.0.3', 'nonsense')
const port = fc.integer({ min: 1, max: 65535 })
const map = <T>(key: fc.Arbitrary<string>, value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true })
const device = {
  addresses: fc.array(address, { maxLength: 3 }),
  mac: fc.constant('02:00:00:00:00:02'),
  mtu: fc.integer({ min: 68, max: 9000 }),
  up: fc.boolean(),
}
const endpoint = fc.tuple(namespaceName, interfaceName).map(([n, i]) => `${n}:${i}`)
const ends = fc.tuple(endpoint, endpoint)
const link = fc.oneof(
  ends,
  fc.record(
    {
      ends,
      mtu: fc.integer({ min: 68, max: 9000 }),
      impair: fc.record({ delay: fc.constant('20ms'), loss: fc.constant('1%') }, { requiredKeys: [] }),
    },
    { requiredKeys: ['ends'] },
  ),
)
const nat = fc.oneof(
  fc.record({ masquerade: address, out: interfaceName }),
  fc.record({ snat: address, out: interfaceName, to: address }),
  fc.record(
    { dnat: fc.record({ protocol: fc.constantFrom('tcp', 'udp'), port }), in: interfaceName, to: address },
    { requiredKeys: ['dnat', 'to'] },
  ),
  fc.record(
    {
      redirect: fc.record({ protocol: fc.constantFrom('tcp', 'udp'), port }, { requiredKeys: [] }),
      chain: fc.constantFrom('prerouting', 'output'),
      destination: address,
      not: fc.constantFrom(['destination'], ['in', 'source']),
      to: port,
    },
    { requiredKeys: ['redirect'] },
  ),
)
const namespace = fc.record(
  {
    forwarding: fc.boolean(),
    bridges: map(
      interfaceName,
      fc.option(
        fc.record(
          { ...device, ports: fc.array(interfaceName, { maxLength: 3 }), stp: fc.boolean() },
          { requiredKeys: [] },
        ),
      ),
    ),
    interfaces: map(interfaceName, fc.option(fc.record(device, { requiredKeys: [] }))),
    routes: fc.array(
      fc.record(
        { to: fc.oneof(fc.constant('default'), address), via: address, metric: fc.nat(100), onlink: fc.boolean() },
        { requiredKeys: ['to'] },
      ),
      { maxLength: 3 },
    ),
    nat: fc.array(nat, { maxLength: 3 }),
    sysctls: fc.record(
      {
        'net.ipv4.ip_forward': fc.oneof(fc.nat(2), fc.constant('1')),
        'net.ipv4.conf.all.rp_filter': fc.double({ noNaN: true, noDefaultInfinity: true }),
      },
      { requiredKeys: [] },
    ),
    services: fc.array(
      fc.record(
        { listen: fc.constantFrom('tcp', 'udp'), port, reply: text, address: fc.constant('127.0.0.1') },
        { requiredKeys: ['listen', 'port'] },
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
)
const check = fc.record(
  {
    name: lines,
    from: namespaceName,
    ping: address,
    ttl: fc.nat(255),
    path: fc.array(namespaceName, { maxLength: 3 }),
  },
  { requiredKeys: ['from', 'ping'] },
)

export const labFiles = fc.record(
  {
    vethlab: fc.constant(1),
    name: fc.stringMatching(/^[a-z0-9-]{1,12}$/),
    title: texts,
    description: texts,
    broken: fc.boolean(),
    namespaces: map(namespaceName, fc.option(namespace)),
    links: fc.array(link, { maxLength: 4 }),
    uplink: fc.constantFrom('on', 'off'),
    layout: map(namespaceName, fc.record({ x: fc.double({ noNaN: true, noDefaultInfinity: true }), y: fc.integer() })),
    notes: fc.array(fc.record({ text: texts, x: fc.integer(), y: fc.integer() }), { maxLength: 2 }),
    checks: fc.array(check, { maxLength: 3 }),
    goal: fc.array(check, { maxLength: 3 }),
    explanation: texts,
    guide: fc.array(
      fc.record(
        {
          title: texts,
          text: texts,
          commands: fc.array(line, { maxLength: 3 }),
          done: fc.record(
            { namespaces: fc.array(namespaceName, { maxLength: 3 }), links: fc.array(link, { maxLength: 2 }) },
            { requiredKeys: [] },
          ),
          trace: fc.record(
            { from: namespaceName, to: address, protocol: fc.constantFrom('icmp', 'tcp'), port },
            { requiredKeys: ['from', 'to'] },
          ),
          ask: fc.record(
            {
              question: texts,
              options: fc.array(texts, { minLength: 2, maxLength: 3 }),
              answer: fc.nat(2),
              reasons: fc.array(texts, { maxLength: 2 }),
            },
            { requiredKeys: ['question', 'options', 'answer'] },
          ),
        },
        { requiredKeys: ['title'] },
      ),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: ['vethlab', 'name'] },
) as unknown as fc.Arbitrary<LabFile>

/** A place in a value that can be changed, and what it holds. */
export function pathsOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return path.length > 0 ? [path] : []
  const inner = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [...(path.length > 0 ? [path] : []), ...inner.flatMap(([key, item]) => pathsOf(item, [...path, key]))]
}
