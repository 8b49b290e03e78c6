import { expect, test } from 'vitest'
import { namespaceNamePattern } from '../../../electron/core/lab/schema.js'
import { typedOnMachine } from '../../../electron/core/machine/commands.js'
import { addressFor } from '../../../electron/core/machine/aim.js'
import { findByName, type Known } from '../../../electron/core/machine/find.js'
import { keyFor } from '../../../electron/core/machine/keys.js'
import { merge, type Seen } from '../../../electron/core/machine/merge.js'
import { mountedNamespaces, netnsName } from '../../../electron/core/machine/mounts.js'
import { orderedNames, type MachineName, type MachineNamespace } from '../../../electron/core/machine/view.js'
import { inEnglish } from '../../../electron/core/words/said.js'
import type { Diagnosis } from '../../../electron/core/diagnosis/diagnosis.js'

const named = (name: string, kind: MachineName['kind'] = 'netns'): MachineName => ({
  ...{ kind, name },
  engine: null,
  detail: null,
})

test('mounts of network namespaces are found in mountinfo, whatever their paths hold', () => {
  const text = [
    '24 1 0:22 / /run rw,nosuid shared:5 - tmpfs tmpfs rw,size=1g',
    '40 24 0:4 net:[4026532418] /run/netns/web rw shared:9 - nsfs nsfs rw',
    '41 24 0:4 net:[4026532500] /run/netns/a\\040b\\134c rw - nsfs nsfs rw',
    '42 24 0:4 mnt:[4026532600] /run/snapd/ns/x.mnt rw - nsfs nsfs rw',
    '43 24 0:4 net:[4026532700] /run/docker/netns/4f1c rw - nsfs nsfs rw',
    '44 24 0:30 net:[4026532701] /run/fake rw - tmpfs tmpfs rw',
    '45 24 0:4 net:[4026532419] /run/netns/web rw shared:9 - nsfs nsfs rw',
    '',
  ].join('\n')
  expect(mountedNamespaces(text)).toEqual([
    { inode: 4026532419, path: '/run/netns/web' },
    { inode: 4026532500, path: '/run/netns/a b\\c' },
    { inode: 4026532700, path: '/run/docker/netns/4f1c' },
  ])
  expect(netnsName('/run/netns/web')).toBe('web')
  expect(netnsName('/run/docker/netns/4f1c')).toBe(null)
})

test('any name becomes one that a lab may have, and no two the same', () => {
  const taken = new Set<string>(['host'])
  const hostile = [
    'web',
    'web',
    'host',
    '\u001b[31m<b>red</b>',
    '-',
    '',
    '../../etc',
    '-rf',
    'x'.repeat(4096),
    '数据库',
  ]
  const keys = hostile.map((name, inode) => {
    const key = keyFor([named(name)], inode, taken)
    taken.add(key)
    return key
  })
  for (const key of keys) expect(key).toMatch(namespaceNamePattern)
  expect(new Set(keys).size).toBe(hostile.length)
  expect(keys.slice(0, 3)).toEqual(['web', 'web-2', 'host-2'])
})

test('names are told once each, bounded, and the best first', () => {
  const names = orderedNames([named('sh', 'process'), named('web'), named('web'), named('y'.repeat(5000), 'container')])
  expect(names.map(({ kind, name }) => [kind, name.length])).toEqual([
    ['container', 4096],
    ['netns', 3],
    ['process', 2],
  ])
})

const known: readonly Known[] = [
  { key: 'host', id: 'net:[1]', default: true, names: [named('systemd', 'process')], own: [] },
  { key: 'web', id: 'net:[2]', default: false, names: [named('shop-web-1', 'container')], own: [] },
  { key: 'a', id: 'net:[3]', default: false, names: [named('sh', 'process')], own: [] },
  { key: 'b', id: 'net:[4]', default: false, names: [named('sh', 'process'), named('db')], own: ['db'] },
  { key: 'cache', id: 'net:[5]', default: false, names: [named('cache')], own: ['cache'] },
  { key: 'cache-2', id: 'net:[6]', default: false, names: [named('cache', 'container')], own: [] },
  // In the /run of somebody else.
  { key: 'db', id: 'net:[7]', default: false, names: [named('db')], own: [] },
]

test('a namespace is found by its key, its id, or a name that it alone has', () => {
  const names = ['web', 'net:[2]', 'shop-web-1', 'host', 'default', 'cache-2', 'net:[7]']
  const ids = names.map((name) => findByName(name, known))
  expect(ids.map((each) => ('id' in each ? each.id : each))).toEqual(
    ['2', '2', '2', '1', '1', '6', '7'].map((each) => `net:[${each}]`),
  )
  // Whoever types a name of `ip netns` means that of their own /run.
  expect(findByName('db', known)).toMatchObject({ id: 'net:[4]' })
})

test('a name that several have, or none, is refused with what to say instead', () => {
  const why = (name: string): string => {
    const found = findByName(name, known)
    return 'wrong' in found ? inEnglish(found.wrong) : found.id
  }
  expect(why('sh')).toBe('"sh" is the name of 2 namespaces: net:[3], net:[4]. Name one of these.')
  // The first of them is called so in traces as well.
  expect(why('cache')).toBe('"cache" is the name of 2 namespaces: net:[5], net:[6]. Name one of these.')
  expect(why('wed')).toBe('No network namespace that could be read is called "wed". Did you mean "web"?')
  expect(why('nothing')).toMatch(/look lists their names\.$/)
})

const seen = (id: string, readable: boolean, names: readonly MachineName[] = []): MachineNamespace => ({
  ...{ id, default: false, names, readable, interfaces: [] },
  listeners: readable ? [{ protocol: 'tcp', address: '::', port: 80, process: null }] : [],
  published: [],
})
const look = (namespaces: readonly MachineNamespace[], hidden: readonly number[], known: readonly number[]): Seen => ({
  ...{ namespaces, hidden, known },
})

test('of several looks, what one could read counts, and nothing is counted twice', () => {
  const { namespaces, unread } = merge([
    look([seen('net:[1]', true), seen('net:[2]', false, [named('web')])], [72, 73], [71]),
    look([seen('net:[2]', true, [named('sh', 'process')]), seen('net:[3]', false)], [71, 73], [72]),
  ])
  expect(namespaces.map(({ id, readable }) => [id, readable])).toEqual([
    ['net:[1]', true],
    ['net:[2]', true],
    ['net:[3]', false],
  ])
  expect(namespaces[1]?.names.map(({ name }) => name)).toEqual(['web', 'sh'])
  // One that is known and was not read, one that nobody may know.
  expect(unread).toBe(2)
})

test('commands are typed as the machine takes them: by a file, where there is no name', () => {
  const diagnosis = {
    evidence: [{ command: 'ip netns exec web ip route get 10.0.0.1', output: 'ip netns exec web' }],
    fix: { namespace: 'web', tried: false, commands: ['ip netns exec web sysctl -w a=1', 'ip netns exec r ip addr'] },
  } as unknown as Diagnosis
  const { evidence, fix } = typedOnMachine(diagnosis, (key) => (key === 'web' ? '/proc/7/ns/net' : null))
  expect(evidence).toEqual([
    { command: 'nsenter --net=/proc/7/ns/net ip route get 10.0.0.1', output: 'ip netns exec web' },
  ])
  expect(fix?.commands).toEqual(['nsenter --net=/proc/7/ns/net sysctl -w a=1', 'ip netns exec r ip addr'])
})

test('a host is aimed at by its address in the network of whoever asks', () => {
  const at = (...addresses: readonly string[]) => ({
    addresses: addresses.map((address) => ({
      ...{ dev: address.startsWith('127.') ? 'lo' : 'eth0', family: 'ipv4' as const, address },
      ...{ scope: 'global', flags: [] },
    })),
  })
  const host = at('127.0.0.1/8', '172.17.0.1/16', '198.51.100.2/24', '172.18.0.1/16', 'fe80::1/64')
  expect(addressFor(at('127.0.0.1/8', '172.18.0.2/16', 'fe80::2/64'), host)).toBe('172.18.0.1')
  expect(addressFor(at('198.51.100.1/24'), host)).toBe('198.51.100.2')
  expect(addressFor(at('10.9.9.9/24'), host)).toBe('172.17.0.1')
  expect(addressFor(at('10.9.9.9/24'), at('127.0.0.1/8'))).toBeNull()
})
