import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readFlowFilter } from '../../../electron/core/packet/stream/flow-filter.js'

const web = {
  protocol: 'tcp',
  source: '10.1.0.2',
  destination: '10.2.0.2',
  ports: { source: 40000, destination: 80 },
} as const
const ping6 = { protocol: 'icmp', source: 'fd00::1', destination: 'fd00:1::2', ports: null } as const

const fits = (text: string, flow: typeof web | typeof ping6): boolean | string => {
  const read = readFlowFilter(text)
  return read.ok
    ? read.matches({ ...flow, id: '', namespace: '', identifier: null, packets: 0, replies: 0, outcome: null } as never)
    : 'wrong'
}

test.each([
  ['tcp', true, false],
  ['icmp', false, true],
  ['icmp6', false, true],
  ['port 80', true, false],
  ['tcp and dst port 80', true, false],
  ['src port 80', false, false],
  ['src port 40000 and dst host 10.2.0.2', true, false],
  ['host 10.1.0.2', true, false],
  ['dst host 10.1.0.2', false, false],
  ['net 10.0.0.0/8', true, false],
  ['src net fd00::/64', false, true],
  ['dst net fd00::/64', false, false],
  ['host FD00:1::0:2', false, true],
])('%s', (text, ofWeb, ofPing) => {
  expect([fits(text, web), fits(text, ping6)]).toEqual([ofWeb, ofPing])
})

test.each([
  '',
  '  ',
  'tcp or udp',
  'port',
  'port 0',
  'port 65536',
  'host web',
  'net 10.0.0.0/40',
  'src tcp',
  'not tcp',
])('refused: "%s"', (text) => {
  expect(fits(text, web)).toBe('wrong')
})

test('any text is a filter or is refused, and more words never let more through', () => {
  const word = fc.oneof(
    fc.constantFrom('tcp', 'port', '80', 'src', 'dst', 'host', '10.1.0.2', 'and', 'net', '10.0.0.0/8'),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), fc.array(word, { maxLength: 4 }), (some, more) => {
      const [few, all] = [some, [...some, ...more]].map((words) => fits(words.join(' '), web))
      if (all === true && few !== 'wrong') expect(few).toBe(true)
    }),
  )
})
