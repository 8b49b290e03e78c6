/** `$(( ))`, `(( ))`, `for (( ))`, with the values that are known. */
import type { ArithmeticExpression } from 'unbash'
import type { Scope } from './values.js'

const binary: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0 ? NaN : Math.trunc(a / b)),
  '%': (a, b) => (b === 0 ? NaN : a % b),
  '**': (a, b) => a ** b,
  '<<': (a, b) => a * 2 ** b,
  '>>': (a, b) => Math.floor(a / 2 ** b),
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<': (a, b) => Number(a < b),
  '>': (a, b) => Number(a > b),
  '<=': (a, b) => Number(a <= b),
  '>=': (a, b) => Number(a >= b),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '&&': (a, b) => Number(a !== 0 && b !== 0),
  '||': (a, b) => Number(a !== 0 || b !== 0),
  ',': (_, b) => b,
}

/** @param text what stands in a word of it, expanded: `$i`, `${#x[@]}`; null where that is not known */
export function evaluate(
  node: ArithmeticExpression | undefined,
  scope: Scope,
  text: (word: string, node: ArithmeticExpression) => string | null,
): number | null {
  if (!node) return 1
  const value = (each: ArithmeticExpression): number | null => evaluate(each, scope, text)
  switch (node.type) {
    case 'ArithmeticGroup':
      return value(node.expression)
    case 'ArithmeticWord': {
      const word = text(node.value, node)
      return word === null ? null : numberOf(word, scope)
    }
    case 'ArithmeticTernary': {
      const test = value(node.test)
      return test === null ? null : value(test === 0 ? node.alternate : node.consequent)
    }
    case 'ArithmeticUnary':
      return unary(node, scope, value)
    case 'ArithmeticBinary': {
      const { operator, left, right } = node
      const assigns = /^(?:[-+*/%&|^]|<<|>>)?=$/.test(operator)
      const b = value(right)
      if (assigns) {
        if (left.type !== 'ArithmeticWord' || !isName(left.value)) return null
        const plain = operator === '='
        const result = plain ? b : combine(operator.slice(0, -1), value(left), b)
        scope.variables.set(left.value, result === null ? null : String(result))
        return result
      }
      return combine(operator, value(left), b)
    }
    case 'ArithmeticCommandExpansion':
      return null
  }
}

const isName = (text: string): boolean => /^[A-Za-z_]\w*$/.test(text)

function combine(operator: string, a: number | null, b: number | null): number | null {
  const work = Object.hasOwn(binary, operator) ? binary[operator] : undefined
  const result = a === null || b === null || !work ? NaN : work(a, b)
  return Number.isSafeInteger(result) ? result : null
}

function unary(
  { operator, operand, prefix }: Extract<ArithmeticExpression, { type: 'ArithmeticUnary' }>,
  scope: Scope,
  value: (node: ArithmeticExpression) => number | null,
): number | null {
  const before = value(operand)
  if (before === null) return null
  switch (operator) {
    case '+':
      return before
    case '-':
      return -before
    case '!':
      return Number(before === 0)
    case '~':
      return ~before
    case '++':
    case '--': {
      if (operand.type !== 'ArithmeticWord' || !isName(operand.value)) return null
      const after = before + (operator === '++' ? 1 : -1)
      scope.variables.set(operand.value, String(after))
      return prefix ? after : before
    }
    default:
      return null
  }
}

/** A number, or the number that a variable of this name holds; unset ones count as 0. */
function numberOf(word: string, { variables }: Scope): number | null {
  const text = word.trim()
  if (text === '') return 0
  if (/^-?(?:0[xX][\da-fA-F]{1,8}|\d{1,15})$/.test(text))
    return /^-?0[0-7]+$/.test(text) ? parseInt(text, 8) : Number(text)
  if (/^\d+#/.test(text) || !isName(text)) return null
  const value = variables.get(text)
  if (value === undefined) return 0
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value.trim()) ? Number(value) : null
}
