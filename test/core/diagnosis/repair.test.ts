import { describe, expect, test } from 'vitest'
import { forgetNeighbour, repairCommand, repairText, undoRepair } from '../../../electron/core/diagnosis/repair.js'
import type { RepairStep } from '../../../electron/core/diagnosis/repair.js'
import { fromBase64 } from '../../../electron/core/packet/base64.js'
import { isOfTraceTable } from '../../../electron/core/live/own-table.js'

const rule: RepairStep = {
  op: 'saved-rule-delete',
  namespace: 'r',
  engine: 'nft',
  family: 'ipv4',
  table: 'filter',
  chain: 'FORWARD',
  rule: '-s 10.0.0.1/32 -m comment --comment "no; \\"really\\" $(no)" -j DROP',
  position: 2,
}

describe('what a fix may consist of', () => {
  test('a rule is named word by word, and quoted for a shell where it is shown', () => {
    expect(repairCommand(rule)?.arguments.slice(-4)).toEqual(['--comment', 'no; "really" $(no)', '-j', 'DROP'])
    expect(repairText(rule)).toBe(
      `ip netns exec r iptables -t filter -D FORWARD -s 10.0.0.1/32 -m comment --comment 'no; "really" $(no)' -j DROP`,
    )
  })

  test('taken back, a rule stands in its place again', () => {
    const [back] = undoRepair(rule)
    expect(back && repairText(back)).toContain('iptables -t filter -I FORWARD 2 -s 10.0.0.1/32')
  })

  test('what the kernel had learned by itself is not put back, what a person had set is', () => {
    const known = { family: 'ipv4', dev: 'a0', address: '10.0.0.2', mac: '02:00:00:00:00:99' } as const
    expect(undoRepair(forgetNeighbour('a', { ...known, state: 'STALE' }))).toEqual([])
    expect(undoRepair(forgetNeighbour('a', { ...known, state: 'PERMANENT' })).map(repairText)).toEqual([
      'ip -n a neigh replace 10.0.0.2 lladdr 02:00:00:00:00:99 dev a0',
    ])
    for (const state of ['STALE', 'PERMANENT'])
      expect(repairText(forgetNeighbour('host', { ...known, state }))).toBe('ip neigh del 10.0.0.2 dev a0')
  })

  test('steps of a plan are told and taken back as plans do', () => {
    const step: RepairStep = { op: 'sysctl-set', namespace: 'r', key: 'net.ipv4.ip_forward', value: '1', before: '0' }
    expect(repairCommand(step)).toBeNull()
    expect(undoRepair(step).map(repairText)).toEqual(['ip netns exec r sysctl -w net.ipv4.ip_forward=0'])
  })
})

test('base64 is read as everybody writes it', () => {
  for (let length = 0; length < 40; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 0xff)
    expect([...fromBase64(Buffer.from(bytes).toString('base64'))]).toEqual([...bytes])
  }
})

test('the table of a trace is known in every kind of element', () => {
  expect(isOfTraceTable({ table: { family: 'inet', name: 'vethlab_trace', handle: 1 } })).toBe(true)
  expect(isOfTraceTable({ chain: { family: 'inet', table: 'vethlab_trace', name: 'output' } })).toBe(true)
  expect(isOfTraceTable({ rule: { family: 'inet', table: 'filter', chain: 'vethlab_trace' } })).toBe(false)
  expect(isOfTraceTable(null)).toBe(false)
})
