/** Scripts of different kinds: the static reader makes of each what it makes when it runs, or names what it left out. */
import { parse } from 'yaml'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importScript } from '../../../electron/core/exchange/from-script.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { labFileSchema } from '../../../electron/core/lab/schema.js'
import { differences } from '../../core/exchange/same-network.js'
import { kinds, needsNetTools } from '../../fixtures/exchange/kinds.js'
import { skipWithout } from '../support/skip.js'
import { World } from '../support/world.js'

let world: World
beforeAll(async () => {
  world = await World.ofUser()
})
afterAll(() => world.dispose())

/** A lab has no words for these, or the reader cannot know them: named they are, and the rest is read. */
const named = new Map([['a trap that tears it all down when the script ends', /at its end/]])

test.for(kinds.map(({ name, script }) => [name, script] as const))('%s', async ([name, script], context) => {
  if (needsNetTools(script)) skipWithout(context, 'ifconfig')
  const file = world.file('kind.sh', script)
  const ran = await world.runCli(['import', file, '--from', 'script', '--run'], { input: '', limitMs: 120_000 })
  const { labFile, notices } = importScript(script, file)
  const said = notices.map(({ message }) => message)
  const expected = named.get(name)
  if (expected) expect(said.join('\n')).toMatch(expected)
  else expect(said).toEqual([])
  expect(ran.status).toBe(0)
  const built = labFileSchema.parse(parse(ran.stdout))
  if (expected)
    expect(Object.keys(labFile?.namespaces ?? {})).toEqual(
      expect.arrayContaining(Object.keys(built.namespaces ?? {}).filter((each) => each !== 'host')),
    )
  else expect(differences(normalise(built), normalise({ ...labFile, vethlab: 1, name: 'kind' }))).toEqual([])
})
