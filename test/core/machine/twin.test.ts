import { expect, test } from 'vitest'
import type { LiveNamespace, LiveState } from '../../../electron/core/live/state.js'
import { twinOf } from '../../../electron/core/machine/twin.js'
import type { MachineListener } from '../../../electron/core/machine/view.js'
import { validateLabFile } from '../../../electron/core/lab/validate.js'
import { liveOf } from '../guide/live-of.js'
import { inEnglish } from '../../../electron/core/words/said.js'

const twin = (live: LiveState, listeners: Readonly<Record<string, readonly MachineListener[]>> = {}) =>
  twinOf({ live, listeners: new Map(Object.entries(listeners)) }, 'twin')

const errorsOf = (lab: Parameters<typeof validateLabFile>[0]): readonly string[] =>
  validateLabFile(lab).flatMap(({ severity, message }) => (severity === 'error' ? [message] : []))

const withRoute = (live: LiveState, namespace: string, via: string, dev: string): LiveState => ({
  ...live,
  namespaces: live.namespaces.map((each): LiveNamespace => {
    const route = { family: 'ipv4', to: '0.0.0.0/0', via, dev, src: null, metric: 0, type: 'unicast' } as const
    const rest = { protocol: 'boot', scope: 'global', table: 254, mtu: null, weight: null, flags: [] }
    return each.name === namespace ? { ...each, routes: [{ ...route, ...rest }] } : each
  }),
})

test('what leads off the machine leads to a namespace that has the address of the gateway', () => {
  const live = liveOf({ web: { eth0: { peer: 'host:v0' } } })
  const host = liveOf({ host: { eth0: { kind: 'physical', addresses: ['192.0.2.7/24'] }, v0: { peer: 'web:eth0' } } })
  const merged = { ...live, namespaces: [...host.namespaces.filter(({ name }) => name === 'host')] }
  const { lab, unexpressed } = twin(withRoute(merged, 'host', '192.0.2.1', 'eth0'))
  expect(lab.links).toContainEqual(['outside:eth0', 'host:eth0'])
  expect(lab.namespaces?.['outside']?.interfaces).toMatchObject({ eth0: { addresses: ['192.0.2.1/24'] } })
  expect(lab.namespaces?.['host']?.routes).toEqual([{ to: 'default', via: '192.0.2.1' }])
  expect(unexpressed.map(inEnglish)).toContain(
    "host: eth0 leads off this machine; in the twin it leads to outside, which has the gateway's address 192.0.2.1/24.",
  )
  expect(errorsOf(lab)).toEqual([])
})

test('what an interface was set to by hand is named once, where it is', () => {
  const live = liveOf({ host: { eth0: { kind: 'physical' } } })
  const words = 'tc qdisc add dev eth0 root cake (with what it holds)'
  const namespaces = live.namespaces.map((each) => ({
    ...each,
    links: each.links.map((link) => (link.name === 'eth0' ? { ...link, others: [words] } : link)),
  }))
  const { unexpressed } = twin({ ...live, namespaces })
  expect(unexpressed.map(inEnglish).filter((each) => each.includes('qdisc'))).toEqual([`host: ${words}`])
})

test('a namespace that is called outside stays what it is', () => {
  const { lab } = twin(liveOf({ outside: { eth0: { kind: 'physical' } } }))
  expect(Object.keys(lab.namespaces ?? {})).toEqual(['host', 'outside', 'outside-2'])
})

test('listeners become services; those that nobody else reaches do not, and that is said', () => {
  const tcp = (address: string, port: number, process: string | null = null): MachineListener => ({
    ...{ protocol: 'tcp', address, port, process },
  })
  const listeners = [tcp('0.0.0.0', 80, 'nginx'), tcp('::', 80, 'nginx'), tcp('127.0.0.1', 5432), tcp('10.0.0.1', 22)]
  const { lab, unexpressed } = twin(liveOf({ web: {} }), { web: listeners })
  expect(lab.namespaces?.['web']?.services).toEqual([
    { listen: 'tcp', port: 80, reply: 'nginx\n' },
    { listen: 'tcp', port: 22, reply: 'hello\n', address: '10.0.0.1' },
  ])
  expect(unexpressed.map(inEnglish)).toEqual([
    'web: tcp port 5432 listens on 127.0.0.1 only, which nothing else reaches.',
  ])
})

test('a network that is wrong has a twin that is wrong, and a file that may be', () => {
  const live = liveOf({
    a: { eth0: { addresses: ['10.0.0.1/24'], peer: 'b:eth0' } },
    b: { eth0: { addresses: ['10.0.0.2/24'], peer: 'a:eth0' } },
  })
  const { lab } = twin(withRoute(live, 'a', '10.9.9.9', 'eth0'))
  expect(lab.broken).toBe(true)
  expect(lab.namespaces?.['a']?.routes).toEqual([{ to: 'default', via: '10.9.9.9', dev: 'eth0' }])
  expect(errorsOf(lab)).toEqual([])
})

test('what a lab has no words for is left out and said, and the file is valid without', () => {
  const live = liveOf({ a: { wg0: { kind: 'nothing-known', addresses: ['10.0.0.1/24'] } } })
  const { lab, unexpressed } = twin(withRoute(live, 'a', '10.0.0.2', 'wg0'))
  expect(errorsOf(lab)).toEqual([])
  expect(unexpressed.map(inEnglish)).toEqual([
    'Interface wg0 in a: a lab file has no nothing-known devices.',
    'a: route 0.0.0.0/0 by wg0',
  ])
})
