/** What is looked for on the canvas, and what is dimmed meanwhile. */
import { expect, test } from 'vitest'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { findOnCanvas, othersThan } from '../../../renderer/canvas/find.js'

const { lab, labFile } = parseLabText(
  `vethlab: 1
name: looked-for
namespaces:
  r0:
    forwarding: true
    bridges: { br0: { ports: [eth0], addresses: [10.0.1.1/24] } }
    interfaces: { eth1: { addresses: [10.0.2.1/24], mac: 02:00:00:00:00:0a } }
    nat: [{ masquerade: 10.0.1.0/24, out: eth1 }]
    firewall: [{ chain: forward, protocol: tcp, port: 8080, action: drop }]
  web:
    interfaces: { eth0: { addresses: [10.0.1.3/24] } }
    services: [{ listen: tcp, port: 80, reply: hello }]
  far: { interfaces: { eth0: { addresses: [10.0.2.2/24] } } }
links: [[r0:eth0, web:eth0], [r0:eth1, far:eth0]]
`,
  '',
)
const found = (question: string): string[] => findOnCanvas(lab, labFile, null, question).map(({ id }) => id)

test.each([
  ['a name', 'web', ['web']],
  ['a whole name before what only has it in its rules', 'ETH1', ['r0:eth1', 'r0']],
  ['a part of a name', 'th1', ['r0', 'r0:eth1']],
  ['an address, where somebody has it', '10.0.1.3', ['web:eth0']],
  ['an address that nobody has, by its subnet', '10.0.1.77', ['r0:br0', 'web:eth0']],
  ['a prefix', '10.0.2.0/24', ['r0:eth1', 'far:eth0']],
  ['the beginning of an address', '10.0.2.', ['r0:eth1', 'far:eth0']],
  ['a MAC', '02:00:00:00:00:0A', ['r0:eth1']],
  ['a port number', '80', ['web']],
  ['a port number of a rule', ':8080', ['r0']],
  ['the words of a rule', 'masquerade', ['r0']],
  ['nothing', ' ', []],
  ['nothing that is there', 'nobody', []],
])('%s', (_, question, ids) => expect(found(question)).toEqual(ids))

test('all but what was found is dimmed, and not the boxes that it is in', () => {
  const others = othersThan(findOnCanvas(lab, labFile, null, '10.0.1.3'), lab, null)
  expect(others.has('web')).toBe(false)
  expect(others.has('web:eth0')).toBe(false)
  for (const id of ['r0', 'far', 'r0:eth1', 'far:eth0~r0:eth1']) expect(others.has(id), id).toBe(true)
})
