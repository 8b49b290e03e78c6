/** `[ ... ]`, `test` and `[[ ... ]]`, as far as their values are known. */
import type { TestExpression } from 'unbash'
import type { Namespace, Network } from '../network/network.js'
import { fileKey } from '../commands/command.js'
import { findNamespace } from '../commands/namespaces.js'
import { expandPattern, expandText, type Surroundings } from './expand.js'
import { matches } from './pattern.js'

export interface World {
  readonly network: Network
  readonly namespace: Namespace
  readonly files: ReadonlyMap<string, string | null>
}

/** Null: not known. */
export type Truth = boolean | null

const not = (truth: Truth): Truth => (truth === null ? null : !truth)

/** The words between `[` and `]`. */
export function testWords(words: readonly string[], world: World): Truth {
  const [a, b, c] = words
  if (a === '!') return not(testWords(words.slice(1), world))
  for (const operator of ['-o', '-a']) {
    const at = words.indexOf(operator, 1)
    if (at > 0 && at < words.length - 1) {
      const [left, right] = [testWords(words.slice(0, at), world), testWords(words.slice(at + 1), world)]
      return operator === '-o' ? either(left, right) : both(left, right)
    }
  }
  if (a === undefined) return false
  if (b === undefined) return a !== ''
  if (c === undefined) return unary(a, b, world)
  return words.length === 3 ? binary(a, b, c, false) : null
}

const either = (a: Truth, b: Truth): Truth => (a || b ? true : a === null || b === null ? null : false)
const both = (a: Truth, b: Truth): Truth =>
  a === false || b === false ? false : a === null || b === null ? null : true

function unary(operator: string, operand: string, { network, namespace, files }: World): Truth {
  switch (operator) {
    case '-z':
      return operand === ''
    case '-n':
      return operand !== ''
    case '-e':
    case '-f':
    case '-d':
    case '-r':
    case '-s':
    case '-L':
    case '-x': {
      const [, name] = /^(?:\/var)?\/run\/netns\/([^/]+)$/.exec(operand) ?? []
      if (name !== undefined) return !('message' in findNamespace(network, name)) && operator !== '-d'
      const [, device] = /^\/sys\/class\/net\/([^/]+)\/?$/.exec(operand) ?? []
      if (device !== undefined) return namespace.devices.has(device)
      if (/^\/proc\/sys\/net\//.test(operand)) return true
      return files.has(fileKey(operand)) ? true : null
    }
    default:
      return null
  }
}

/** @param glob whether the right side of `==` is a pattern */
function binary(a: string, operator: string, b: string, glob: boolean): Truth {
  switch (operator) {
    case '=':
    case '==':
      return glob ? matches(a, b) : a === b
    case '!=':
      return glob ? not(matches(a, b)) : a !== b
    case '<':
      return a < b
    case '>':
      return a > b
  }
  if (!/^-?\d{1,15}$/.test(a.trim()) || !/^-?\d{1,15}$/.test(b.trim())) return null
  const [x, y] = [Number(a), Number(b)]
  const compared: Readonly<Record<string, boolean>> = {
    ...{ '-eq': x === y, '-ne': x !== y, '-lt': x < y, '-le': x <= y, '-gt': x > y, '-ge': x >= y },
  }
  return compared[operator] ?? null
}

/** `[[ ... ]]`. */
export function testExpression(node: TestExpression, around: Surroundings, world: World): Truth {
  switch (node.type) {
    case 'TestNot':
      return node.negations.length % 2 === 1
        ? not(testExpression(node.operand, around, world))
        : testExpression(node.operand, around, world)
    case 'TestGroup':
      return testExpression(node.expression, around, world)
    case 'TestLogical': {
      const truths = node.operands.map((each) => testExpression(each, around, world))
      return node.operator === '&&' ? truths.reduce(both, true) : truths.reduce(either, false)
    }
    case 'TestUnary': {
      const value = expandText(node.operand, around)
      if (node.operator === '-v') return value === null ? null : around.scope.variables.has(value)
      return value === null ? null : unary(node.operator, value, world)
    }
    case 'TestBinary': {
      const { operator } = node
      const left = expandText(node.left, around)
      if (left === null || operator === '=~') return null
      const isGlob = /^(?:=|==|!=)$/.test(operator)
      const right = isGlob ? expandPattern(node.right, around) : expandText(node.right, around)
      if (right === null) return null
      // Names count as numbers here: `[[ count -gt 2 ]]`.
      const number = (text: string): string => {
        const value = around.scope.variables.get(text)
        return typeof value === 'string' && /^[A-Za-z_]/.test(text) ? value : text
      }
      return /^-/.test(operator)
        ? binary(number(left), operator, number(right), false)
        : binary(left, operator, right, isGlob)
    }
  }
}

export const truthOf = (value: number | null): Truth => (value === null ? null : value !== 0)
