/** Predictions in every starter lab that this kernel can build, for the probe of each of its checks. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { normalise } from '../../electron/core/lab/normalise.js'
import { parseLabText } from '../../electron/core/lab/parse.js'
import { foretell } from '../kernel/trace/foretold.js'
import { Rig } from '../kernel/trace/rig.js'

const directory = fileURLToPath(new URL('../../resources/labs/', import.meta.url))
/** As a trace waits where nobody says how long (milliseconds). */
const timeoutMs = 2000

let rig: Rig
beforeAll(async () => {
  rig = await Rig.open()
}, 120_000)
afterAll(async () => {
  await rig.close()
})

test('predictions in the starter labs', { timeout: 600_000 }, async () => {
  const told: string[] = []
  const different: string[] = []
  let equal = 0
  for (const name of readdirSync(directory).filter((each) => each.endsWith('.vethlab.yaml'))) {
    const { labFile } = parseLabText(readFileSync(`${directory}${name}`, 'utf8'), name)
    if (labFile === null) throw new Error(`${name} is no lab`)
    const refused = await rig.build(labFile).catch((error: unknown) => String(error))
    if (refused !== undefined) {
      told.push(`${name}: not built: ${refused}`)
      continue
    }
    for (const check of normalise(labFile).checks) {
      if (check.kind === 'dns') continue
      const more =
        check.kind === 'ping' ? { size: check.size, df: check.df } : { protocol: check.kind, port: check.port }
      const { verdict, why } = await foretell(rig, check.from, check.target, { ...more, timeoutMs })
      if (verdict === 'equal') equal++
      else (verdict === 'different' ? different : told).push(`${name}, ${check.name}: ${why}`)
    }
  }
  console.log(
    [
      `${equal} equal, ${told.length} cannot say or not built, ${different.length} different`,
      ...told,
      ...different,
    ].join('\n'),
  )
  expect(different).toEqual([])
})
