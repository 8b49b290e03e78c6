import type { Lab } from '../lab/lab.js'

export interface Exported {
  readonly text: string
  /** What of the lab the other form has no words for, one line each. */
  readonly leftBehind: readonly string[]
}

/** Parts that build nothing, and that no other tool knows. */
export function drawingAndLessons(lab: Lab, form: string): string[] {
  const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`
  return [
    ...(lab.checks.length > 0 ? [`${count(lab.checks.length, 'check')}: ${form} has none`] : []),
    ...(lab.goal.length > 0 ? [`goal (${count(lab.goal.length, 'check')}): ${form} has none`] : []),
    ...(lab.guide.length > 0 ? [`guide (${count(lab.guide.length, 'step')}): ${form} has none`] : []),
    ...(Object.keys(lab.layout).length > 0 ? [`layout: ${form} has no drawing`] : []),
    ...(lab.notes.length > 0 ? [`${count(lab.notes.length, 'note')}: ${form} has no drawing`] : []),
    ...(lab.explanation === null ? [] : [`explanation: ${form} has none`]),
    ...(lab.description === null ? [] : [`description: ${form} has none`]),
    ...(lab.broken ? ['broken: that the lab is wrong on purpose is not said'] : []),
  ]
}
