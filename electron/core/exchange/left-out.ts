/** One thing that no lab can say must not take the whole lab with it: it is left out, and named with its place. */
import { pathText } from '../lab/describe.js'
import { toProblem } from '../lab/finding.js'
import type { LabPath, Problem } from '../lab/problem.js'
import type { LabFile } from '../lab/schema.js'
import { checkSchema } from '../lab/schema-findings.js'
import { validateLabFile } from '../lab/validate.js'
import { inEnglish, said } from '../words/said.js'

export interface Mended {
  readonly labFile: LabFile
  /** What was left out, one warning each; then what else there is to say. Errors are those that nothing could be done about. */
  readonly problems: readonly Problem[]
}

/** What needs more than this is something else than it was taken for. */
const mostLeftOut = 200

function problemsOf(labFile: LabFile): readonly Problem[] {
  const checked = checkSchema(labFile)
  return checked.labFile === null ? checked.findings.map(toProblem) : validateLabFile(checked.labFile)
}

export function withoutErrors(labFile: LabFile): Mended {
  let [mended, problems] = [labFile, problemsOf(labFile)]
  const left: Problem[] = []
  for (;;) {
    const wrong = problems.find(({ severity }) => severity === 'error')
    const place = wrong && partOf(wrong.path)
    const smaller = place && without(mended, place)
    if (!wrong || !place || !smaller || left.length === mostLeftOut)
      return { labFile: mended, problems: [...left, ...problems] }
    left.push(leftOut(wrong, place))
    mended = smaller
    problems = problemsOf(mended)
  }
}

function leftOut(wrong: Problem, place: LabPath): Problem {
  const message = said`${pathText(place)} is left out: ${wrong.said.message}`
  return {
    severity: 'warning',
    code: 'left-out',
    path: place,
    message: inEnglish(message),
    hint: null,
    said: { message, hint: null },
  }
}

/** The smallest part of a lab that means something by itself: an entry of a list, or what stands at a key of a namespace. */
function partOf(path: LabPath): LabPath | null {
  const entry = path.findLastIndex((part) => typeof part === 'number')
  if (entry > 0) return path.slice(0, entry + 1)
  if (path[0] !== 'namespaces' || path.length < 2) return null
  return path
}

/** The same value without one part of it, or null where there is no such part. */
function without<T>(value: T, [part, ...rest]: LabPath): T | null {
  if (part === undefined || typeof value !== 'object' || value === null) return null
  if (Array.isArray(value)) {
    const at = Number(part)
    if (at >= value.length) return null
    if (rest.length === 0) return value.toSpliced(at, 1) as T
    const inner: unknown = without(value[at] as unknown, rest)
    return inner === null ? null : (value.with(at, inner) as T)
  }
  const record = value as Record<string, unknown>
  if (!Object.hasOwn(record, part)) return null
  if (rest.length === 0) return Object.fromEntries(Object.entries(record).filter(([key]) => key !== part)) as T
  const inner = without(record[part], rest)
  return inner === null ? null : ({ ...record, [part]: inner } as T)
}
