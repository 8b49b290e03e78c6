import { describe, expect, test } from 'vitest'
import { parseLine, type JournalEntry } from '../../../electron/helper/journal/entry.js'
import { foldJournal } from '../../../electron/helper/journal/fold.js'
import { tablesOf } from '../../../electron/helper/journal/undo-tables.js'

const sysctl = (
  key: string,
  value: string,
  before: string,
  others: Record<string, { value: string; before: string }> = {},
): JournalEntry => ({ op: 'sysctl', key, value, before, others })

describe('entries of one thing fold into one', () => {
  test('a setting goes back to what it was before the first change; everything that was set is ours', () => {
    const { set, along } = foldJournal([
      sysctl('net.ipv4.ip_forward', '1', '0', { 'net.ipv4.conf.up0.forwarding': { value: '1', before: '1' } }),
      sysctl('net.ipv4.ip_forward', '0', '1', { 'net.ipv4.conf.up0.forwarding': { value: '0', before: '1' } }),
    ])
    expect([...set]).toEqual([['net.ipv4.ip_forward', { before: '0', ours: ['1', '0'] }]])
    expect([...along]).toEqual([['net.ipv4.conf.up0.forwarding', { before: '1', ours: ['1', '0'] }]])
  })

  test('a setting that is changed along first and set by itself later is one thing', () => {
    const { set, along } = foldJournal([
      sysctl('net.ipv4.ip_forward', '1', '0', { 'net.ipv4.conf.all.accept_redirects': { value: '0', before: '1' } }),
      sysctl('net.ipv4.conf.all.accept_redirects', '2', '0'),
    ])
    expect(set.get('net.ipv4.conf.all.accept_redirects')).toEqual({ before: '1', ours: ['2', '0'] })
    expect(along.size).toBe(0)
  })

  test('a namespace or a link that was made again is known by each of its proofs', () => {
    const { namespaces, links, begun } = foldJournal([
      { op: 'namespace', name: 'ns0', cookie: '7', time: 1 },
      { op: 'namespace', name: 'ns0', cookie: '9', time: 5 },
      { op: 'link', name: 'veth1', mac: '02:00:00:00:00:01' },
      { op: 'link', name: 'veth1', mac: '02:00:00:00:00:02' },
    ])
    expect(namespaces.get('ns0')).toEqual(new Set(['7', '9']))
    expect(begun.get('ns0')).toBe(5)
    expect(links.get('veth1')).toEqual(new Set(['02:00:00:00:00:01', '02:00:00:00:00:02']))
  })

  test('tables are those before the first rule, whatever a later entry says; rules go last first', () => {
    const rule = (chain: string): JournalEntry => ({
      ...{ op: 'rule', family: 'ipv4', engine: 'nft', table: 'filter', chain },
      words: ['-j', 'ACCEPT'],
    })
    const { tables, rules } = foldJournal([
      { op: 'tables', before: { 'ip nat': ['POSTROUTING'] } },
      rule('INPUT'),
      { op: 'tables', before: { 'ip filter': ['INPUT'] } },
      rule('FORWARD'),
    ])
    expect(tables).toEqual(new Map([['ip nat', new Set(['POSTROUTING'])]]))
    expect(rules.map(({ chain }) => chain)).toEqual(['FORWARD', 'INPUT'])
  })
})

describe('a line of the journal', () => {
  const line = JSON.stringify({ op: 'link', name: 'veth1', mac: '02:00:00:00:00:01' })

  test('is read back as it was written', () => {
    expect(parseLine(line)).toEqual({ op: 'link', name: 'veth1', mac: '02:00:00:00:00:01' })
  })

  test('counts for nothing where it was cut off anywhere, or says something else', () => {
    for (let length = 0; length < line.length; length += 1) expect(parseLine(line.slice(0, length))).toBeNull()
    expect(parseLine('{"op":"program","program":"/bin/sh","undo":["-c","id"]}')).toBeNull()
    expect(parseLine('{"op":"namespace","name":"../../etc","cookie":"1","time":1}')).toBeNull()
  })
})

test('tables of nft are counted with their chains and rules, for the families of iptables', () => {
  const chain = (family: string, table: string, name: string, policy?: string) => ({
    chain: { family, table, name, ...(policy === undefined ? {} : { policy }) },
  })
  const tables = tablesOf([
    { table: { family: 'ip', name: 'filter' } },
    chain('ip', 'filter', 'FORWARD', 'drop'),
    { rule: { family: 'ip', table: 'filter', chain: 'FORWARD' } },
    chain('ip', 'filter', 'DOCKER-USER'),
    { table: { family: 'inet', name: 'mine' } },
    chain('inet', 'mine', 'forward', 'accept'),
  ])
  expect([...tables]).toEqual([
    [
      'ip filter',
      [
        { name: 'FORWARD', policy: 'drop', rules: 1 },
        { name: 'DOCKER-USER', policy: undefined, rules: 0 },
      ],
    ],
  ])
})
