import { error } from '../finding.js'
import type { Finding } from '../finding.js'
import { limits } from '../schema.js'
import type { LabFile } from '../schema.js'
import { said } from '../../words/said.js'

/** The sizes that the schema cannot count. Never softened: what is too big is too big on purpose as well. */
export function* limitRules(file: LabFile): Iterable<Finding> {
  const count = Object.keys(file.namespaces ?? {}).length
  if (count > limits.namespaces) {
    const message = said`The lab has ${count} namespaces; at most ${limits.namespaces} are possible.`
    yield { ...error('too-many', ['namespaces'], message), always: true }
  }
}
