/** What every rule of `rules/` is: when it applies, what it must know, and what proves it. */
import { execWithin } from '../plan/exec-within.js'
import { commandLine } from '../plan/shell-quote.js'
import type { DiagnosisCode, Evidence } from './diagnosis.js'
import type { Answers, Question } from './question.js'
import type { Repair } from './repair.js'
import type { Scene } from './scene.js'
import type { Message } from './words.js'

export interface Finding {
  /** Where a rule names more than one code; else that of the rule. */
  readonly code?: DiagnosisCode
  readonly namespace: string | null
  readonly interface: string | null
  readonly message: Message
  readonly evidence: readonly Evidence[]
  readonly repair: Repair | null
  /** It fits, and only a fix that helps can prove it. */
  readonly onlyIfTried?: true
  /** Nothing behind it can be told before it has passed. */
  readonly final?: true
}

/** A cause that the film allows for. */
export interface Suspicion {
  readonly ask: readonly Question[]
  /** Null where the answers do not prove it. */
  readonly judge: (answers: Answers) => Finding | null
  /** What to say of a cause that was looked into and is none. */
  readonly ruledOut: Message
}

export interface Rule {
  readonly code: DiagnosisCode
  /** Null where the film rules it out by itself. */
  readonly suspect: (scene: Scene) => Suspicion | null
}

/** Behind what no command prints: how far a counter has moved. A window says it in its own language. */
export const duringProbe = ' during the probe'

/** A counter that moved while the probe was under way, in the words of nstat(8). */
export function counterEvidence(scene: Scene, namespace: string, names: readonly string[]): Evidence[] {
  const moved = names.filter((name) => (scene.counters[namespace]?.[name] ?? 0) > 0)
  if (moved.length === 0) return []
  return [
    {
      command: commandLine([...execWithin(namespace), 'nstat', '-asz', ...moved]),
      output: moved.map((name) => `${name} +${scene.counters[namespace]?.[name] ?? 0}${duringProbe}`).join('\n'),
    },
  ]
}

export const moved = (scene: Scene, namespace: string, ...names: readonly string[]): boolean =>
  names.some((name) => (scene.counters[namespace]?.[name] ?? 0) > 0)
