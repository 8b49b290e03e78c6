/** Starter labs in the order a learner climbs them: each rung once, with the variants of it that are to be repaired. */
import type { StarterLab } from '../../electron/core/rpc-shell.js'

export interface Rung {
  readonly lab: StarterLab
  readonly repairs: readonly StarterLab[]
}

export function ladder(labs: readonly StarterLab[]): readonly Rung[] {
  const sorted = [...labs].sort((a, b) => a.rung - b.rung || Number(a.broken) - Number(b.broken) || a.id.localeCompare(b.id))
  const rungs: { lab: StarterLab; repairs: StarterLab[] }[] = []
  for (const lab of sorted) {
    const last = rungs.at(-1)
    if (lab.broken && last?.lab.rung === lab.rung) last.repairs.push(lab)
    else rungs.push({ lab, repairs: [] })
  }
  return rungs
}
