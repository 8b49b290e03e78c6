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

/** Where to go on from a lab: to the next form of its rung, and to the next rung. */
export function nextLabs(labs: readonly StarterLab[], from: StarterLab | null): readonly StarterLab[] {
  const rungs = ladder(labs)
  const at = rungs.findIndex(({ lab }) => lab.rung === from?.rung)
  const rung = rungs[at]
  if (!rung || !from) return []
  const forms = [rung.lab, ...rung.variants]
  const form = forms.slice(forms.findIndex(({ id }) => id === from.id) + 1).find(({ broken }) => broken)
  const next = rungs[at + 1]?.lab
  return [form, next].filter((lab) => lab !== undefined)
}

/** Two namespaces and a cable: the least that two can talk over, and built by hand in a minute. */
const beginning = '03-two-namespaces'

/** The guide that a newcomer is led to, wherever it stands on the ladder. */
export const firstGuide = (labs: readonly StarterLab[]): StarterLab | null =>
  labs.find(({ id }) => id === beginning) ?? labs.find(({ guided }) => guided) ?? null
