/** What a learner expected of a probe before it was sent, as answers of a result file: what was said, and how much of it came so. */
import type { Marked } from '../predict/mark.js'

export type GivenAnswers = Readonly<Record<string, string | number>>

/** A result file holds as many questions as a person asks in a lesson, each in this many characters. */
const mostAnswers = 100
const longestQuestion = 100
const longestAnswer = 1000

/**
 * The first answer to a question counts: the film has shown the way by the second.
 *
 * @param answers that were given before
 */
export function withPredicted(
  answers: GivenAnswers,
  { from, to }: { readonly from: string; readonly to: string },
  { expected, right, nextHop }: Marked,
): GivenAnswers {
  const { places } = expected
  const way = places.map(({ namespace, interface: name }) => (name === null ? namespace : `${namespace}:${name}`))
  const via = typeof expected.nextHop === 'object' ? expected.nextHop?.via : expected.nextHop
  const said: [question: string, answer: string][] = []
  if (way.length > 0) said.push([`way from ${from} to ${to}`, `${way.join(' ')} (${right} of ${way.length} right)`])
  // Where it is not known which hop it was, nobody can say whether the answer is right.
  if (via && nextHop) said.push([`next hop from ${from} to ${to}`, `${via} (${nextHop.isRight ? 'right' : 'wrong'})`])
  const given = said.filter(([question]) => question.length <= longestQuestion && !Object.hasOwn(answers, question))
  const room = mostAnswers - Object.keys(answers).length
  return {
    ...answers,
    ...Object.fromEntries(
      given.slice(0, Math.max(0, room)).map(([question, answer]) => [question, answer.slice(0, longestAnswer)]),
    ),
  }
}
