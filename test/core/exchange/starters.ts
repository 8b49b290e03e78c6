import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Lab } from '../../../electron/core/lab/lab.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'

const directory = fileURLToPath(new URL('../../../resources/labs/', import.meta.url))

/**
 * A rule set that is said in the words of its own program is more than the entries which an import makes, and keys of WireGuard
 * are made at each deploy: they stand in no file.
 */
const isEntries = ([, lab]: readonly [string, Lab]): boolean =>
  [...lab.namespaces.values()].every(
    ({ texts, interfaces }) => Object.keys(texts).length === 0 && interfaces.every(({ kind }) => kind !== 'wireguard'),
  )

/** Every starter lab that entries can say, with its name, the broken ones too. */
export function starterLabs(): readonly (readonly [string, Lab])[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.vethlab.yaml'))
  const labs = names.sort().map((name): readonly [string, Lab] => {
    const { labFile } = parseLabText(readFileSync(`${directory}${name}`, 'utf8'), name)
    if (labFile === null) throw new Error(`${name} is no lab`)
    return [name, normalise(labFile)]
  })
  return labs.filter(isEntries)
}
