/** Patterns of the shell (`case`, `${x%%:*}`, `[[ $a == b* ]]`) as regular expressions. */

/** Null where it is one that is not followed: extended globs, character classes. */
export function patternOf(glob: string, end = '$', start = '^', shortest = false): RegExp | null {
  if (/[@?*+!]\(|\[\[?:/.test(glob)) return null
  let source = ''
  for (let i = 0; i < glob.length; i++) {
    const c = glob[i] ?? ''
    if (c === '\\') source += escaped(glob[++i] ?? '')
    else if (c === '*') source += shortest ? '[^]*?' : '[^]*'
    else if (c === '?') source += '[^]'
    else if (c === '[') {
      const close = glob.indexOf(']', i + 2)
      if (close < 0) source += '\\['
      else {
        source += `[${glob
          .slice(i + 1, close)
          .replace(/^!/, '^')
          .replace(/[\\[]/g, '\\$&')}]`
        i = close
      }
    } else source += escaped(c)
  }
  try {
    return new RegExp(start + source + end, 'u')
  } catch {
    return null
  }
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** Several stars try each other's places: a long value against many would take for ever. */
export const isCostly = (glob: string, value: string): boolean =>
  (glob.match(/\*/g)?.length ?? 0) > 3 || value.length * glob.length > 1_000_000

export function matches(value: string, glob: string): boolean | null {
  if (isCostly(glob, value)) return null
  return patternOf(glob)?.test(value) ?? null
}

/** `${value#glob}` and its like. */
export function removed(value: string, operator: string, glob: string): string | null {
  if (isCostly(glob, value)) return null
  const shortest = operator.length === 1
  if (operator.startsWith('#')) {
    const found = patternOf(glob, '', '^', shortest)
    return found && value.replace(found, '')
  }
  const whole = patternOf(glob)
  if (!whole) return null
  // From the right: the shortest end that matches is the one that begins last.
  const starts = Array.from({ length: value.length + 1 }, (_, i) => (shortest ? value.length - i : i))
  const start = starts.find((at) => whole.test(value.slice(at)))
  return start === undefined ? value : value.slice(0, start)
}

/** `${value/glob/by}`. */
export function replaced(value: string, operator: string, glob: string, by: string): string | null {
  if (isCostly(glob, value) || glob === '') return glob === '' ? value : null
  const [start, end] = [operator === '/#' ? '^' : '', operator === '/%' ? '$' : '']
  const found = patternOf(glob, end, start)
  if (!found) return null
  return value.replace(operator === '//' ? new RegExp(found.source, 'gu') : found, () => by)
}
