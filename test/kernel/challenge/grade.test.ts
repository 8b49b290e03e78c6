/** A class of submissions, good and ill, as the command grades it. */
import { symlinkSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rename, variants } from '../../../electron/core/challenge/vary.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { markOf } from '../../../electron/session/submissions.js'
import { root } from '../support/build.js'
import { World } from '../support/world.js'

let world: World
const text = readFileSync(join(root, 'resources/labs/06-router.vethlab.yaml'), 'utf8')
const lab = parseLabText(text, '').labFile as LabFile

function variant(seed: number, faults = 0): string {
  const made = rename(lab, seed)
  const [first] = made.ok ? variants('router', made.renamed, faults) : []
  return first?.text ?? ''
}

beforeAll(async () => {
  world = await World.ofUser()
  world.file('router.vethlab.yaml', text)
  world.file(
    'teacher.yaml',
    'lab: router.vethlab.yaml\nchecks:\n  - { from: ns1, ping: ns-router, weight: 2 }\nhelp: { hints: 1 }\n',
  )
})
afterAll(async () => {
  await world.untilNothingIsLeft()
  world.dispose()
})

test('grades what is sound, names copies, and refuses what is meant ill', async () => {
  const result = {
    'vethlab-result': 1 as const,
    student: 'dora',
    seed: 3,
    lab: variant(3),
    answers: { gateway: '10.0.0.1' },
    commands: [],
    started: 1_000_000,
    ended: 1_090_400,
    help: { hints: 2, fixes: 0 },
  }
  mkdirSync(join(world.directory, 'folder'))
  const submissions = [
    world.file('ada.vethlab.yaml', variant(1)),
    world.file('bob.vethlab.yaml', variant(2).replace('forwarding: true', 'forwarding: false')),
    world.file('twin.vethlab.yaml', variant(1)),
    world.file('dora.vethlab-result', JSON.stringify({ ...result, mark: markOf(result) })),
    world.file('forged.vethlab-result', JSON.stringify({ ...result, seed: 4, mark: markOf(result) })),
    world.file('thief.vethlab.yaml', variant(1).replace('seed: 1', 'seed: 9')),
    world.file('huge.vethlab-result', 'x'.repeat(1_100_000)),
    world.file('deep.vethlab-result', '['.repeat(900_000)),
    world.file('binary.vethlab-result', Buffer.from([0xff, 0xfe, 0])),
    join(world.directory, 'link.vethlab-result'),
    join(world.directory, 'folder'),
    join(world.directory, 'nothing.vethlab-result'),
  ]
  symlinkSync('/etc/passwd', join(world.directory, 'link.vethlab-result'))
  symlinkSync('/etc/passwd', join(world.directory, 'folder/lab.vethlab.yaml'))
  const csv = join(world.home, 'out.csv')
  const junit = join(world.home, 'out.xml')
  const graded = await world.runCli(['grade', ...submissions, '--csv', csv, '--junit', junit, '--json'], {})
  expect(graded.status, graded.stderr).toBe(1)
  const rows = JSON.parse(graded.stdout).rows as { student: string; score: number; refused: string; sameAs: string[] }[]
  expect(rows.map(({ student, score, refused, sameAs }) => [student, refused ?? score, sameAs])).toEqual([
    ['ada', 100, ['twin']],
    ['bob', 66.7, []],
    ['twin', 100, ['ada']],
    ['dora', 90, ['dora']],
    ['dora', 'it was changed after it was signed, or signed for another seed', ['dora']],
    ['thief', 'it is copied: its names are those of seed 1', []],
    ['huge', 'it is larger than 1024 KiB', []],
    ['deep', 'it is no JSON', []],
    ['binary', 'it is no UTF-8 text', []],
    ['link', 'it is a link', []],
    ['folder', 'it is a link', []],
    ['nothing', 'it cannot be read (ENOENT)', []],
  ])
  expect(rows[3]).toMatchObject({ seconds: 90, answers: { gateway: '10.0.0.1' } })
  expect(readFileSync(csv, 'utf8').split('\r\n')).toHaveLength(submissions.length + 2)
  expect(readFileSync(junit, 'utf8')).toContain(`tests="${submissions.length}"`)
  expect(graded.stdout + readFileSync(csv, 'utf8')).not.toContain('root:')
})

test('without a teacher, or with a wrong one, says so', async () => {
  const one = world.file('one.vethlab.yaml', variant(1))
  const wrong = world.file('wrong.yaml', 'lab: ../x.yaml\n')
  const ran = await world.runCli(['grade', one, '--teacher', wrong], {})
  expect([ran.status, ran.stderr]).toEqual([
    2,
    expect.stringContaining('wrong.yaml:1:6: lab: It is the name of a lab file beside'),
  ])
})
