/** Problems of a lab's text where they stand in it. */
import type { PlacedProblem } from '../../electron/core/lab/problem.js'

export interface MarkedProblem {
  /** Offsets in UTF-16 units. */
  readonly from: number
  readonly to: number
  readonly severity: 'error' | 'warning'
  readonly message: string
}

/** From the place of each to the end of its word. @param sentence all that is said of one */
export function markedProblems(
  text: string,
  problems: readonly PlacedProblem[],
  sentence: (problem: PlacedProblem) => string,
): readonly MarkedProblem[] {
  const lines = text.split('\n')
  const starts = [0]
  for (const line of lines) starts.push((starts.at(-1) ?? 0) + line.length + 1)
  return problems.map((problem) => {
    const line = lines[problem.line - 1] ?? ''
    // Columns count characters, offsets UTF-16 units.
    const column = [...line].slice(0, problem.column - 1).join('').length
    const word = /^(?:"[^"]*"|'[^']*'|[^\s,[\]{}#]+)/.exec(line.slice(column))?.[0].length ?? 0
    const from = Math.min((starts[problem.line - 1] ?? 0) + column, text.length)
    return { from, to: from + word, severity: problem.severity, message: sentence(problem) }
  })
}
