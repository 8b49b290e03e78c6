/** Policies, states of connections and NAT of any packets, in the kernel: built, read back, edited, taken back. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FirewallEntry, LabFile, NatEntry } from '../../../electron/core/lab/schema.js'
import { apply, expectAsSaid, throughAll } from './edited.js'
import { inside, openSession } from './sandbox.js'

const samples = 12
const seed = 20261130

const firewall = fc.uniqueArray(
  fc.constantFrom<FirewallEntry>(
    { chain: 'forward', policy: 'drop' },
    { chain: 'input', policy: 'drop', family: 'ipv4' },
    { chain: 'output', policy: 'accept' },
    { chain: 'forward', ctstate: ['related', 'established'], action: 'accept' },
    { chain: 'input', ctstate: 'invalid', action: 'drop' },
    { chain: 'forward', in: 'e0', protocol: 'tcp', port: 22, ctstate: ['new'], action: 'reject' },
  ),
  { maxLength: 5 },
)

const nat = fc.uniqueArray(
  fc.constantFrom<NatEntry>(
    { masquerade: '10.0.1.0/24' },
    { masquerade: '10.0.1.0/24', out: 'e0', not: ['out'] },
    { masquerade: '10.0.1.0/24', destination: '10.0.1.0/24', protocol: 'tcp', port: 25, not: ['destination', 'port'] },
    { snat: '10.0.1.9', out: 'e1', to: '10.0.2.1', protocol: 'udp', not: ['protocol', 'source'] },
    { dnat: { protocol: 'tcp', port: 80 }, destination: '203.0.113.1', to: '10.0.2.9:8080' },
    { dnat: {}, destination: '203.0.113.2', source: '10.0.1.9', to: '10.0.2.9' },
    { dnat: { protocol: 'tcp', port: 81 }, chain: 'output', to: '10.0.2.9:8080' },
    { redirect: { protocol: 'tcp', port: 82 }, in: 'e0', to: 8082, not: ['in'] },
    { redirect: { protocol: 'udp' }, chain: 'output', out: 'lo' },
    { redirect: { protocol: 'tcp', port: 83 }, source: '::/0' },
  ),
  { maxLength: 6 },
)

const labOf = (own: NonNullable<NonNullable<LabFile['namespaces']>[string]>): LabFile => ({
  vethlab: 1,
  name: 'filter',
  namespaces: {
    r: {
      forwarding: true,
      interfaces: { e0: { addresses: ['10.0.1.1/24'] }, e1: { addresses: ['10.0.2.1/24'] } },
      ...own,
    },
    a: { interfaces: { e0: { addresses: ['10.0.1.9/24'] } }, routes: [{ to: 'default', via: '10.0.1.1' }] },
    b: { interfaces: { e0: { addresses: ['10.0.2.9/24'] } }, routes: [{ to: 'default', via: '10.0.2.1' }] },
  },
  links: [
    ['r:e0', 'a:e0'],
    ['r:e1', 'b:e0'],
  ],
})

test('random packet filters and NAT are built, edited into one another, read back and taken away again', async () => {
  const session = await openSession()
  await throughAll(
    session,
    'filter',
    fc.sample(fc.record({ firewall, nat }).map(labOf), { numRuns: samples, seed }),
    (lab) => expectAsSaid(session, lab),
  )
})

test('a policy and states let one side ask the other, and not the other way round', async () => {
  const session = await openSession()
  const lab: LabFile = {
    ...labOf({
      firewall: [
        { chain: 'forward', policy: 'drop' },
        { chain: 'forward', ctstate: ['established', 'related'], action: 'accept' },
        { chain: 'forward', in: 'e0', out: 'e1', action: 'accept' },
      ],
    }),
    checks: [
      { from: 'a', ping: '10.0.2.9', expect: 'reply' },
      { from: 'b', ping: '10.0.1.9', expect: 'lost' },
    ],
  }
  await apply(session, lab)
  const checked = await session.request('lab/check', { lab })
  expect(checked.ok && checked.checks.map(({ actual }) => actual)).toEqual(['reply', 'lost'])
  const saved = await inside(session, 'r', 'iptables-save')
  expect(saved).toMatch(/:FORWARD DROP[^]*RELATED,ESTABLISHED -j ACCEPT\n-A FORWARD -i e0 -o e1 -j ACCEPT/)
})
