/** One thing that no lab can say costs that thing, and is named. */
import { expect, test } from 'vitest'
import { withBeyond } from '../../../electron/core/exchange/beyond.js'
import { finishImport } from '../../../electron/core/exchange/imported.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { inEnglish } from '../../../electron/core/words/said.js'

const lab = (namespaces: NonNullable<LabFile['namespaces']>): LabFile => ({ vethlab: 1, name: 'odd', namespaces })

test('rules, routes and settings are left out one by one, the first cause first', () => {
  const odd = lab({
    a: {
      interfaces: { eth0: { addresses: ['10.0.0.1/24', '10.0.0.300/24'], mtu: 1 } },
      firewall: [
        { chain: 'forward', in: 'gone0', action: 'drop' },
        { chain: 'input', protocol: 'tcp', port: 22, action: 'drop' },
      ],
      routes: [{ to: '10.9.0.0/16', via: '192.168.9.9' }],
    },
  })
  const { labFile, problems } = finishImport({ ...odd, links: [['a:eth0', 'host:eth0']] }, [])
  expect(labFile?.namespaces).toEqual({
    a: {
      interfaces: { eth0: { addresses: ['10.0.0.1/24'] } },
      firewall: [{ chain: 'input', protocol: 'tcp', port: 22, action: 'drop' }],
      routes: [],
    },
  })
  expect(problems.map(({ severity, code, path }) => [severity, code, path.slice(2)])).toEqual(
    expect.arrayContaining([
      ['warning', 'left-out', ['interfaces', 'eth0', 'addresses', 1]],
      ['warning', 'left-out', ['interfaces', 'eth0', 'mtu']],
      ['warning', 'left-out', ['firewall', 0]],
      ['warning', 'left-out', ['routes', 0]],
    ]),
  )
})

test('what cannot be left out stays an error', () => {
  const { problems } = finishImport({ ...lab({ a: {} }), name: 'no name for a lab\n' }, [])
  expect(problems.map(({ severity }) => severity)).toEqual(['error'])
})

test('a setting that follows from another, or that an interface has copied, is none', () => {
  const fresh = ['@=fresh', './ipv4/ip_forward:0', './ipv4/conf/all/forwarding:0', './ipv4/conf/default/arp_filter:0']
  const own = ['@a', './ipv4/ip_forward:1', './ipv4/conf/all/forwarding:1', './ipv4/conf/eth0/forwarding:1']
  const copied = ['./ipv4/conf/default/arp_filter:1', './ipv4/conf/eth0/arp_filter:1', './ipv4/conf/eth1/arp_filter:0']
  const text = [...fresh, ...own, ...copied, '@=end', ''].join('\n')
  expect(withBeyond(lab({ a: { forwarding: true } }), text)).toEqual({
    lab: lab({
      a: {
        forwarding: true,
        sysctls: { 'net.ipv4.conf.default.arp_filter': '1', 'net.ipv4.conf.eth1.arp_filter': '0' },
      },
    }),
    unexpressed: [],
  })
})

test('what could not all be read is said', () => {
  const sentence = 'Settings that a lab does not watch: they could not all be read.'
  for (const text of [null, '', '@=fresh\n', '@=end\n'])
    expect(withBeyond(lab({ a: {} }), text).unexpressed.map(inEnglish)).toEqual([sentence])
})
