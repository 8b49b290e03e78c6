/**
 * Whatever name the kernel takes for an interface: built with addresses, routes, settings and rules, read back, written as a
 * script and run as one, it is the same network. What iptables would take for something else is refused beforehand.
 */
import fc from 'fast-check'
import { parse } from 'yaml'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { interfaceNamePattern, labFileSchema, type LabFile } from '../../../electron/core/lab/schema.js'
import { differences } from '../../core/exchange/same-network.js'
import { World } from '../support/world.js'

let world: World
beforeAll(async () => {
  world = await World.ofUser()
})
afterAll(() => world.dispose())

/** What shells, ip(8), nft(8), iptables-restore(8), YAML and sysctl(8) could stumble over. */
const known = [
  ...[
    '"',
    "'",
    'a"b',
    "a'b",
    '"x"',
    '\\',
    'a\\b',
    '\\"',
    '$(x)',
    '`x`',
    '${x}',
    '-x',
    '--',
    '-t',
    '!',
    '!x',
    '+',
    'eth+',
  ],
  ...[
    'é',
    '网络',
    '😀',
    '@x',
    'a@b',
    '#x',
    'x#',
    '*',
    '?',
    '[x]',
    'a;b',
    'a,b',
    'a=b',
    '|',
    '&',
    '<',
    '>',
    '{',
    '}',
    '~',
  ],
  ...[
    '.x',
    '..x',
    'e.1',
    'host',
    'if0',
    'dev',
    'via',
    'name',
    'help',
    'type',
    '0',
    '12',
    '0x1f',
    'true',
    'null',
    'conf',
  ],
]
/** By chance, from all of Unicode; the kernel counts bytes. */
const chance = fc.sample(
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 15 })
    .map((name) => name.normalize())
    .filter((name) => interfaceNamePattern.test(name) && Buffer.byteLength(name) <= 15),
  { seed: 20, numRuns: 40 },
)
const reserved = new Set(['lo', 'all', 'default', '__proto__'])
const names = [...new Set([...known, ...chance])].filter((name) => !reserved.has(name))
const forRules = (all: readonly string[]): string[] => all.filter((name) => !/^[-!]|\+$/.test(name))

const labOf = (names: readonly string[]): LabFile => ({
  vethlab: 1,
  name: 'odd',
  namespaces: {
    r: {
      forwarding: true,
      interfaces: Object.fromEntries(names.map((name, i) => [name, { addresses: [`10.0.${i}.1/24`], mtu: 1400 }])),
      routes: names.map((dev, i) => ({ to: `10.99.${i}.0/24`, dev })),
      nat: forRules(names).map((out, i) => ({ masquerade: `10.0.${i}.0/24`, out })),
      firewall: forRules(names).map((name) => ({
        chain: 'forward',
        in: name,
        protocol: 'tcp',
        port: 22,
        action: 'drop',
      })),
    },
    ...Object.fromEntries(names.map((_, i) => [`h${i}`, { interfaces: { eth0: { mtu: 1400 } } }])),
  },
  links: names.map((name, i) => [`r:${name}`, `h${i}:eth0`]),
})

test('is built and read back as it was written', async () => {
  const lab = labOf(names)
  const file = world.file('odd.vethlab.yaml', JSON.stringify(lab))
  const ran = await world.runCli(['state', file, '--as', 'lab'], { limitMs: 120_000 })
  expect([ran.status, ran.stderr]).toEqual([0, ''])
  const built = labFileSchema.parse(parse(ran.stdout))
  expect(differences(normalise(built), normalise(lab))).toEqual([])
})

test('is written as a script, which makes the same network', async () => {
  // A program is started for each line of it: a busy machine takes a minute for those that are known to be hard.
  const lab = labOf(names.filter((name) => known.includes(name)))
  const file = world.file('odd.vethlab.yaml', JSON.stringify(lab))
  const written = await world.runCli(['export', file, '--to', 'script'], { limitMs: 120_000 })
  expect(written.status).toBe(0)
  const ran = await world.runCli(['import', '-', '--from', 'script', '--run', '--timeout', '200'], {
    input: written.stdout,
    limitMs: 250_000,
  })
  expect(ran.stderr).not.toMatch(/^(?:warning|error|vethlab|not in the file)/m)
  const built = labFileSchema.parse(parse(ran.stdout))
  expect(differences(normalise(built), normalise({ ...lab, name: 'stdin' }))).toEqual([])
})

test.each([
  ['eth+', 'iptables takes "eth+" for all interfaces whose names begin like this, not for an interface.'],
  ['-x', 'iptables takes "-x" for an option, not for an interface.'],
  ['!x', 'iptables takes "!x" for a negation, not for an interface.'],
])('a rule about %s is refused before anything is built', async (name, sentence) => {
  const rule = { chain: 'forward' as const, in: name, action: 'drop' as const }
  const odd: LabFile = {
    ...{ vethlab: 1, name: 'odd', links: [[`a:${name}`, 'host:veth0']] },
    namespaces: { a: { firewall: [rule] } },
  }
  const ran = await world.runCli(['check', '-'], { input: JSON.stringify(odd) })
  expect([ran.status, ran.stdout]).toEqual([2, ''])
  expect(ran.stderr).toContain(sentence)
})

test.each(['all', 'default'])('the name %s, which the kernel keeps for settings, too', async (name) => {
  const odd: LabFile = { vethlab: 1, name: 'odd', namespaces: { a: { bridges: { [name]: {} } } } }
  const ran = await world.runCli(['check', '-'], { input: JSON.stringify(odd) })
  expect([ran.status, ran.stdout]).toEqual([2, ''])
  expect(ran.stderr).toContain(`The kernel takes no interface of the name "${name}"`)
})
