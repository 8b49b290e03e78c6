/**
 * Networks drawn by chance: every gesture is one that the file's own rules allow, what it chose by itself is free, the kernel
 * (a model of it) follows, and all of it is taken back again. `FC_RUNS=200` draws so many.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changeSource } from '../../../electron/core/change/change.js'
import { differences } from '../../../electron/core/change/difference.js'
import { connect, newObject } from '../../../electron/core/change/gestures.js'
import type { Place } from '../../../electron/core/change/building.js'
import { stationsOf } from '../../../electron/core/change/segments.js'
import { overlaps } from '../../../electron/core/lab/address.js'
import type { Lab } from '../../../electron/core/lab/lab.js'
import { parseSource } from '../../../electron/core/lab/parse.js'
import type { LabSource } from '../../../electron/core/lab/source.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { drawnLab } from '../../support/drawn-lab.js'
import { essence } from '../plan/essence.js'
import { Model } from '../plan/model.js'
import { fileOf, open } from './open.js'
import { gestureByChance, gestures, places, type Chance } from './random-gesture.js'

const start = `${drawnLab}checks:
  - { from: left, ping: right } # through r
`
/** Sequences; a hand's thirty gestures take a quarter of a second. */
const runs = Number(process.env['FC_RUNS'] ?? 6)

/** What a hand may have meant otherwise: each is said in one sentence. */
const refusals = new Set([
  ...['cable-to-itself', 'nothing-behind', 'has-nat', 'plugged-there', 'reserved-name', 'no-address'],
])

function labOf(source: LabSource): Lab {
  const { lab, problems } = parseSource(source, '')
  expect(
    problems.filter(({ severity }) => severity === 'error').map(({ code, message }) => `${code}: ${message}`),
  ).toEqual([])
  if (!lab) throw new Error('no lab')
  return lab
}

/** The lab stands in the model of the kernel, and each gesture is followed there. */
class Running {
  private readonly model = new Model()
  private standing: Lab

  constructor(source: LabSource) {
    this.standing = labOf(source)
    this.model.run(diff(this.standing, this.model.state, { former: 'everything' }).map(({ step }) => step))
  }

  follow(source: LabSource, what: string): void {
    const lab = labOf(source)
    const plan = diff(lab, this.model.state, { former: this.standing })
    this.model.run(plan.map(({ step }) => step))
    this.standing = lab
    const live = this.model.state
    const why = [what, ...plan.map(({ text }) => text)].join('\n')
    expect(
      diff(lab, live, { former: 'everything' }).map(({ text }) => text),
      why,
    ).toEqual([])
    expect(differences(lab, lab, live)).toEqual([])
  }

  get state(): unknown {
    const { namespaces, revision } = this.model.state
    // The model knows no setting of the kernel's before somebody has made one; what it is then is what the kernel has.
    // A gateway that two interfaces reach may be reached through either.
    const settled = namespaces.map(({ sysctls, routes, ...rest }) => ({
      ...rest,
      routes: routes.map((route) => (route.via === null ? route : { ...route, dev: null })),
      sysctls: { 'net.ipv4.ip_default_ttl': '64', ...sysctls },
    }))
    return essence({ revision, namespaces: settled })
  }
}

test('30 gestures in a row leave a lab that stands, in which no address is there twice, and all of them are undone', () => {
  const numbers = fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 })
  const gesture: fc.Arbitrary<Chance> = fc.tuple(fc.nat(gestures.length - 1), numbers)
  const done = new Map<string, number>()
  const refused = new Map<string, number>()
  const count = (of: Map<string, number>, what: string): unknown => of.set(what, (of.get(what) ?? 0) + 1)
  fc.assert(
    fc.property(fc.array(gesture, { minLength: 30, maxLength: 30 }), (all) => {
      let source = open(start)
      const running = new Running(source)
      const steps = [{ source, state: running.state }]
      for (const [turn, each] of all.entries()) {
        const gestured = gestureByChance(source, each, turn)
        if (!gestured.done) continue
        const changed = gestured.done.ok ? changeSource(source, gestured.done.changes) : gestured.done
        if (!changed.ok) {
          const { code = '', message = '' } = changed.problems[0] ?? {}
          expect(refusals, `${gestured.what}: ${message}`).toContain(code)
          count(refused, code)
          continue
        }
        source = changed.source
        // What is read again from the text is what was made of it.
        expect(labOf(open(source.text))).toEqual(labOf(source))
        running.follow(source, gestured.what)
        if (source.text === steps.at(-1)?.source.text) continue
        steps.push({ source, state: running.state })
        count(done, gestured.what)
      }
      expect(source.text).toContain('# by hand')
      expect(source.text).toContain('# where it begins')
      const wired = stationsOf(fileOf(source)).all.filter(({ dev }) => dev !== 'lo')
      const texts = wired.map(({ prefix }) => prefix.text)
      expect(texts.toSorted()).toEqual([...new Set(texts)].toSorted())
      for (const before of steps.slice(0, -1).toReversed()) {
        running.follow(before.source, 'undo')
        expect(running.state).toEqual(before.state)
      }
    }),
    { numRuns: runs, endOnFailure: true },
  )
  for (const what of gestures) expect(done.get(what), what).toBeGreaterThan(0)
  expect(refused.size).toBeGreaterThan(1)
})

test('a new segment gets a subnet that overlaps no other', () => {
  const number = fc.nat(1000)
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 12 }), (pairs) => {
      let source = open(start)
      for (let count = 0; count < 6; count += 1) {
        const made = changeSource(
          source,
          newObject(fileOf(source), count % 2 === 0 ? 'namespace' : 'router', {}).changes,
        )
        if (made.ok) source = made.source
      }
      for (const [a, b] of pairs) {
        const all = places(source)
        const before = stationsOf(fileOf(source)).all
        const gestured = connect(source, all[a % all.length] as Place, all[b % all.length] as Place)
        if (!gestured.ok) continue
        const changed = changeSource(source, gestured.changes)
        if (!changed.ok) throw new Error('refused')
        source = changed.source
        const fresh = stationsOf(fileOf(source)).all.filter(
          (each) => !before.some((old) => old.namespace === each.namespace && old.dev === each.dev),
        )
        for (const each of fresh)
          for (const old of before)
            expect(overlaps(each.prefix, old.prefix), `${each.network} ${old.network}`).toBe(false)
      }
    }),
    { numRuns: 15 },
  )
})
