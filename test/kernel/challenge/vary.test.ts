/** Variants as the command prints them, and faults as the kernel shows them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { healthyOf, injectionsOf } from '../../../electron/core/challenge/catalogue.js'
import { changeSource } from '../../../electron/core/change/change.js'
import { parseSource } from '../../../electron/core/lab/parse.js'
import { openSource } from '../../../electron/core/lab/source.js'
import { root } from '../support/build.js'
import { World } from '../support/world.js'
import { Rig } from '../trace/rig.js'

const lab = (name: string): string => join(root, `resources/labs/${name}.vethlab.yaml`)

describe('vary', () => {
  let world: World
  beforeAll(async () => (world = await World.ofUser()))
  afterAll(async () => {
    await world.untilNothingIsLeft()
    world.dispose()
  })

  test('prints a variant that fails its checks, says what was proved, and prints it again', async () => {
    const words = ['vary', lab('06-router'), '--seed', '1']
    const [one, again] = [await world.runCli(words, {}), await world.runCli(words, {})]
    expect(one.status, one.stderr).toBe(0)
    expect(again.stdout).toBe(one.stdout)
    expect(one.stderr).toMatch(
      /^\S+ in \S+, which the diagnosis calls \S+\nProved in a sandbox: \d of 4 checks fail, and all hold after the repair\.\n$/,
    )
    const checked = await world.runCli(['check', '-', '--json'], { input: one.stdout })
    expect([checked.status, JSON.parse(checked.stdout).lab]).toEqual([1, 'router-1'])
  })

  test('without faults all checks hold; with two, each is needed', async () => {
    const sound = await world.runCli(['vary', lab('04-bridge'), '--seed', '5', '--faults', '0'], {})
    expect([sound.status, sound.stderr]).toEqual([0, 'Proved in a sandbox: all 3 checks hold.\n'])
    const two = await world.runCli(['vary', lab('08-nat'), '--seed', '7', '--faults', '2', '--json'], {})
    expect(two.status, two.stdout).toBe(0)
    const { faults, failed, text } = JSON.parse(two.stdout)
    expect(faults).toHaveLength(2)
    expect(failed.length).toBeGreaterThan(0)
    expect(text).toContain('vary: { of: nat-to-the-internet, seed: 7, faults: 2')
  })

  test('a lab to repair, and a seed that is none, are refused', async () => {
    const broken = await world.runCli(['vary', lab('06-router.broken'), '--seed', '1'], {})
    expect([broken.status, broken.stderr]).toEqual([2, expect.stringContaining('is broken itself')])
    expect((await world.runCli(['vary', lab('06-router'), '--seed', 'x'], {})).status).toBe(2)
    expect((await world.runCli(['vary', lab('06-router')], {})).status).toBe(2)
  })
})

/** Those that the kernel answers at once: the others take the patience of a probe each. */
const quick: readonly (readonly [lab: string, fault: string])[] = [
  ['06-router', 'unreachable-route'],
  ['06-router', 'refusing-rule'],
  ['06-router', 'input-reject'],
  ['04-bridge', 'not-in-the-bridge'],
  ['09-publish-port', 'published-to-wrong-port'],
  ['09-publish-port', 'service-missing'],
]

describe('a fault of the catalogue', () => {
  let rig: Rig
  beforeAll(async () => (rig = await Rig.open()))
  afterAll(() => rig.close())

  test.each(quick)('in %s, %s is called by its code', async (name, fault) => {
    const source = openSource(readFileSync(lab(name), 'utf8'))
    const parsed = source && parseSource(source, '')
    if (!source || !parsed?.lab || !parsed.labFile) throw new Error(`${name} is no lab`)
    const injection = injectionsOf(healthyOf(parsed.labFile, parsed.lab)).find((each) => each.fault === fault)
    const changes = [{ op: 'lab-set' as const, keys: { broken: true } }, ...(injection?.changes ?? [])]
    const broken = changeSource(source, changes, 'meaning')
    if (!injection || !broken.ok) throw new Error(`${fault} has no place in ${name}`)
    const { labFile } = parseSource(broken.source, '')
    if (!labFile) throw new Error(`${name} with ${fault} is no lab`)
    const checks = await rig.check(labFile)
    const codes = checks.filter(({ ok }) => !ok).map(({ diagnosis }) => diagnosis?.code)
    expect(codes).toContain(injection.code)
  })
})
