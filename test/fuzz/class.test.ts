/**
 * A class: variants by seed, each proved in a kernel as it is before it is shown, and 300 submissions graded.
 * `npm run fuzz:class -- --seed N --labs N --lanes N`: `labs` is how many variants are proved.
 */
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rename, variants } from '../../electron/core/challenge/vary.js'
import { parseLabText } from '../../electron/core/lab/parse.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import { provenVariant } from '../../electron/session/proven-variant.js'
import type { Ask } from '../../electron/session/prove.js'
import { resultText } from '../../electron/session/submissions.js'
import { holdsFor, labs as five } from '../core/challenge/any-seed.js'
import { root } from '../kernel/support/build.js'
import { World } from '../kernel/support/world.js'
import { inTurn, labMs, labs, openRigs, seed } from './rigs.js'

const rigs = openRigs()

test('a thousand seeds over five labs', { timeout: 600_000 }, () => {
  for (let n = 0; n < 1000; n++) holdsFor(five[n % five.length] as LabFile, n)
})

test(`${labs} variants are broken, named and mended in the kernel`, { timeout: labs * labMs }, async () => {
  const problems: string[] = []
  const firstChoice = { proved: 0 }
  await inTurn(rigs, labs, async (rig, n) => {
    const file = five[n % five.length] as LabFile
    const faults = 1 + (Math.floor(n / five.length) % 3)
    const made = rename(file, seed + n)
    const ask: Ask = (name, params) => rig.session.request(name, params)
    const proven = made.ok ? await provenVariant(ask, file.name, made.renamed, faults) : made
    if (!proven.ok) problems.push(`${file.name}, seed ${seed + n}, ${faults} faults: ${JSON.stringify(proven)}`)
    else if (proven.variant.key.choice === 0) firstChoice.proved++
  })
  console.log(`${labs - problems.length} of ${labs} variants proved, ${firstChoice.proved} by their first choice`)
  expect(problems).toEqual([])
})

/** A class is graded while a teacher waits (milliseconds): 300 submissions, on two cores. */
const classMs = 60_000

test('300 submissions are graded in a minute, copies found, and what is meant ill refused', async () => {
  const world = await World.ofUser()
  const text = readFileSync(join(root, 'resources/labs/06-router.vethlab.yaml'), 'utf8')
  const lab = parseLabText(text, '').labFile as LabFile
  world.file('router.vethlab.yaml', text)
  world.file('teacher.yaml', 'lab: router.vethlab.yaml\nchecks:\n  - { from: ns1, ping: ns-router, weight: 2 }\n')
  const none = { answers: {}, help: { hints: 0, fixes: 0 } }
  const handIn = (
    student: string,
    own: number,
    network: string,
    commands: readonly string[],
    claimed = own,
  ): string => {
    const result = { 'vethlab-result': 1 as const, student, seed: own, lab: network, commands: [...commands], ...none }
    const signed = resultText(result) ?? ''
    return world.file(
      `${student}.vethlab-result`,
      claimed === own ? signed : signed.replace(`"seed": ${own}`, `"seed": ${claimed}`),
    )
  }
  const mended = (own: number): string => {
    const made = rename(lab, own)
    const [sound] = made.ok ? variants(lab.name, made.renamed, 0) : []
    return sound?.text ?? ''
  }
  const unmended = (own: number): string => mended(own).replace('forwarding: true', 'forwarding: false')
  const paths: string[] = []
  // Good ones, each of a seed of its own; every fifth has not repaired it.
  for (let n = 0; n < 270; n++)
    paths.push(handIn(`s${n}`, n, n % 5 === 0 ? unmended(n) : mended(n), [`ip route show table ${n}`]))
  // Ten copied the network of another seed, ten took its file and wrote their own seed in it.
  for (let n = 0; n < 10; n++) paths.push(handIn(`copy${n}`, 1000 + n, mended(n), []))
  for (let n = 0; n < 10; n++) paths.push(handIn(`forged${n}`, n + 20, mended(n + 20), [], 2000 + n))
  // And ten are meant ill.
  const ill = (name: string, content: string | Buffer): number =>
    paths.push(world.file(`${name}.vethlab-result`, content))
  const link = join(world.directory, 'link.vethlab-result')
  const folder = join(world.directory, 'folder')
  symlinkSync('/etc/shadow', link)
  mkdirSync(folder)
  symlinkSync('/etc/shadow', join(folder, 'result.vethlab-result'))
  paths.push(link, folder, '/dev/zero', '/proc/self/environ')
  ill('huge', 'x'.repeat(3_000_000))
  ill('deep', '['.repeat(900_000))
  ill('binary', Buffer.alloc(1000, 0xff))
  ill('path', JSON.stringify({ 'vethlab-result': 1, student: '../../etc/passwd', seed: 1, lab: 'x', more: 1 }))
  ill(
    'alias',
    JSON.stringify({ 'vethlab-result': 1, student: 'a', seed: 1, lab: `a: &a [x]\n${'b: [*a, *a]\n'.repeat(9000)}` }),
  )
  ill(
    'wide',
    JSON.stringify({
      'vethlab-result': 1,
      student: 'w',
      seed: 1,
      lab: mended(1).replace('checks:', `notes: [${'{ text: x, x: 1, y: 1 }, '.repeat(900)}]\nchecks:`),
    }),
  )
  expect(paths).toHaveLength(300)

  const began = Date.now()
  const graded = await world.runCli(['grade', ...paths, '--json'], { limitMs: 10 * classMs })
  const tookMs = Date.now() - began
  expect(graded.status, graded.stderr).toBe(1)
  interface Row {
    readonly student: string
    readonly score: number | null
    readonly refused: string | null
  }
  const rows = JSON.parse(graded.stdout).rows as Row[]
  const of = (name: RegExp): readonly Row[] => rows.filter(({ student }) => name.test(student))
  const good = rows.slice(0, 270)
  console.log(
    `300 submissions in ${(tookMs / 1000).toFixed(1)} s; refused: ${rows.filter(({ refused }) => refused).length}`,
  )
  for (const { student, refused } of rows.slice(270)) console.log(`  ${student}: ${refused}`)
  expect(good.filter(({ refused }) => refused !== null)).toEqual([])
  expect(good.filter(({ score }, n) => (n % 5 === 0 ? (score ?? 100) >= 100 : score !== 100))).toEqual([])
  expect(of(/^copy/).map(({ refused }) => refused)).toEqual(
    Array.from({ length: 10 }, (_, n) => `it is copied: the lab is that of seed ${n}`),
  )
  expect(new Set(of(/^forged/).map(({ refused }) => refused))).toEqual(
    new Set(['it was changed after it was signed, or signed for another seed']),
  )
  expect(rows.slice(290).filter(({ refused }) => refused === null)).toEqual([])
  expect(graded.stdout).not.toContain('root:')
  expect(tookMs).toBeLessThan(classMs)
  await world.untilNothingIsLeft()
  world.dispose()
})
