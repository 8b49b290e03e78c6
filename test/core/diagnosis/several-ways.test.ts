/** Fixes of routes with several next hops: the kernel has one route, and takes it and brings it whole. */
import { expect, test } from 'vitest'
import { factsOf } from '../../../electron/core/diagnosis/facts.js'
import { Network } from '../../../electron/core/diagnosis/network.js'
import { repairText, type RepairStep } from '../../../electron/core/diagnosis/repair.js'
import { left, restoration } from '../../../electron/core/diagnosis/restored.js'
import { leadWay, takeWay } from '../../../electron/core/diagnosis/rules/routing.js'
import type { LiveRoute, LiveState } from '../../../electron/core/live/state.js'
import { route, routed } from './scene-of.js'

const to = '10.9.0.0/24'
const way = (via: string, dev = 'r1', weight: number | null = 1): LiveRoute => ({ ...route(to, via, dev), weight })
const connected = [route('10.1.0.0/24', null, 'r0'), route('10.2.0.0/24', null, 'r1')]
const having = (...ways: readonly LiveRoute[]): LiveState => routed({ r: { routes: [...connected, ...ways] } })

const three = [way('10.2.0.2'), way('10.2.0.3', 'r1', 5), way('10.1.0.2', 'r0')]
const [first, second] = three as [LiveRoute, LiveRoute]
const texts = (steps: readonly RepairStep[]): string[] => steps.map(repairText)
const instead = {
  family: 'ipv4',
  to,
  via: '10.2.0.7',
  dev: 'r1',
  metric: null,
  type: 'unicast',
  onlink: false,
} as const

test('one way of three is taken away: the other two come back as they were', () => {
  expect(texts(takeWay(new Network(having(...three)), 'r', second, instead))).toEqual([
    `ip -n r route del ${to}`,
    `ip -n r route add ${to} nexthop via 10.2.0.2 dev r1 weight 1 nexthop via 10.1.0.2 dev r0 weight 1`,
  ])
})

test('of two ways one is left, as a route with a gateway', () => {
  expect(texts(takeWay(new Network(having(first, second)), 'r', first))[1]).toBe(
    `ip -n r route add ${to} via 10.2.0.3 dev r1`,
  )
})

test('an only way is replaced, or just goes', () => {
  const network = new Network(having(way('10.2.0.2', 'r1', null)))
  const only = way('10.2.0.2', 'r1', null)
  const away = `ip -n r route del ${to} via 10.2.0.2 dev r1`
  expect(texts(takeWay(network, 'r', only))).toEqual([away])
  expect(texts(takeWay(network, 'r', only, instead))).toEqual([away, `ip -n r route add ${to} via 10.2.0.7 dev r1`])
})

test('one way is led by another gateway, and keeps its weight', () => {
  expect(texts(leadWay(new Network(having(first, second)), 'r', second, '10.2.0.9'))[1]).toBe(
    `ip -n r route add ${to} nexthop via 10.2.0.2 dev r1 weight 1 nexthop via 10.2.0.9 dev r1 weight 5`,
  )
})

test('what a deletion took whole is seen as gone, and brought back whole', () => {
  const steps = takeWay(new Network(having(first, second)), 'r', first)
  const facts = (state: LiveState) => factsOf(state, steps, [])
  const changed = facts(having(way('10.2.0.3', 'r1', null)))
  const rest = left({ before: facts(having(first, second)), changed, kept: changed, now: facts(having()) })
  expect(texts(restoration(rest))).toEqual([
    `ip -n r route add ${to} nexthop via 10.2.0.2 dev r1 weight 1 nexthop via 10.2.0.3 dev r1 weight 5`,
  ])
  expect(left({ before: facts(having()), changed, kept: changed, now: facts(having()) })).toEqual([])
})
