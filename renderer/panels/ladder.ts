/** Starter labs in the order a learner climbs them: each rung once, with the other forms of it, most of them to repair. */
import type { StarterLab } from '../../electron/core/rpc-shell.js'

export interface Rung {
  readonly lab: StarterLab
  readonly variants: readonly StarterLab[]
}

export function ladder(labs: readonly StarterLab[]): readonly Rung[] {
  const sorted = [...labs].sort(
    (a, b) => a.rung - b.rung || Number(a.broken) - Number(b.broken) || a.id.localeCompare(b.id),
  )
  const rungs: { lab: StarterLab; variants: StarterLab[] }[] = []
  for (const lab of sorted) {
    const last = rungs.at(-1)
    if (last?.lab.rung === lab.rung) last.variants.push(lab)
    else rungs.push({ lab, variants: [] })
  }
  return rungs
}
