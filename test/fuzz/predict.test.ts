/** Labs by chance with a fixed seed; `npm run fuzz:predict -- --seed N --labs N` predicts in as many as are wanted. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Rig } from '../kernel/trace/rig.js'
import { compareLab, type Verdict } from './predict.js'

const seed = Number(process.env['VETHLAB_FUZZ_SEED'] ?? 1)
const labs = Number(process.env['VETHLAB_FUZZ_LABS'] ?? 40)
const lanes = Number(process.env['VETHLAB_FUZZ_LANES'] ?? 2)
/** For one lab, built and asked, on a machine that is busy (milliseconds). */
const labMs = 60_000

const rigs: Rig[] = []
beforeAll(async () => {
  for (let lane = 0; lane < lanes; lane++) rigs.push(await Rig.open())
}, 120_000)
afterAll(async () => {
  for (const rig of rigs) await rig.close()
})

test(`predictions in ${labs} labs from seed ${seed}`, { timeout: labs * labMs }, async () => {
  const verdicts: Verdict[] = []
  const problems: string[] = []
  let next = 0
  await Promise.all(
    rigs.map(async (rig) => {
      for (let n = next++; n < labs; n = next++) {
        const found = await compareLab(rig, seed + n).catch((error: unknown) => {
          problems.push(`seed ${seed + n}: ${String(error)}`)
          return null
        })
        verdicts.push(...(found?.verdicts ?? []))
        for (const { verdict, why } of found?.verdicts ?? []) if (verdict === 'different') console.log(why)
      }
    }),
  )
  const count = (wanted: Verdict['verdict']): number => verdicts.filter(({ verdict }) => verdict === wanted).length
  const [equal, unsure, different] = [count('equal'), count('cannot say'), count('different')]
  const reasons = new Map<string, number>()
  for (const { verdict, why } of verdicts) {
    const because = why.slice(why.lastIndexOf(']: ') + 3).replace(/\b[hrp]\d+\b/g, '*')
    if (verdict === 'cannot say') reasons.set(because, (reasons.get(because) ?? 0) + 1)
  }
  console.log(
    [
      `${labs} labs, ${verdicts.length} probes: ${equal} equal, ${unsure} cannot say, ${different} different;`,
      `${((100 * equal) / Math.max(1, equal + different)).toFixed(2)} % of what was predicted is so`,
      ...[...reasons].map(([why, times]) => `  cannot say, because ${why}: ${times}`),
      ...problems,
    ].join('\n'),
  )
  expect(problems).toEqual([])
  expect(different / Math.max(1, equal + different)).toBeLessThanOrEqual(0.001)
})
