import { expect, test } from 'vitest'
import { buildScene } from '../../../renderer/canvas/build-scene.js'
import { everythingReached } from '../../../renderer/canvas/selection.js'
import { treeItems } from '../../../renderer/canvas/tree-items.js'
import { canvasMessages } from '../../../renderer/i18n/canvas.js'
import { catalogue, format } from '../../../renderer/i18n/catalogue.js'
import { labN } from './fixtures/labs.js'
import { changedLink, deployed } from './fixtures/live.js'

const live = deployed(labN)
const items = treeItems(buildScene({ lab: labN, live, standing: labN }), everythingReached, canvasMessages('en'))
const named = (key: string): string | undefined => items.find((item) => item.key === key)?.name

test('an interface says what it is, where, in what state, with which address and cable', () => {
  expect(named('interface ns0:veth0')).toBe('veth0, in ns0, up, 192.168.1.2/24, cable to veth1 in host')
  expect(named('interface host:veth1')).toBe('veth1, in host, up, port of bridge0, no address, cable to veth0 in ns0')
})

test('a namespace says whether it forwards, and its routes', () => {
  expect(named('namespace host')).toBe('namespace host, forwards packets')
  expect(named('namespace ns0')).toBe('namespace ns0, default via 192.168.1.1')
})

test('cables lead from interface to interface, both ways', () => {
  const along = (key: string): string | null | undefined => items.find((item) => item.key === key)?.along
  expect(along('interface ns0:veth0')).toBe('interface host:veth1')
  expect(along('interface host:veth1')).toBe('interface ns0:veth0')
  for (const item of items) if (item.along) expect(items.some((other) => other.key === item.along)).toBe(true)
})

test('what failed and what was not reached is said, not only drawn', () => {
  const reach = { drained: new Set(['host', 'host:veth1']), failed: new Map([['ns0', 'no route matches']]) }
  const down = changedLink(live, 'ns0', 'veth0', { up: false })
  const said = treeItems(buildScene({ lab: labN, live: down, standing: labN }), reach, canvasMessages('zh-CN'), '，')
  const name = (key: string): string => said.find((item) => item.key === key)?.name ?? ''
  expect(name('namespace host')).toContain('未到达')
  expect(name('namespace ns0')).toContain('no route matches')
  expect(name('interface ns0:veth0')).toBe('veth0，位于 ns0，未启用，192.168.1.2/24，网线连到 host 的 veth1')
})

test('messages take plural forms and keep what nobody filled in visible', () => {
  const t = catalogue({ ports: { one: '{count} port', other: '{count} ports' } }, { ports: '{count} 端口' })
  expect(t('en')('ports', { count: 1 })).toBe('1 port')
  expect(t('en')('ports', { count: 2 })).toBe('2 ports')
  expect(t('zh-CN')('ports', { count: 1 })).toBe('1 端口')
  expect(format('to {name}', 'en')).toBe('to {name}')
})

test('what is filled in is taken as it is, braces and dollar signs included', () => {
  expect(format('in {namespace}', 'en', { namespace: '$& {x} <b>' })).toBe('in $& {x} <b>')
})
