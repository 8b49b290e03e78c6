/**
 * A YAML document to plain maps, lists and values. Refuses what would make the plain form mean something else than
 * the text: keys twice, merge keys, loops, and aliases that multiply.
 */
import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Node } from 'yaml'
import { quote } from './describe.js'
import { textFinding, type TextFinding } from './finding.js'
import { limits } from './schema.js'
import type { YamlDocument } from './yaml-read.js'
import { said, type Said } from '../words/said.js'

/** Values after aliases are followed; the biggest lab that is allowed has about 150 000. */
const maxValues = 250_000

interface Sized {
  readonly value: unknown
  /** Values in it, aliases followed. */
  readonly size: number
  /** Levels of collections in it. */
  readonly depth: number
}

/** Thrown inside only: an alias that multiplies must stop the walk at once. */
class Stop extends Error {}

export function plainValue(document: YamlDocument): {
  readonly value: unknown
  readonly findings: readonly TextFinding[]
} {
  const findings: TextFinding[] = []
  // An alias means the nearest anchor of that name before it; null while we are still inside.
  const anchors = new Map<string, Sized | null>()
  const report = (node: Node | null, code: string, message: Said, hint: Said | null): void => {
    findings.push(textFinding(code, message, hint, node?.range?.[0] ?? 0))
  }

  const walk = (node: Node | null, level: number): Sized => {
    if (node === null) return { value: null, size: 1, depth: 0 }
    if (isAlias(node)) return follow(node, node.source, level)
    const anchor = (isScalar(node) || isMap(node) || isSeq(node)) && node.anchor ? node.anchor : null
    if (anchor !== null) anchors.set(anchor, null)
    const sized = isMap(node)
      ? walkMap(node.items as readonly { key: Node; value: Node | null }[], level)
      : isSeq(node)
        ? walkList(node.items as readonly (Node | null)[], level)
        : { value: isScalar(node) ? node.value : null, size: 1, depth: 0 }
    if (sized.size > maxValues)
      stop(node, 'alias-bomb', said`The aliases in this part multiply to more values than any lab has.`)
    if (anchor !== null) anchors.set(anchor, sized)
    return sized
  }

  const stop = (node: Node, code: string, message: Said): never => {
    report(node, code, message, said`Write the values out.`)
    throw new Stop()
  }

  const follow = (node: Node, name: string, level: number): Sized => {
    const target = anchors.get(name)
    if (target === undefined) {
      report(
        node,
        'unknown-alias',
        said`The alias *${name} has no anchor &${name} before it.`,
        said`Define it first, or write the value out.`,
      )
      return { value: null, size: 1, depth: 0 }
    }
    if (target === null) return stop(node, 'alias-loop', said`The alias *${name} stands inside the value it repeats.`)
    if (level + target.depth > limits.depth) {
      return stop(node, 'too-deep', said`The alias *${name} nests the file more than ${limits.depth} levels deep.`)
    }
    return target
  }

  const walkList = (items: readonly (Node | null)[], level: number): Sized => {
    const value: unknown[] = []
    let [size, depth] = [1, 0]
    for (const item of items) {
      const sized = walk(item, level + 1)
      value.push(sized.value)
      size += sized.size
      depth = Math.max(depth, sized.depth)
    }
    return { value, size, depth: depth + 1 }
  }

  const walkMap = (items: readonly { key: Node; value: Node | null }[], level: number): Sized => {
    const value: Record<string, unknown> = {}
    const seen = new Set<string>()
    let [size, depth] = [1, 0]
    for (const pair of items) {
      const sized = walk(pair.value, level + 1)
      size += sized.size
      depth = Math.max(depth, sized.depth)
      const key = keyOf(pair.key)
      if (key === null) {
        report(pair.key, 'yaml-syntax', said`A key must be one word or text.`, said`Write the key out.`)
      } else if (key === '<<' && isScalar(pair.key) && pair.key.type === 'PLAIN') {
        report(pair.key, 'merge-key', said`Merge keys (<<) are not part of YAML 1.2.`, said`Write the keys out.`)
      } else if (key === '__proto__') {
        report(pair.key, 'illegal-name', said`The name "__proto__" cannot be used here.`, said`Choose another name.`)
      } else if (seen.has(key)) {
        report(
          pair.key,
          'duplicate-key',
          said`The key ${quote(key)} is there twice in this map.`,
          said`Keep one of them.`,
        )
      } else {
        seen.add(key)
        value[key] = sized.value
      }
    }
    return { value, size, depth: depth + 1 }
  }

  try {
    return { value: walk(document.contents, 1).value, findings }
  } catch (thrown) {
    if (thrown instanceof Stop) return { value: null, findings }
    throw thrown
  }
}

/** The text of a key, or null for what is none. */
export function keyOf(key: unknown): string | null {
  return isScalar(key) && typeof key.value === 'string' ? key.value : null
}
