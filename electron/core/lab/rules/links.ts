import { formatEndpoint } from '../endpoint.js'
import { quote } from '../describe.js'
import { error } from '../finding.js'
import type { Finding } from '../finding.js'
import { parseDelay, parseLoss, parseRate } from '../impair.js'
import type { IndexedLink, Rule } from './lab-index.js'
import { namespaceExists } from './references.js'
import { said } from '../../words/said.js'

/** Every end in a namespace that exists, and in one link only. */
export const linkRules: Rule = function* (lab) {
  const taken = new Map<string, number>()
  for (const [i, link] of lab.links.entries()) {
    const [a, b] = link.ends.map(formatEndpoint) as [string, string]
    if (a === b) {
      yield error(
        'link-to-itself',
        link.path,
        said`This link joins ${quote(a)} to itself.`,
        said`A veth pair has two ends with two names.`,
      )
    }
    for (const end of [0, 1] as const) {
      const { namespace, interface: name } = link.ends[end]
      yield* namespaceExists(lab, namespace, link.endPath(end))
      if (name === '.' || name === '..') {
        yield {
          ...error(
            'illegal-name',
            link.endPath(end),
            said`${quote(name)} cannot be the name of an interface.`,
            said`Choose another name.`,
          ),
          always: true,
        }
      }
      const key = formatEndpoint(link.ends[end])
      const before = taken.get(key)
      if (before === undefined) taken.set(key, i)
      else if (before !== i) {
        yield error(
          'end-twice',
          link.endPath(end),
          said`${quote(key)} is an end of link ${before + 1} already.`,
          said`An interface is the end of one link; give this end another name.`,
        )
      }
    }
    yield* impairOf(link)
  }
}

const units = [
  ['delay', parseDelay, said`a delay`, said`Write a number with us, ms or s, as in 20ms.`],
  ['loss', parseLoss, said`a loss`, said`Write per cent, as in 1%.`],
  ['rate', parseRate, said`a rate`, said`Write a number with bit, kbit, mbit or gbit, as in 10mbit.`],
] as const

function* impairOf(link: IndexedLink): Iterable<Finding> {
  const impair = Array.isArray(link.entry)
    ? undefined
    : (link.entry as Exclude<typeof link.entry, readonly unknown[]>).impair
  for (const [key, parse, noun, form] of units) {
    const text = impair?.[key]
    if (text !== undefined && parse(text) === null) {
      yield error('bad-impair', [...link.path, 'impair', key], said`${quote(text)} is not ${noun}.`, form)
    }
  }
}
