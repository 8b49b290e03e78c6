/** `--to` with a port in it, as it stands in a URL or in the output of `ss`. */
import { expect, test } from 'vitest'
import { aimed, type Aim } from '../../../electron/cli/aim.js'

test.each<[string, Aim, Aim]>([
  ['an address', { to: '10.0.0.2' }, { to: '10.0.0.2' }],
  ['an address of IPv6', { to: 'fd00::2:80' }, { to: 'fd00::2:80' }],
  ['a name and its interface', { to: 'web:eth0' }, { to: 'web:eth0' }],
  ['an address and a port: TCP', { to: '10.0.0.2:80' }, { to: '10.0.0.2', port: 80, proto: 'tcp' }],
  ['IPv6 and a port', { to: '[fd00::2]:443' }, { to: 'fd00::2', port: 443, proto: 'tcp' }],
  ['a name and a port', { to: 'web:80', proto: 'udp' }, { to: 'web', port: 80, proto: 'udp' }],
  ['the same port twice', { to: 'web:80', port: 80 }, { to: 'web', port: 80, proto: 'tcp' }],
  ['a port of its own: TCP', { to: 'web', port: 80 }, { to: 'web', port: 80, proto: 'tcp' }],
])('%s', (_, asked, meant) => expect(aimed(asked)).toEqual(meant))

test.each<[Aim, string]>([
  [{ to: '10.0.0.2:80', port: 81 }, '--to 10.0.0.2:80 names port 80, and --port 81 another. Write one of them.'],
  [
    { to: '10.0.0.2:80', proto: 'icmp' },
    'An echo has no port, and --to 10.0.0.2:80 names one. Leave the port out, or write --proto tcp or udp.',
  ],
  [{ to: 'web', proto: 'icmp', port: 80 }, 'An echo has no port; add --proto tcp or --proto udp.'],
  [{ to: 'web', proto: 'tcp' }, '--proto tcp needs --port, for instance --port 80.'],
])('%j is refused', (asked, message) => expect(aimed(asked)).toMatchObject({ message }))

test('a pod has a longer name than a namespace of a lab', () => {
  const pod = 'frontend-deployment-66b6c48dd5-7c5xg-of-the-shop'
  expect(aimed({ to: `${pod}:80` }, /^\S/)).toEqual({ to: pod, port: 80, proto: 'tcp' })
})
