/** `--to` with a port in it, as it stands in a URL or in the output of `ss`. */
import { expect, test } from 'vitest'
import { aimed, noSender, ofMachine, type Aim } from '../../../electron/cli/aim.js'

type To = Omit<Aim, 'from'>
const from = 'a'

test.each<[string, To, To]>([
  ['an address', { to: '10.0.0.2' }, { to: '10.0.0.2' }],
  ['an address of IPv6', { to: 'fd00::2:80' }, { to: 'fd00::2:80' }],
  ['a name and its interface', { to: 'web:eth0' }, { to: 'web:eth0' }],
  ['an address and a port: TCP', { to: '10.0.0.2:80' }, { to: '10.0.0.2', port: 80, proto: 'tcp' }],
  ['IPv6 and a port', { to: '[fd00::2]:443' }, { to: 'fd00::2', port: 443, proto: 'tcp' }],
  ['a name and a port', { to: 'web:80', proto: 'udp' }, { to: 'web', port: 80, proto: 'udp' }],
  ['the same port twice', { to: 'web:80', port: 80 }, { to: 'web', port: 80, proto: 'tcp' }],
  ['a port of its own: TCP', { to: 'web', port: 80 }, { to: 'web', port: 80, proto: 'tcp' }],
])('%s', (_, asked, meant) => expect(aimed({ from, ...asked })).toEqual({ from, ...meant }))

test.each<[To, string]>([
  [{ to: '10.0.0.2:80', port: 81 }, '--to 10.0.0.2:80 names port 80, and --port 81 another. Write one of them.'],
  [
    { to: '10.0.0.2:80', proto: 'icmp' },
    'An echo has no port, and --to 10.0.0.2:80 names one. Leave the port out, or write --proto tcp or udp.',
  ],
  [{ to: 'web', proto: 'icmp', port: 80 }, 'An echo has no port; add --proto tcp or --proto udp.'],
  [{ to: 'web', proto: 'tcp' }, '--proto tcp needs --port, for instance --port 80.'],
])('%j is refused', (asked, message) => expect(aimed({ from, ...asked })).toMatchObject({ message }))

test('a pod has a longer name than a namespace of a lab', () => {
  const pod = 'frontend-deployment-66b6c48dd5-7c5xg-of-the-shop'
  expect(aimed({ from: pod, to: `${pod}:80` }, ofMachine)).toEqual({ from: pod, to: pod, port: 80, proto: 'tcp' })
})

test.each<[string, string, string]>([
  [
    'a:va',
    '10.0.0.2',
    'There is no namespace "a:va" to send from. The kernel chooses the interface by the routes there: --from a',
  ],
  ['a b', 'b', 'There is no namespace "a b" to send from. --from takes one name, for instance --from host.'],
  ['', 'b', 'There is no namespace "" to send from. --from takes one name, for instance --from host.'],
  ['a', '', '"" is nothing that a probe can be sent to: --to takes an address, a namespace, or NAMESPACE:INTERFACE.'],
  [
    'a',
    'x'.repeat(81),
    `"${'x'.repeat(40)}..." is nothing that a probe can be sent to: --to takes an address, a namespace, or NAMESPACE:INTERFACE.`,
  ],
])('from %j to %j is wrong usage, and no bug', (sender, to, message) =>
  expect(aimed({ from: sender, to })).toMatchObject({ message }),
)

test('so are empty names of a machine, whose own may have any other form', () => {
  expect(aimed({ from: '', to: 'web' }, ofMachine)).toMatchObject({ code: 'no-such-namespace' })
  expect(aimed({ from: 'web:eth0', to: '' }, ofMachine)).toMatchObject({ code: 'no-target' })
  expect(noSender('web/1 of the shop', ofMachine)).toBeNull()
})
