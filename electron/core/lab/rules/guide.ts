import { quote } from '../describe.js'
import { parseEndpoint } from '../endpoint.js'
import { error, warning } from '../finding.js'
import type { Finding } from '../finding.js'
import { didYouMean } from '../nearest.js'
import type { LabPath } from '../problem.js'
import type { GuideStep } from '../schema.js'
import { checkFindings, traceFindings } from './checks.js'
import type { LabIndex, Rule } from './lab-index.js'
import { said } from '../../words/said.js'

/** The guide's questions and goals, and the drawing: both speak of the lab and must know its names. */
export const guideRules: Rule = function* (lab) {
  for (const [i, step] of (lab.file.guide ?? []).entries()) {
    if (step.ask && step.ask.answer >= step.ask.options.length) {
      const last = step.ask.options.length - 1
      yield error(
        'answer-outside',
        ['guide', i, 'ask', 'answer'],
        said`Answer ${step.ask.answer} is not among the ${last + 1} options.`,
        said`Options count from 0 to ${last}.`,
      )
    }
    const { reasons, options } = step.ask ?? { options: [] }
    if (reasons && reasons.length !== options.length - 1) {
      yield error(
        'wrong-reasons',
        ['guide', i, 'ask', 'reasons'],
        said`There are ${reasons.length} reasons for ${options.length - 1} wrong options.`,
        said`Write one for each option but the answer, in the order of the options.`,
      )
    }
    if (step.trace) yield* traceFindings(lab, step.trace, ['guide', i, 'trace'])
    if (step.done) yield* doneFindings(lab, step.done, ['guide', i, 'done'])
  }
  for (const name of Object.keys(lab.file.layout ?? {})) {
    // A part of a namespace may be placed by its own name behind the namespace's.
    const [namespace = ''] = name.split(':')
    if (lab.namespaces.has(namespace)) continue
    const hint = didYouMean(namespace, lab.namespaces.keys()) ?? said`Remove the line.`
    yield {
      ...warning(
        'unknown-layout',
        ['layout', name],
        said`The layout places ${quote(name)}, which is not in the lab.`,
        hint,
      ),
      at: 'key',
    }
  }
}

/** A step may speak of what only the learner makes; the name being new is worth a word, not an error. */
function* doneFindings(lab: LabIndex, done: NonNullable<GuideStep['done']>, path: LabPath): Iterable<Finding> {
  const listed = Array.isArray(done.namespaces)
  const names = Array.isArray(done.namespaces) ? done.namespaces : Object.keys(done.namespaces ?? {})
  for (const [i, name] of names.entries()) {
    yield* unknown(lab, name, [...path, 'namespaces', listed ? i : name])
  }
  for (const [i, link] of (done.links ?? []).entries()) {
    const base = Array.isArray(link) ? [...path, 'links', i] : [...path, 'links', i, 'ends']
    const ends = Array.isArray(link) ? link : link.ends
    for (const [end, text] of ends.entries()) yield* unknown(lab, parseEndpoint(text).namespace, [...base, end])
  }
  for (const [i, check] of (done.checks ?? []).entries()) yield* checkFindings(lab, check, [...path, 'checks', i])
}

function* unknown(lab: LabIndex, name: string, path: LabPath): Iterable<Finding> {
  if (lab.namespaces.has(name)) return
  const hint = didYouMean(name, lab.namespaces.keys()) ?? said`A step that the finished lab cannot meet never ends.`
  yield warning(
    'unknown-namespace',
    path,
    said`The step waits for a namespace ${quote(name)} that is not in the lab.`,
    hint,
  )
}
