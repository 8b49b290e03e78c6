/** What is told of each fault of the catalogue: from the network that it leaves, whose ways back are tried in the model. */
import { describe, expect, test } from 'vitest'
import { brokenBy } from '../../../electron/core/challenge/broken.js'
import { catalogue, healthyOf, injectionsOf } from '../../../electron/core/challenge/catalogue.js'
import { inject } from '../../../electron/core/challenge/inject.js'
import { differences } from '../../../electron/core/change/difference.js'
import { createLabText } from '../../../electron/core/lab/print.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { openSource } from '../../../electron/core/lab/source.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { emptyLive } from '../../../electron/core/plan/empty.js'
import { Model } from '../plan/model.js'
import { first, labs } from './any-seed.js'
import { chainLab, mixedLab } from './labs.js'

// A variant has hardware addresses of its own, which two can share.
const variant = first(labs[0] as LabFile, 1, 1).healthy
const roomy = [chainLab, mixedLab].map((text) => parseLabText(text, '').labFile as LabFile)

const stands = [variant, ...labs, ...roomy].map((file) => {
  const source = openSource(createLabText(file))
  if (!source) throw new Error('no lab')
  const lab = normalise(file)
  const steps = diff(lab, emptyLive()).map(({ step }) => step)
  return { lab, source, built: new Model().run(steps).state, injections: injectionsOf(healthyOf(file, lab)) }
})

describe('of a fault is told', () => {
  test.each(catalogue.map(({ id }) => id))('%s: what it was, and the commands that mend it', (id) => {
    const possible = stands.filter(({ injections }) => injections.some(({ fault }) => fault === id)).slice(0, 1)
    const tried = possible.flatMap(({ lab, source, built, injections }) =>
      injections
        .filter(({ fault }) => fault === id)
        .slice(0, 1)
        .flatMap((injection) => {
          const made = inject(source, [injection])
          if (!made) return []
          const broken = new Model(built).run(
            diff(normalise(made.broken), built, { former: lab }).map(({ step }) => step),
          ).state
          const { differs, repair } = brokenBy([injection], lab, broken)
          expect(differs.length).toBeGreaterThan(0)
          expect(differs.every(({ namespace, what }) => namespace !== '' && what !== '')).toBe(true)
          expect(repair.length).toBeGreaterThan(0)
          // And giving up mends it.
          const mending = diff(lab, broken, { former: 'everything' })
          expect(mending.map(({ text }) => text).toSorted()).toEqual(repair.toSorted())
          const mended = new Model(broken).run(mending.map(({ step }) => step)).state
          expect(differences(lab, lab, mended)).toEqual([])
          return [id]
        }),
    )
    expect(tried.length).toBeGreaterThan(0)
  })
})
