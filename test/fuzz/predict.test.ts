/** Labs by chance with a fixed seed; `npm run fuzz:predict -- --seed N --labs N` predicts in as many as are wanted. */
import { expect, test } from 'vitest'
import { compareLab, type Verdict } from './predict.js'
import { inTurn, labMs, labs, openRigs, seed } from './rigs.js'

const rigs = openRigs()

test(`predictions in ${labs} labs from seed ${seed}`, { timeout: labs * labMs }, async () => {
  const verdicts: Verdict[] = []
  const problems: string[] = []
  await inTurn(rigs, labs, async (rig, n) => {
    const found = await compareLab(rig, seed + n).catch((error: unknown) => {
      problems.push(String(error))
      return null
    })
    verdicts.push(...(found?.verdicts ?? []))
    for (const { verdict, why } of found?.verdicts ?? []) if (verdict === 'different') console.log(why)
  })
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
