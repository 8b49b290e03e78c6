/** What a namespace of the machine is called where a lab's name is needed: in a trace, in a twin. */
import { hostNamespace } from '../lab/lab.js'
import { namespaceNamePattern } from '../lab/schema.js'
import type { MachineName } from './view.js'

/** Characters of a lab's namespace name. */
const longest = 32

const fitting = (name: string): string =>
  name
    .replace(/[^a-zA-Z0-9_.-]+/g, '-')
    .replace(/^[^a-zA-Z0-9]+/, '')
    .slice(0, longest)

/** The first of its names that fits, made fit, and told from those that are taken. */
export function keyFor(names: readonly MachineName[], inode: number, taken: ReadonlySet<string>): string {
  const wanted = names.map(({ name }) => fitting(name)).find((name) => namespaceNamePattern.test(name))
  const base = wanted ?? `ns-${inode}`
  // In a lab `host` is the machine's own.
  for (let n = 1; ; n += 1) {
    const end = n === 1 ? '' : `-${n}`
    const key = `${base.slice(0, longest - end.length)}${end}`
    if (key !== hostNamespace && !taken.has(key)) return key
  }
}
