/** Examines labs by chance one after the other, in as many sandboxes as are given, and counts. */
import type { Rig } from '../kernel/trace/rig.js'
import { examine, type Examined } from './examine.js'
import { inTurn } from './rigs.js'

export interface Tally {
  readonly examined: readonly Examined[]
  readonly problems: readonly string[]
  readonly codes: ReadonlyMap<string, number>
  /** Of the probes that failed, those of which the reason was not found. */
  readonly unknownShare: number
}

export async function fuzz(
  rigs: readonly Rig[],
  firstSeed: number,
  labs: number,
  told: (examined: Examined) => void = () => {},
): Promise<Tally> {
  const examined: Examined[] = []
  await inTurn(rigs, labs, async (rig, n) => {
    const seed = firstSeed + n
    // By the seed alone, so that one that fails can be met again by itself.
    const warm = seed % 2 === 1
    const one = await examine(rig, seed, warm).catch((error: unknown): Examined => ({
      ...{ seed, warm, outcome: 'none', code: null, faults: [], fixes: 0 },
      problems: [`seed ${seed}: ${String(error)}`],
    }))
    examined.push(one)
    told(one)
  })
  const codes = new Map<string, number>()
  for (const { code } of examined) if (code !== null) codes.set(code, (codes.get(code) ?? 0) + 1)
  const failed = examined.filter(({ code }) => code !== null).length
  return {
    examined: examined.sort((a, b) => a.seed - b.seed),
    problems: examined.flatMap(({ problems }) => problems),
    codes,
    unknownShare: failed === 0 ? 0 : (codes.get('unknown') ?? 0) / failed,
  }
}

export function report({ examined, problems, codes, unknownShare }: Tally): string {
  const counted = [...codes].sort(([, a], [, b]) => b - a).map(([code, count]) => `  ${code} ${count}`)
  const fixes = examined.reduce((sum, each) => sum + each.fixes, 0)
  return [
    `${examined.length} labs, ${examined.filter(({ warm }) => warm).length} of them warm; ${fixes} fixes carried out`,
    ...counted,
    `unknown: ${(unknownShare * 100).toFixed(1)} % of the probes that failed`,
    `${problems.length} problems`,
    ...problems.map((problem) => `  ${problem}`),
  ].join('\n')
}
