import { formatEndpoint } from '../endpoint.js'
import { quote } from '../describe.js'
import { error } from '../finding.js'
import type { Finding } from '../finding.js'
import { isByEnd, parseDelay, parseLoss, parseRate, type ImpairKeys } from '../impair.js'
import type { LabPath } from '../problem.js'
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

const percent = said`Write per cent, as in 1%.`
const time = said`Write a number with us, ms or s, as in 20ms.`
const units = [
  ['delay', parseDelay, said`a delay`, time],
  ['jitter', parseDelay, said`a delay`, time],
  ['loss', parseLoss, said`a loss`, percent],
  ['duplicate', parseLoss, said`a share`, percent],
  ['corrupt', parseLoss, said`a share`, percent],
  ['reorder', parseLoss, said`a share`, percent],
  ['rate', parseRate, said`a rate`, said`Write a number with bit, kbit, mbit or gbit, as in 10mbit.`],
] as const

function* impairOf({ entry, ends, path }: IndexedLink): Iterable<Finding> {
  const { impair, unplugged } = Array.isArray(entry) ? {} : (entry as Exclude<typeof entry, readonly unknown[]>)
  const names = ends.map(formatEndpoint)
  if (unplugged !== undefined && !names.includes(unplugged)) yield notAnEnd(unplugged, names, [...path, 'unplugged'])
  if (!impair) return
  if (!isByEnd(impair)) return yield* keysOf(impair as ImpairKeys, [...path, 'impair'])
  for (const [end, keys] of Object.entries(impair)) {
    if (names.includes(end)) yield* keysOf(keys, [...path, 'impair', end])
    else yield { ...notAnEnd(end, names, [...path, 'impair', end]), at: 'key' }
  }
}

function* keysOf(impair: ImpairKeys, path: LabPath): Iterable<Finding> {
  for (const [key, parse, noun, form] of units) {
    const text = impair[key]
    if (text !== undefined && parse(text) === null)
      yield error('bad-impair', [...path, key], said`${quote(text)} is not ${noun}.`, form)
  }
  // A frame overtakes others, and a delay varies, only where frames wait (tc-netem(8)).
  for (const key of ['jitter', 'reorder'] as const)
    if (impair[key] !== undefined && impair.delay === undefined)
      yield error(
        'bad-impair',
        [...path, key],
        said`${quote(key)} does nothing without a delay.`,
        said`Add ${'delay'} beside it, as in 20ms.`,
      )
}

const notAnEnd = (end: string, [a = '', b = '']: readonly string[], path: LabPath): Finding =>
  error(
    'no-such-end',
    path,
    said`${quote(end)} is no end of this cable.`,
    said`Its ends are ${quote(a)} and ${quote(b)}.`,
  )
