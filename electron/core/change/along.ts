/**
 * What goes along when something is taken out of a lab: entries that the file's own rules no longer allow without it, as
 * a route whose gateway is on no subnet any more. The kernel does the same with most of them.
 */
import type { Finding } from '../lab/finding.js'
import type { LabPath } from '../lab/problem.js'
import type { LabFile } from '../lab/schema.js'
import { meaningFindings } from '../lab/validate.js'
import type { Draft } from './draft.js'

/** Each round takes out what only the one before has made wrong; chains are short. */
const maxRounds = 20

/**
 * Errors of the one file that the other does not have. Places in lists shift, so they tell nothing.
 * @param renamed what things were called in the one, and are called in the other
 */
export function newErrors<F extends Pick<Finding, 'severity' | 'code' | 'path' | 'message'>>(
  before: readonly F[],
  after: readonly F[],
  renamed: ReadonlyMap<string | number, string> = new Map(),
): readonly F[] {
  const kind = (code: string, path: LabPath): string =>
    JSON.stringify([code, path.map((part) => (typeof part === 'number' ? 0 : part))])
  const had = new Map<string, number>()
  const messages = new Set<string>()
  for (const { severity, code, path, message } of before) {
    if (severity !== 'error') continue
    const key = kind(
      code,
      path.map((part) => renamed.get(part) ?? part),
    )
    had.set(key, (had.get(key) ?? 0) + 1)
    messages.add(message)
  }
  const has = new Map<string, number>()
  const errors = after.filter(({ severity }) => severity === 'error')
  for (const { code, path } of errors) has.set(kind(code, path), (has.get(kind(code, path)) ?? 0) + 1)
  return errors.filter(({ code, path, message }) => {
    const key = kind(code, path)
    return (has.get(key) ?? 0) > (had.get(key) ?? 0) && !(had.has(key) && messages.has(message))
  })
}

export function takeAlong(draft: Draft, before: LabFile): void {
  const had = meaningFindings(before)
  for (let round = 0; round < maxRounds; round += 1) {
    const goes = newErrors(had, meaningFindings(draft.labFile)).flatMap(({ path }) => entryOf(path) ?? [])
    if (goes.length === 0) return
    draft.removeAll(goes.map(({ entry }) => entry))
  }
}

/** The entry that an error is in, where the lab can do without it. */
function entryOf(path: LabPath): { readonly entry: LabPath } | null {
  const [first, , third, , fifth] = path
  const upTo = (length: number): { readonly entry: LabPath } | null =>
    path.length >= length ? { entry: path.slice(0, length) } : null
  if (first === 'namespaces') {
    if (third === 'bridges' && ['ports', 'hairpin', 'isolated', 'learning', 'port-vlans'].includes(String(fifth)))
      return upTo(6)
    if ((third === 'vrfs' || third === 'bonds') && fifth === 'members') return upTo(6)
    if (third === 'bonds' && fifth === 'primary') return upTo(5)
    if (third === 'vlans' || third === 'macvlans' || third === 'ipvlans') return upTo(4)
    return ['routes', 'rules', 'nat', 'firewall', 'services', 'sysctls'].includes(String(third)) ? upTo(4) : null
  }
  if (first === 'tunnels' && third === 'peers') return upTo(4)
  if (first === 'checks' || first === 'goal' || first === 'tunnels') return upTo(2)
  if (first !== 'guide') return null
  return third === 'trace' ? upTo(3) : third === 'done' ? upTo(6) : null
}
