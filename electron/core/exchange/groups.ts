/** Notices by kind: a reader wants to know what is missing, not how often. What is about the network comes first. */
import type { PlacedProblem } from '../lab/problem.js'

export interface NoticeGroup {
  readonly first: PlacedProblem
  /** The others of its kind. */
  readonly more: readonly PlacedProblem[]
}

/** Of one kind are sentences that differ in what they quote. */
const kindOf = ({ code, message, file }: PlacedProblem): string =>
  `${file} ${code} ${message.replace(/"(?:\\.|[^"\\])*"|`[^`]*`|\$\{?\w+\}?|\b\d[\w.:/-]*/g, '"')}`

const rank = ({ first: { severity, code } }: NoticeGroup): number =>
  severity === 'error' ? 0 : code === 'left-out-program' ? 2 : 1

export function groupNotices(notices: readonly PlacedProblem[]): readonly NoticeGroup[] {
  const groups = new Map<string, { first: PlacedProblem; more: PlacedProblem[] }>()
  for (const notice of notices) {
    const kind = kindOf(notice)
    const group = groups.get(kind)
    if (group) group.more.push(notice)
    else groups.set(kind, { first: notice, more: [] })
  }
  return [...groups.values()].toSorted((a, b) => rank(a) - rank(b))
}
