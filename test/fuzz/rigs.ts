/** What every run over labs by chance begins with: its numbers, and a sandbox for each of its lanes. */
import { afterAll, beforeAll } from 'vitest'
import { Rig } from '../kernel/trace/rig.js'

const number = (name: string, usual: number): number => Number(process.env[`VETHLAB_FUZZ_${name}`] ?? usual)

export const seed = number('SEED', 1)
export const labs = number('LABS', 40)
/** For one lab, built and asked, on a machine that is busy (milliseconds). */
export const labMs = 60_000

/** Call once in a file: they are opened before its tests, and closed after them. */
export function openRigs(): readonly Rig[] {
  const rigs: Rig[] = []
  beforeAll(async () => {
    for (let lane = 0; lane < number('LANES', 2); lane++) rigs.push(await Rig.open())
  }, 120_000)
  afterAll(async () => {
    for (const rig of rigs) await rig.close()
  })
  return rigs
}

/** Every lab once, each by the lane that is free. */
export async function inTurn(
  rigs: readonly Rig[],
  count: number,
  work: (rig: Rig, n: number) => Promise<void>,
): Promise<void> {
  let next = 0
  await Promise.all(
    rigs.map(async (rig) => {
      for (let n = next++; n < count; n = next++) await work(rig, n)
    }),
  )
}
