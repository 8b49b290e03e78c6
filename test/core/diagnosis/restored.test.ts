/** Whether a change was taken back whole, beside people who change things meanwhile. */
import { describe, expect, test } from 'vitest'
import { factsOf, type Facts } from '../../../electron/core/diagnosis/facts.js'
import type { RepairStep } from '../../../electron/core/diagnosis/repair.js'
import { isOthers, left, restoration } from '../../../electron/core/diagnosis/restored.js'
import type { LiveNamespace, LiveState } from '../../../electron/core/live/state.js'
import { routed } from './scene-of.js'

const up: RepairStep = { op: 'link-up', namespace: 'a', name: 'a0' }
const base = routed()

/** The state with parts of a namespace replaced. */
const having = (name: string, more: Partial<LiveNamespace>, state: LiveState = base): LiveState => ({
  ...state,
  namespaces: state.namespaces.map((each) => (each.name === name ? { ...each, ...more } : each)),
})
const linkOf = (state: LiveState, more: object): LiveState =>
  having(
    'a',
    {
      links: state.namespaces
        .find(({ name }) => name === 'a')!
        .links.map((link) => (link.name === 'a0' ? { ...link, ...more } : link)),
    },
    state,
  )
const facts = (state: LiveState, steps: readonly RepairStep[] = [up]): Facts => factsOf(state, steps, [])
const of = (...[before, changed, kept, now]: [LiveState, LiveState, LiveState, LiveState]) =>
  left({ before: facts(before), changed: facts(changed), kept: facts(kept), now: facts(now) })
const down = linkOf(base, { up: false })

describe('a change that was taken back', () => {
  test('is whole where only what the kernel learns by itself differs', () => {
    const learned = having('a', { neighbours: [{ dev: 'a0' } as never] }, down)
    expect(of(down, base, base, learned)).toEqual([])
  })

  test('names what is not as it was, and what brings it back', () => {
    const bare = having('a', { addresses: [], routes: [] }, down)
    const rest = of(down, base, base, bare)
    expect([...new Set(rest.map(({ what }) => what))]).toEqual(['a: addresses', 'a: routes'])
    const steps = restoration(rest)
    expect(steps.map(({ op }) => op)).toEqual(['address-add', 'route-add', 'route-add'])
    expect(steps.at(-1)).toMatchObject({ route: { to: '0.0.0.0/0', via: '10.1.0.1' } })
  })

  test('brings back neighbours that somebody has set, which an interface takes along when it goes down', () => {
    const set = { dev: 'a0', family: 'ipv4', address: '10.1.0.9', mac: '02:00:00:00:00:99', router: false } as const
    const had = (state: LiveState): LiveState => having('a', { neighbours: [{ ...set, state: 'PERMANENT' }] }, state)
    const learned = having('a', { neighbours: [{ ...set, state: 'STALE' }] }, down)
    const rest = of(had(down), had(base), had(base), learned)
    expect(rest.map(({ what }) => what)).toEqual(['a: neighbours'])
    expect(restoration(rest)).toEqual([
      {
        op: 'neighbour-add',
        namespace: 'a',
        neighbour: { family: 'ipv4', address: '10.1.0.9', dev: 'a0', mac: '02:00:00:00:00:99' },
      },
    ])
    expect(of(had(down), had(base), had(base), had(down))).toEqual([])
  })

  test('is whole where lo was never up before, and has its own addresses since', () => {
    const own = { dev: 'lo', family: 'ipv4', address: '127.0.0.1/8', scope: 'host', flags: [] } as const
    const known = base.namespaces.find(({ name }) => name === 'a')?.addresses ?? []
    const without = having('a', { addresses: known.filter(({ dev }) => dev !== 'lo') })
    const after = having('a', { addresses: [...known.filter(({ dev }) => dev !== 'lo'), own] })
    const steps: readonly RepairStep[] = [{ op: 'link-up', namespace: 'a', name: 'lo' }]
    const moments = [without, after, after, after].map((state) => facts(state, steps)) as [Facts, Facts, Facts, Facts]
    expect(left({ before: moments[0], changed: moments[1], kept: moments[2], now: moments[3] })).toEqual([])
  })

  test('is not whole where it is still in force', () => {
    expect(of(down, base, base, base).map(({ what }) => what)).toEqual(['a: links'])
  })
})

describe('what somebody else changed meanwhile', () => {
  test('stays, whatever namespace it was in', () => {
    const elsewhere = having('r', { addresses: [], routes: [] })
    expect(of(down, base, elsewhere, having('r', { addresses: [], routes: [] }, down))).toEqual([])
    const here = having('a', { addresses: [], routes: [] })
    expect(of(down, base, here, having('a', { addresses: [], routes: [] }, down))).toEqual([])
    const gone = { ...base, namespaces: base.namespaces.filter(({ name }) => name !== 'a') }
    expect(of(down, base, gone, gone)).toEqual([])
  })

  test('of the same interface is no part of ours', () => {
    expect(of(down, base, linkOf(base, { mtu: 1400 }), linkOf(down, { mtu: 1400 }))).toEqual([])
  })

  test('of the very setting is not set over', () => {
    const step: RepairStep = { op: 'link-mtu', namespace: 'a', name: 'a0', mtu: 1500, before: 1300 }
    const [changed, kept] = [facts(base, [step]), facts(linkOf(base, { mtu: 1400 }), [step])]
    expect(isOthers(step, { changed, kept })).toBe(true)
    expect(isOthers(step, { changed, kept: changed })).toBe(false)
    const before = facts(linkOf(base, { mtu: 1300 }), [step])
    expect(left({ before, changed, kept, now: kept })).toEqual([])
  })

  test('is not even looked at where the steps reach nothing of it', () => {
    const names = [...facts(base).values()].map(({ what }) => what)
    expect(names.every((what) => what.startsWith('a: '))).toBe(true)
  })
})
