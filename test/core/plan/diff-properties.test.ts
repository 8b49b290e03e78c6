import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Lab } from '../../../electron/core/lab/lab.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import type { LiveState } from '../../../electron/core/live/state.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { emptyLab } from '../../../electron/core/plan/empty.js'
import { labFromLive } from '../../../electron/core/plan/read-back.js'
import type { Plan, Step } from '../../../electron/core/plan/step.js'
import { essence } from './essence.js'
import { labFile, labFilePair } from './lab-arbitrary.js'
import { Model } from './model.js'

/** Milliseconds; a hundred random labs take 1 s, ten times that on a busy machine. */
const patience = { timeout: 60_000 }

const lab = labFile.map(normalise)
const kernel = fc.record({ promoteSecondaries: fc.boolean() })
const steps = (plan: Plan): Step[] => plan.map(({ step }) => step)
const texts = (plan: Plan): string[] => plan.map(({ text }) => text)
const undo = (plan: Plan): Step[] => plan.toReversed().flatMap((each) => [...each.undo])
const build = (wanted: Lab): LiveState => new Model().run(steps(diff(wanted, new Model().state))).state

describe('a plan for any lab', patience, () => {
  test('is carried out without a refusal, and then there is nothing left to plan', () => {
    fc.assert(
      fc.property(lab, (wanted) => {
        const live = build(wanted)
        expect(texts(diff(wanted, live))).toEqual([])
        expect(texts(diff(wanted, live, { former: wanted }))).toEqual([])
        expect(texts(diff(wanted, live, { former: 'everything' }))).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  test('is taken back by its undo, step by step in reverse', () => {
    fc.assert(
      fc.property(lab, (wanted) => {
        const plan = diff(wanted, new Model().state)
        const model = new Model().run(steps(plan)).run(undo(plan))
        expect(essence(model.state)).toEqual(essence(new Model().state))
      }),
      { numRuns: 100 },
    )
  })

  test('is torn down to an empty state', () => {
    fc.assert(
      fc.property(lab, (wanted) => {
        const live = build(wanted)
        const model = new Model(live).run(steps(diff(emptyLab('none'), live, { former: 'everything' })))
        const empty = new Model().run([{ op: 'link-up', namespace: 'host', name: 'lo' }]).state
        const [host] = model.state.namespaces
        expect(model.state.namespaces).toHaveLength(1)
        // What a lab itself sets stays set where the kernel's own value is not certain.
        const kept = {
          ...empty.namespaces[0]?.sysctls,
          'net.ipv4.conf.all.rp_filter': host?.sysctls['net.ipv4.conf.all.rp_filter'],
        }
        const lo = wanted.namespaces.get('host')?.interfaces[0]?.up ?? true
        expect(lo).toBe(true)
        expect(essence({ revision: 0, namespaces: host ? [{ ...host }] : [] })).toEqual(
          essence({
            revision: 0,
            namespaces: empty.namespaces.map((each) => ({ ...each, sysctls: kept as Record<string, string> })),
          }),
        )
      }),
      { numRuns: 100 },
    )
  })

  test('read back from the kernel is a lab that plans nothing and builds the same', () => {
    fc.assert(
      fc.property(lab, (wanted) => {
        const live = build(wanted)
        const back = labFromLive(live, 'back')
        expect(back.unexpressed).toEqual([])
        const again = normalise(back.lab)
        expect(texts(diff(again, live, { former: 'everything' }))).toEqual([])
        // Only what the kernel chose by itself, or what the file need not say, may differ; a new MAC makes neighbours be given anew.
        expect(texts(diff(again, build(again)))).toEqual([])
        const said = texts(diff(wanted, build(again))).filter((text) => !/ address |sysctl| neigh /.test(text))
        expect(said).toEqual([])
      }),
      { numRuns: 100 },
    )
  })
})

describe('an edit of a running lab', patience, () => {
  const edit = fc
    .tuple(labFilePair, kernel)
    .map(([[before, after], options]) => ({ before: normalise(before), after: normalise(after), options }))

  test('ends in what a fresh build of the edited lab gives', () => {
    fc.assert(
      fc.property(edit, ({ before, after, options }) => {
        const live = build(before)
        const plan = diff(after, live, { former: before })
        const model = new Model(live, options).run(steps(plan))
        expect(texts(diff(after, model.state, { former: before }))).toEqual([])
        expect(comparable(model.state, after)).toEqual(comparable(build(after), after))
      }),
      { numRuns: 100 },
    )
  })

  test('is taken back exactly by its undo', () => {
    fc.assert(
      fc.property(edit, ({ before, after, options }) => {
        const live = build(before)
        const plan = diff(after, live, { former: before })
        const model = new Model(live, options).run(steps(plan)).run(undo(plan))
        expect(essence(model.state, { macs: true })).toEqual(essence(live, { macs: true }))
      }),
      { numRuns: 100 },
    )
  })

  test('touches only namespaces in which the lab has changed, and not many times', () => {
    fc.assert(
      fc.property(lab, lab, fc.nat(4), (before, other, at) => {
        // One namespace's addresses, routes, rules and settings come from another lab; cables stay.
        const name = [...before.namespaces.keys()][at % before.namespaces.size] ?? 'host'
        const donor = other.namespaces.get(name)
        const own = before.namespaces.get(name)
        if (!donor || !own || before.ipv6 !== other.ipv6) return
        const changed = {
          ...own,
          nat: donor.nat,
          firewall: donor.firewall,
          services: donor.services,
          sysctls: donor.sysctls,
        }
        const after: Lab = { ...before, namespaces: new Map(before.namespaces).set(name, changed) }
        const plan = diff(after, build(before), { former: before })
        expect(plan.filter(({ step }) => step.namespace !== name)).toEqual([])
        const parts = (['nat', 'firewall', 'services'] as const).flatMap((part) => [...own[part], ...donor[part]])
        // A rule of both families is two commands; what stands behind a moved rule moves too.
        expect(plan.length).toBeLessThanOrEqual(2 * parts.length + 2)
      }),
      { numRuns: 100 },
    )
  })

  test('leaves what was made in a terminal', () => {
    fc.assert(
      fc.property(edit, ({ before, after }) => {
        const foreign: Step[] = [
          { op: 'namespace-add', namespace: 'mine' },
          { op: 'link-up', namespace: 'mine', name: 'lo' },
          {
            op: 'veth-add',
            namespace: 'host',
            name: 'x0',
            mac: null,
            mtu: null,
            peer: { namespace: 'mine', name: 'x1', mac: null, mtu: null },
          },
          { op: 'link-up', namespace: 'host', name: 'x0' },
          { op: 'address-add', namespace: 'host', dev: 'x0', address: '172.30.0.1/24', family: 'ipv4' },
          {
            op: 'route-add',
            namespace: 'host',
            route: {
              family: 'ipv4',
              to: '172.31.0.0/16',
              via: '172.30.0.2',
              dev: null,
              metric: null,
              type: 'unicast',
              onlink: false,
            },
          },
          {
            op: 'firewall-add',
            namespace: 'host',
            rule: { chain: 'forward', families: ['ipv4'], source: '172.30.0.9/32', action: 'drop' },
          },
          { op: 'address-add', namespace: 'host', dev: 'lo', address: '172.29.0.1/32', family: 'ipv4' },
        ]
        const live = new Model(build(before)).run(foreign).state
        const after1 = new Model(live).run(steps(diff(after, live, { former: before }))).state
        const [host, mine] = ['host', 'mine'].map((name) => after1.namespaces.find((each) => each.name === name))
        expect(mine?.links.map(({ name }) => name)).toEqual(['lo', 'x1'])
        expect(host?.addresses.map(({ address }) => address)).toEqual(
          expect.arrayContaining(['172.30.0.1/24', '172.29.0.1/32']),
        )
        expect(host?.routes.map(({ to }) => to)).toContain('172.31.0.0/16')
        expect(host?.ruleset.iptables.map(({ rule }) => rule)).toContain('-s 172.30.0.9/32 -j DROP')
      }),
      { numRuns: 100 },
    )
  })

  test('without a former lab removes only what stands in the way', () => {
    fc.assert(
      fc.property(edit, ({ before, after, options }) => {
        const live = build(before)
        const plan = diff(after, live)
        const model = new Model(live, options).run(steps(plan))
        expect(texts(diff(after, model.state))).toEqual([])
        expect(plan.filter(({ step }) => step.op === 'namespace-delete')).toEqual([])
        model.run(undo(plan))
        expect(essence(model.state, { macs: true })).toEqual(essence(live, { macs: true }))
      }),
      { numRuns: 100 },
    )
  })
})

/** Sysctls that a former lab set and whose default is not certain stay; the order of equal addresses is history. */
function comparable(state: LiveState, wanted: Lab): unknown {
  const keys = (name: string) => Object.keys(wanted.namespaces.get(name)?.sysctls ?? {})
  return essence({
    ...state,
    namespaces: state.namespaces.map((each) => ({
      ...each,
      addresses: each.addresses
        .map((address) => ({ ...address, flags: [] }))
        .toSorted((a, b) => a.address.localeCompare(b.address)),
      routes: each.routes.map((route) => ({ ...route, dev: null })),
      sysctls: Object.fromEntries(
        Object.entries(each.sysctls).filter(([key]) => !key.endsWith('rp_filter') || keys(each.name).includes(key)),
      ),
    })),
  })
}
