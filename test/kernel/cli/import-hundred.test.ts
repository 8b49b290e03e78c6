/** More than a hundred scripts: what the static reader makes of them is what they make when they run, and nothing is left out. */
import { parse } from 'yaml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importScript } from '../../../electron/core/exchange/from-script.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { labFileSchema, type LabFile } from '../../../electron/core/lab/schema.js'
import { differences } from '../../core/exchange/same-network.js'
import { hundred } from '../../fixtures/exchange/hundred.js'
import { needsNetTools } from '../../fixtures/exchange/kinds.js'
import { skipWithout } from '../support/skip.js'
import { World } from '../support/world.js'

let world: World
beforeAll(async () => {
  world = await World.ofUser()
})
afterAll(() => world.dispose())

/** Twenty share one, each in a shell of its own: a sandbox takes a second. Those apart that not every machine can run. */
const sandboxes = 6
const everywhere = hundred.filter(({ script }) => !needsNetTools(script))
const parts = [
  ...Array.from({ length: sandboxes }, (_, part) => everywhere.filter((_script, i) => i % sandboxes === part)),
  hundred.filter(({ script }) => needsNetTools(script)),
]

const asLab = (file: LabFile | null): ReturnType<typeof normalise> => normalise(file ?? { vethlab: 1, name: 'none' })

type Lab = ReturnType<typeof normalise>

/** Routes of several ways, which the model of the kernel has none of. */
const hops = (lab: Lab): unknown =>
  Object.fromEntries(
    [...lab.namespaces].map(([name, { routes }]) => [name, routes.filter(({ nexthops }) => nexthops.length > 0)]),
  )
const oneWay = (lab: Lab): Lab => ({
  ...lab,
  namespaces: new Map(
    [...lab.namespaces].map(([name, each]) => [
      name,
      { ...each, routes: each.routes.filter(({ nexthops }) => nexthops.length === 0) },
    ]),
  ),
})

test('there are 140, all different', () => {
  expect(new Set(hundred.map(({ script }) => script)).size).toBe(140)
  const followed = hundred.map(({ name, script }) => importScript(script, name).followed)
  const sum = (key: 'understood' | 'named' | 'harmless'): number =>
    followed.reduce((all, each) => all + (each?.[key] ?? 0), 0)
  console.info(
    `${hundred.length} scripts: ${sum('understood')} commands are in their labs, ${sum('named')} named, ${sum('harmless')} change no network`,
  )
  expect(sum('named')).toBe(0)
})

describe.each(parts.map((part, i) => [i + 1, part] as const))('part %i', { timeout: 120_000 }, (n, part) => {
  test(part.map(({ name }) => name).join('; '), async (context) => {
    const script = part.map((each) => `(\n${each.script}\n)\n`).join('\n')
    if (needsNetTools(script)) skipWithout(context, 'ifconfig')
    const file = world.file(`part-${n}.sh`, script)
    const { labFile, notices } = importScript(script, file)
    expect(notices.map(({ line, message }) => `${script.split('\n')[line - 1] ?? ''}: ${message}`)).toEqual([])
    const ran = await world.runCli(['import', file, '--from', 'script', '--run'], { input: '', limitMs: 90_000 })
    const complaints = ran.stderr.split('\n').filter((line) => /^(?:warning|error|vethlab|not in the file)/.test(line))
    expect([ran.status, complaints]).toEqual([0, []])
    const built = labFileSchema.parse(parse(ran.stdout))
    const [a, b] = [asLab(built), asLab(labFile)]
    expect(hops(a)).toEqual(hops(b))
    expect(differences(oneWay(a), oneWay(b))).toEqual([])
  })
})
