import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Lab } from '../../../electron/core/lab/lab.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'

const directory = fileURLToPath(new URL('../../../resources/labs/', import.meta.url))

/** Every starter lab with its name, the broken ones too. */
export function starterLabs(): readonly (readonly [string, Lab])[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.vethlab.yaml'))
  return names.sort().map((name) => {
    const { labFile } = parseLabText(readFileSync(`${directory}${name}`, 'utf8'), name)
    if (labFile === null) throw new Error(`${name} is no lab`)
    return [name, normalise(labFile)]
  })
}
