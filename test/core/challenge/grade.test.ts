import { describe, expect, test } from 'vitest'
import { Assessor, copiesAmong, scoreOf } from '../../../electron/core/challenge/assess.js'
import type { Submission } from '../../../electron/core/challenge/submission.js'
import { readTeacher, type Teacher } from '../../../electron/core/challenge/teacher.js'
import { rename, variants } from '../../../electron/core/challenge/vary.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { gradeCsv, gradeTable, type Row } from '../../../electron/cli/grade-report.js'
import { chainLab } from './labs.js'

const lab = parseLabText(chainLab, '').labFile as LabFile
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const read = readTeacher(
  bytes('lab: chain.yaml\nchecks:\n  - { from: b, ping: a, weight: 3 }\nhelp: { hints: 1, cost: 20 }\n'),
  't',
)
const teacher = (read.ok ? read.teacher : null) as Teacher

function handedIn(seed: number, more: Partial<Submission> = {}): Submission {
  const made = rename(lab, seed)
  const [variant] = made.ok ? variants('chain', made.renamed, 0) : []
  return {
    path: `s/${seed}`,
    student: `s${seed}`,
    seed: null,
    lab: variant?.text ?? '',
    commands: [],
    answers: {},
    seconds: null,
    help: { hints: 0, fixes: 0 },
    genuine: true,
    ...more,
  }
}
const why = (submission: Submission, ...others: readonly Submission[]): string | null => {
  const [first] = new Assessor(lab, teacher).assessAll([submission, ...others])
  return first?.ok === false ? first.why : null
}

describe('a submission', () => {
  test('is asked the hidden checks in its own names, and nothing of its own', () => {
    const [task] = new Assessor(lab, teacher).assessAll([handedIn(4)])
    if (!task?.ok) throw new Error('it was refused')
    const names = Object.keys(task.build.namespaces ?? {})
    expect(task.weights).toEqual([1, 3])
    expect(task.build.checks).toHaveLength(2)
    expect(task.build.checks?.map(({ from }) => names.includes(from))).toEqual([true, true])
    expect(task.build.uplink).toBe('off')
  })

  test('of another seed, another lab, or changed after it was signed, is refused', () => {
    const one = handedIn(1)
    expect(why(one)).toBeNull()
    expect(why({ ...one, seed: 2 })).toBe('it is copied: the lab is that of seed 1')
    const [, two] = [one, { ...one, lab: one.lab.replace(/^vary:.*$/m, ''), seed: 2 }]
    expect(why(two, one)).toBe('it is copied: its names are those of seed 1')
    expect(why({ ...one, genuine: false })).toContain('changed after it was signed')
    expect(why({ ...one, lab: one.lab.replace('of: chain', 'of: ring') })).toBe('it is a variant of ring')
    expect(why({ ...one, lab: one.lab.replace(/^vary:.*$/m, '') })).toBe('it does not say of which seed it is')
    expect(why({ ...one, lab: '[[[[' })).toContain('its lab is no lab file')
    expect(why({ ...one, lab: `vethlab: 1\nname: x\nx: &a [*a]\n` })).toContain('its lab is no lab file')
    const rules = '{ chain: input, protocol: tcp, port: 1, action: accept }, '.repeat(2000)
    expect(
      why({ ...one, lab: one.lab.replace('forwarding: true', `forwarding: true\n    firewall: [${rules}]`) }),
    ).toBe('its network is many times as large as that of its seed')
  })

  test('is found where another is the same, by its text or its commands', () => {
    const commands = ['ip a', 'ip r', 'ip route add x', 'ping a', 'ping b']
    const all = [
      handedIn(1),
      handedIn(1, { student: 'twin' }),
      handedIn(2, { commands }),
      handedIn(3, { commands }),
      handedIn(5),
    ]
    const copies = copiesAmong(all)
    expect(all.map((each) => copies.get(each) ?? [])).toEqual([['twin'], ['s1'], ['s3'], ['s2'], []])
  })

  test('is given points by weight, less what help beyond the allowed costs', () => {
    expect(scoreOf([true, true], [1, 3], { hints: 1, fixes: 0 }, teacher)).toBe(100)
    expect(scoreOf([true, false], [1, 3], { hints: 0, fixes: 0 }, teacher)).toBe(25)
    expect(scoreOf([true, true], [1, 3], { hints: 3, fixes: 0 }, teacher)).toBe(60)
    expect(scoreOf([false, false], [1, 3], { hints: 9, fixes: 0 }, teacher)).toBe(0)
    expect(scoreOf([], [], { hints: 0, fixes: 0 }, teacher)).toBe(0)
  })
})

describe('teacher.yaml', () => {
  test.each([
    ['lab: ../other.yaml\n', 't:1:6: lab: It is the name of a lab file beside this one, without a folder.'],
    ['lab: /etc/x.yaml\n', 't:1:6: lab: It is the name of a lab file beside this one, without a folder.'],
    ['lab: a.yaml\nchecks:\n  - { ping: a }\n', 't:3:5: checks.0: It is no check'],
    ['lab: a.yaml\nweigth: 1\n', 't:1:1: '],
    ['lab: [\n', 't:'],
    ['', 't:1:1: '],
  ])('%j is refused with its place', (text, message) => {
    const wrong = readTeacher(bytes(text), 't')
    expect(wrong.ok ? null : wrong.message).toContain(message)
  })
})

describe('the rows', () => {
  const row: Row = {
    student: '=HYPERLINK("x")',
    path: 'a,b',
    seed: 1,
    score: 87.5,
    passed: 1,
    total: 2,
    hints: 0,
    fixes: 0,
    seconds: 3725,
    answers: { gateway: '10.0.0.1', hops: 3 },
    failed: ['a "b"'],
    sameAs: ['bob', 'eve'],
    refused: null,
  }
  test('as CSV run nothing and keep their cells', () => {
    expect(gradeCsv([row]).split('\r\n')[1]).toBe(
      `"'=HYPERLINK(""x"")",1,87.5,1,2,0,0,"a ""b""",bob; eve,,"a,b",3725,gateway=10.0.0.1; hops=3`,
    )
  })
  test('as a table drive no terminal', () => {
    const text = gradeTable([{ ...row, student: '\u001b[2Jx' }], (_, each) => each)
    expect(text).not.toContain('\u001b')
    expect(text).toContain('1:02:05')
    expect(text).toContain('the same as bob, eve')
  })
})
