/** Labs by chance with a fixed seed; `npm run fuzz:truth -- --seed N --labs N` examines as many as are wanted. */
import { expect, test } from 'vitest'
import { labMs, labs, openRigs, seed } from './rigs.js'
import { fuzz, report } from './run.js'

const rigs = openRigs()

test(`${labs} labs from seed ${seed}`, { timeout: labs * labMs }, async () => {
  const tally = await fuzz(rigs, seed, labs, ({ problems }) => problems.forEach((problem) => console.log(problem)))
  const text = report(tally)
  console.log(text)
  expect(tally.problems, text).toEqual([])
  expect(tally.unknownShare).toBeLessThanOrEqual(0.05)
})
