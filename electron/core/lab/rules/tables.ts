import { error } from '../finding.js'
import type { Finding } from '../finding.js'
import type { LabPath } from '../problem.js'
import { tableWord, type TableEntry } from '../table.js'
import { said } from '../../words/said.js'

/** Three tables have names in every file of this kind and in what `ip` prints: one name for one thing. */
export function* tableName(table: TableEntry | undefined, path: LabPath): Iterable<Finding> {
  const word = typeof table === 'number' ? tableWord(table) : null
  if (word === null) return
  yield error(
    'table-has-name',
    path,
    said`Routing table ${String(table)} is called ${word}.`,
    said`Write \`table: ${word}\`, or use another number.`,
  )
}
