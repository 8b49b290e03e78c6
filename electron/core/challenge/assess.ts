/** Whether a submission is of the variant that it says, what of it is built and asked, and who handed in the same. Pure. */
import { hostNamespace } from '../lab/lab.js'
import { parseLabText, type ParsedLab } from '../lab/parse.js'
import type { LabFile } from '../lab/schema.js'
import { inEnglish } from '../words/said.js'
import type { Submission } from './submission.js'
import { withHidden, type Teacher } from './teacher.js'
import { rename, type Renamed } from './vary.js'

export interface Task {
  readonly submission: Submission
  readonly seed: number
  /** The learner's network with the teacher's checks; those of the learner are not asked. */
  readonly build: LabFile
  /** Of each check of `build`, in turn. */
  readonly weights: readonly number[]
}

export type Assessed =
  | ({ readonly ok: true } & Task)
  | { readonly ok: false; readonly submission: Submission; readonly seed: number | null; readonly why: string }

/** Knows the variant of every seed that it was asked for. */
export class Assessor {
  private readonly variants = new Map<number, Renamed | string>()
  private readonly whole: LabFile

  constructor(
    private readonly lab: LabFile,
    private readonly teacher: Teacher,
  ) {
    this.whole = withHidden(lab, teacher)
  }

  private variantOf(seed: number): Renamed | string {
    const known = this.variants.get(seed)
    if (known !== undefined) return known
    const made = rename(this.whole, seed)
    const variant = made.ok ? made.renamed : inEnglish(made.said)
    this.variants.set(seed, variant)
    return variant
  }

  /** All at once: whoever handed in another's network is found by the names that are in it. */
  assessAll(submissions: readonly Submission[]): readonly Assessed[] {
    const read = submissions.map((submission) => ({ submission, ...parseLabText(submission.lab, 'lab') }))
    for (const { submission, labFile } of read) {
      const seed = submission.seed ?? labFile?.vary?.seed
      if (seed !== undefined) this.variantOf(seed)
    }
    return read.map((each) => this.assess(each))
  }

  private assess({ submission, labFile, problems }: Read): Assessed {
    const refuse = (why: string, seed = submission.seed): Assessed => ({ ok: false, submission, seed, why })
    if (!labFile) {
      const [first] = problems
      return refuse(`its lab is no lab file${first ? ` (${first.line}:${first.column}: ${first.message})` : ''}`)
    }
    const seed = submission.seed ?? labFile.vary?.seed ?? null
    if (seed === null) return refuse('it does not say of which seed it is')
    if (labFile.vary && labFile.vary.of !== this.lab.name) return refuse(`it is a variant of ${labFile.vary.of}`, seed)
    if (!submission.genuine) return refuse('it was changed after it was signed, or signed for another seed', seed)
    if (labFile.vary && labFile.vary.seed !== seed)
      return refuse(`it is copied: the lab is that of seed ${labFile.vary.seed}`, seed)
    const variant = this.variantOf(seed)
    if (typeof variant === 'string') return refuse(variant, seed)
    // Whoever renames a namespace has left the task; and a lab as large as it likes is not built.
    if (namesOf(labFile) !== namesOf(variant.file)) return refuse(this.whose(labFile), seed)
    if (JSON.stringify(labFile).length > growth * JSON.stringify(variant.file).length)
      return refuse('its network is many times as large as that of its seed', seed)
    const checks = variant.file.checks ?? []
    const visible = this.lab.checks?.length ?? 0
    const { goal: _goal, guide: _guide, ...network } = labFile
    return {
      ok: true,
      submission,
      seed,
      build: { ...network, uplink: 'off', broken: true, checks },
      weights: checks.map((_, at) =>
        at < visible ? this.teacher.weight : (this.teacher.checks[at - visible]?.weight ?? 1),
      ),
    }
  }

  private whose(lab: LabFile): string {
    for (const [seed, variant] of this.variants)
      if (typeof variant !== 'string' && namesOf(variant.file) === namesOf(lab))
        return `it is copied: its names are those of seed ${seed}`
    return 'its namespaces are not those of its seed'
  }
}

/** A repair adds a route or a rule: what has grown by more than this is no repair. */
const growth = 8

interface Read extends Pick<ParsedLab, 'labFile' | 'problems'> {
  readonly submission: Submission
}

const namesOf = ({ namespaces = {} }: LabFile): string =>
  Object.keys(namespaces)
    .filter((name) => name !== hostNamespace)
    .toSorted()
    .join()

/** Fewer commands than these are alike because the task is. */
const fewCommands = 5

/** For each submission the students whose work is the same: the same commands, whatever the seed, or the same text. */
export function copiesAmong(submissions: readonly Submission[]): ReadonlyMap<Submission, readonly string[]> {
  const groups = new Map<string, Submission[]>()
  const join = (key: string, submission: Submission): void =>
    void groups.set(key, [...(groups.get(key) ?? []), submission])
  for (const each of submissions) {
    if (each.commands.length >= fewCommands) join(`commands ${JSON.stringify(each.commands)}`, each)
    join(`lab ${each.lab}`, each)
  }
  const copies = new Map<Submission, string[]>()
  for (const group of groups.values())
    for (const each of group)
      for (const other of group) {
        const names = copies.get(each) ?? []
        if (other !== each && !names.includes(other.student)) copies.set(each, [...names, other.student])
      }
  return copies
}

/** Points of a submission, 0..100. */
export function scoreOf(
  passed: readonly boolean[],
  weights: readonly number[],
  used: Submission['help'],
  { help }: Teacher,
): number {
  const sum = (of: readonly number[]): number => of.reduce((total, each) => total + each, 0)
  const total = sum(weights)
  const earned = total === 0 ? 0 : (100 * sum(weights.filter((_, at) => passed[at]))) / total
  const over = Math.max(0, used.hints - help.hints) + Math.max(0, used.fixes - help.fixes)
  return Math.max(0, Math.round((earned - over * help.cost) * 10) / 10)
}
