import { expect, test } from 'vitest'
import { doctorText } from '../../../electron/cli/doctor-text.js'
import { findingsOf, type DoctorReport } from '../../../electron/session/doctor.js'

const report = (missing: readonly string[]): DoctorReport => ({
  ok: true,
  error: null,
  node: { version: '24.0.0', ok: true, needed: '20.19' },
  kernel: '6.12',
  sandbox: 'many-ids',
  tools: [],
  features: ['veth', 'bridge', 'dummy', 'vrf', 'nftables'].map((name) => ({
    ...{ name, available: !missing.includes(name) },
    reason: missing.includes(name) ? 'Unknown device type' : null,
  })),
  elevation: { pkexec: null, agent: null, root: false },
  docker: { installed: false, bridgeNetfilter: 'off', forwardPolicy: 'unknown' },
})
const text = (missing: readonly string[]): string => doctorText(report(missing), (_, words) => words)

test('what most labs do without is one calm line, and no fault', () => {
  const said = text(['dummy', 'vrf'])
  expect(said).toContain('    optional: this kernel has no dummy, vrf; a lab that uses one says so\n')
  expect(said).toContain('✓ veth')
  expect(said).not.toMatch(/[✗-] (?:dummy|vrf)|Unknown device type/)
  const { findings } = findingsOf(report(['dummy', 'vrf']))
  expect(findings.filter(({ ok }) => !ok)).toEqual([])
  expect(findings.find(({ name }) => name === 'optional')?.found.params).toEqual({ '0': 'dummy, vrf' })
})

test('a feature without which there is hardly a lab is a fault with its reason', () => {
  const said = text(['veth', 'vrf'])
  expect(said).toMatch(/✗ veth +no: Unknown device type/)
  expect(said).toContain('optional: this kernel has no vrf;')
  expect(findingsOf(report(['veth'])).findings.filter(({ ok }) => !ok)).toMatchObject([{ name: 'veth' }])
})

test('a kernel with everything says nothing of it', () => {
  expect(text([])).not.toContain('optional')
  expect(findingsOf(report([])).findings.map(({ name }) => name)).not.toContain('optional')
})
