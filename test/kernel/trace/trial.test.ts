/** What a trial leaves: nothing, or the word that it could not be taken back; and how long it takes at most. */
import { afterEach, expect, test, vi } from 'vitest'
import type { Candidate } from '../../../electron/core/diagnosis/diagnose.js'
import type { Progress } from '../../../electron/core/diagnosis/progress.js'
import { say } from '../../../electron/core/diagnosis/words.js'
import type { LiveState } from '../../../electron/core/live/state.js'
import { Trial, type Sent } from '../../../electron/helper/trace/trial.js'
import { untilUsable } from '../../../electron/helper/trace/until-usable.js'
import { routed } from '../../core/diagnosis/scene-of.js'

afterEach(() => void vi.useRealTimers())

const nowhere: Progress = [0, 0, 0, 1, 0]
const answered: Progress = [1, 1, 1, 1, 0]

const got = (progress: Progress): Promise<Sent> => Promise.resolve({ progress, senders: ['a'] })

const raising = (name: string, mtu: number): Candidate => ({
  onlyIfTried: false,
  repair: { namespace: 'a', steps: [{ op: 'link-mtu', namespace: 'a', name: 'a0', mtu, before: 1500 }] },
  diagnosis: {
    ...{ code: 'mtu', namespace: 'a', interface: 'a0', cause: name, message: say('unknown-nowhere') },
    ...{ evidence: [], ruledOut: [], ruledOutMessages: [] },
    fix: { namespace: 'a', commands: [`${name} ${mtu}`], tried: false },
  },
})

/** A lab whose kernel is a number: what the MTU of a0 is. */
class Bench {
  mtu = 1500
  held = 0
  quiet = 0
  refusesUndo = false
  readonly reads: (readonly string[])[] = []
  readonly trial = new Trial(
    {
      state: this.state,
      hold: () => {
        this.held += 1
        return () => void (this.held -= 1)
      },
      readRulesets: () => Promise.resolve(),
    },
    {
      deploy: ([planned]) => {
        const step = planned?.step
        if (step?.op !== 'link-mtu') throw new Error('only sizes change here')
        if (this.refusesUndo && step.mtu === 1500) return Promise.resolve(refusal)
        this.mtu = step.mtu
        return Promise.resolve({ ok: true, report: { steps: [], deployMs: 0 } } as never)
      },
    },
    (names) => {
      this.reads.push(names)
      return Promise.resolve()
    },
    () => {
      this.quiet += 1
      return () => void (this.quiet -= 1)
    },
  )

  get state(): LiveState {
    const live = routed()
    const withSize = (mtu: () => number) => ({
      ...live,
      namespaces: live.namespaces.map((each) => ({
        ...each,
        get links() {
          return each.links.map((link) => (link.name === 'a0' ? { ...link, mtu: mtu() } : link))
        },
      })),
    })
    return withSize(() => this.mtu)
  }
}

const refusal = { ok: false, failure: { code: 'step-refused', message: 'no', output: 'no' } } as never

test('what helped is known, and all of it is taken back', async () => {
  const bench = new Bench()
  const seen: number[] = []
  const [bad, good] = [raising('bad', 1400), raising('good', 1600)]
  const trials = await bench.trial.run([bad, good], nowhere, () => {
    seen.push(bench.mtu)
    return got(bench.mtu === 1600 ? answered : nowhere)
  })
  if ('failure' in trials) throw new Error(trials.failure.message)
  expect([trials.tried(bad), trials.tried(good)]).toEqual([false, true])
  expect([seen, bench.mtu, bench.held, bench.quiet]).toEqual([[1400, 1600], 1500, 0, 0])
})

test('what cannot be taken back is said, and nobody is left waiting', async () => {
  const bench = new Bench()
  bench.refusesUndo = true
  const trials = await bench.trial.run([raising('bad', 1400)], nowhere, () => got(nowhere))
  expect('failure' in trials && [trials.failure.code, trials.failure.message]).toEqual([
    'not-taken-back',
    expect.stringMatching(/could not be taken back whole \(a: links\)/),
  ])
  expect([bench.held, bench.quiet]).toEqual([0, 0])
})

test('a probe that fails leaves nothing behind either', async () => {
  const bench = new Bench()
  const run = bench.trial.run([raising('bad', 1400)], nowhere, () => Promise.reject(new Error('worker gone')))
  await expect(run).rejects.toThrow('worker gone')
  expect([bench.mtu, bench.held, bench.quiet]).toEqual([1500, 0, 0])
})

test('all of it is over in three seconds, and what was not tried is not judged', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] })
  const bench = new Bench()
  const waited: number[] = []
  const fixes = [1400, 1410, 1420, 1430, 1440].map((mtu) => raising(`fix ${mtu}`, mtu))
  const trials = await bench.trial.run(fixes, nowhere, (patienceMs) => {
    waited.push(patienceMs)
    vi.advanceTimersByTime(patienceMs)
    return got(nowhere)
  })
  expect(waited.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(3000)
  if ('failure' in trials) throw new Error(trials.failure.message)
  expect(fixes.map((fix) => trials.tried(fix))).toEqual([false, false, false, false, undefined])
})

test('a machine that is slow at its own work takes nothing from the time in which a fix may show that it helps', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] })
  const bench = new Bench()
  const [bad, good] = [raising('bad', 1400), raising('good', 1600)]
  const waited: number[] = []
  const trials = await bench.trial.run([bad, good], nowhere, (limitMs) => {
    waited.push(limitMs)
    // It was asked to wait so long, and came back two seconds late.
    vi.advanceTimersByTime(limitMs + 2000)
    return got(bench.mtu === 1600 ? answered : nowhere)
  })
  if ('failure' in trials) throw new Error(trials.failure.message)
  expect(waited).toEqual([1500, 750])
  expect([trials.tried(bad), trials.tried(good)]).toEqual([false, true])
})

test('of a large lab only those are read again that have sent something, or of which anything is told', async () => {
  const bench = new Bench()
  await bench.trial.run([raising('good', 1600)], nowhere, () => got(answered))
  expect(bench.state.namespaces.length).toBeGreaterThan(1)
  expect(new Set(bench.reads.flat())).toEqual(new Set(['a']))
})

test('who has no time left waits for no address either', async () => {
  const [first] = routed().namespaces
  if (!first) throw new Error('a lab without namespaces')
  const waiting = first.addresses.map((address) => ({ ...address, flags: ['tentative'] }))
  const live = { ...routed(), namespaces: [{ ...first, addresses: waiting }] }
  let reads = 0
  await untilUsable(
    () => live,
    () => Promise.resolve(void (reads += 1)),
    0,
  )
  expect(reads).toBe(1)
})
