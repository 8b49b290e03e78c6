/** Labs by chance with a fixed seed; `npm run fuzz:truth -- --seed N --labs N` examines as many as are wanted. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Rig } from '../kernel/trace/rig.js'
import { fuzz, report } from './run.js'

const seed = Number(process.env['VETHLAB_FUZZ_SEED'] ?? 1)
const labs = Number(process.env['VETHLAB_FUZZ_LABS'] ?? 40)
const lanes = Number(process.env['VETHLAB_FUZZ_LANES'] ?? 2)
/** For one lab, built twice and asked, on a machine that is busy (milliseconds). */
const labMs = 60_000

const rigs: Rig[] = []
beforeAll(async () => {
  for (let lane = 0; lane < lanes; lane++) rigs.push(await Rig.open())
}, 120_000)
afterAll(async () => {
  for (const rig of rigs) await rig.close()
})

test(`${labs} labs from seed ${seed}`, { timeout: labs * labMs }, async () => {
  const tally = await fuzz(rigs, seed, labs, ({ problems }) => problems.forEach((problem) => console.log(problem)))
  const text = report(tally)
  console.log(text)
  expect(tally.problems, text).toEqual([])
  expect(tally.unknownShare).toBeLessThanOrEqual(0.05)
})
