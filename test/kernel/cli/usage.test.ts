import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cliFile } from '../support/build.js'
import { World } from '../support/world.js'
import { pair } from './labs.js'

let world: World
beforeAll(async () => {
  world = await World.ofUser()
})
afterAll(() => world.dispose())

describe('wrong usage is one sentence and exit code 2', () => {
  test.each([
    [
      'an unknown command with its nearest',
      ['chek', 'x.yaml'],
      "vethlab: unknown command 'chek'. Did you mean check?\n",
    ],
    [
      'a command that is none',
      ['frobnicate'],
      "vethlab: unknown command 'frobnicate'. See: npm run -s cli -- --help\n",
    ],
    ['a missing argument', ['check'], "vethlab: missing required argument 'file'. See: npm run -s cli -- --help\n"],
    [
      'one argument too many',
      ['plan', 'a', 'b'],
      "vethlab: too many arguments for 'plan'. Expected 1 argument but got 2. See: npm run -s cli -- --help\n",
    ],
    [
      'an unknown option with its nearest',
      ['plan', '--scirpt', 'a'],
      "vethlab: unknown option '--scirpt'. Did you mean --script?\n",
    ],
    [
      'a value that is none of the choices',
      ['state', 'a', '--as', 'b'],
      "vethlab: option '--as <form>' argument 'b' is invalid. Allowed choices are lab. See: npm run -s cli -- --help\n",
    ],
  ])('%s', async (_, words, sentence) => {
    const ran = await world.cli(...words)
    expect(ran.status).toBe(2)
    expect(ran.stdout).toBe('')
    expect(ran.stderr).toBe(sentence)
  })

  test('no result takes the place of the lab that is read, and nothing is built for it', async () => {
    const file = world.file('own.yaml', pair())
    const before = readFileSync(file, 'utf8')
    const probe = ['--from', 'ns0', '--to', 'ns1']
    const commands = [
      ['film', file, ...probe, '-o', file],
      ['trace', file, ...probe, '--pcapng', file],
      ['check', file, '--junit', file],
      ['grade', file, '--teacher', world.file('teacher.yaml', 'lab: own.yaml\n'), '--csv', file],
    ]
    const ran = await Promise.all(commands.map((words) => world.cli(...words)))
    for (const { status, stderr } of ran) {
      expect(status).toBe(2)
      expect(stderr).toContain(`${file} is the file that is read (`)
    }
    const piped = await world.run([
      'sh',
      '-c',
      `'${process.execPath}' '${cliFile}' check - --junit '${file}' <'${file}'`,
    ])
    expect(piped.stderr).toContain('is the file that is read (standard input)')
    expect(readFileSync(file, 'utf8')).toBe(before)
  })

  test('a sender, a target or a filter that can be none', async () => {
    const file = world.file('own.yaml', pair())
    const commands = [
      ['trace', file, '--from', 'ns0:veth0', '--to', 'ns1'],
      ['film', file, '--from', 'ns0', '--to', '', '-o', 'x.html'],
      ['explain', '--from', '', '--to', 'host'],
      ['explain', '--watch', ''],
      ['twin', '--only', ''],
    ]
    const ran = await Promise.all(commands.map((words) => world.cli(...words)))
    for (const { status, stderr } of ran) {
      expect(status).toBe(2)
      expect(stderr).toMatch(/^vethlab: [^\n]+\n$/)
      expect(stderr).not.toContain('bug')
    }
  })

  test('no command at all: the help, on stderr', async () => {
    const ran = await world.cli()
    expect(ran.status).toBe(2)
    expect(ran.stdout).toBe('')
    expect(ran.stderr).toContain('Usage: vethlab')
  })

  test('with --json the sentence is in a document', async () => {
    const ran = await world.cli('check', '--json')
    expect(ran.status).toBe(2)
    expect(ran.stderr).toBe('')
    expect(JSON.parse(ran.stdout)).toEqual({
      ok: false,
      error: {
        code: 'usage',
        message: "missing required argument 'file'. See: npm run -s cli -- --help",
        where: null,
        output: null,
      },
    })
  })

  test('up refuses --json without -d', async () => {
    const ran = await world.cli('up', 'x.yaml', '--json')
    expect(ran.status).toBe(2)
    expect(JSON.parse(ran.stdout)).toMatchObject({ ok: false, error: { code: 'usage' } })
  })
})

test('help goes to stdout and names every command', async () => {
  const ran = await world.cli('--help')
  expect(ran.status).toBe(0)
  expect(ran.stderr).toBe('')
  const commands = ['validate', 'plan', 'check', 'state', 'up', 'ps', 'exec', 'down', 'export', 'import', 'doctor']
  const helped = await Promise.all(commands.map((command) => world.cli(command, '--help')))
  for (const [at, command] of commands.entries()) {
    expect(ran.stdout).toMatch(new RegExp(`^  ${command} `, 'm'))
    expect(helped[at]).toMatchObject({ status: 0, stderr: '' })
    expect(helped[at]?.stdout).toContain(`Usage: vethlab ${command}`)
  }
})

test('the version is the package version', async () => {
  const ran = await world.cli('--version')
  expect(ran.status).toBe(0)
  expect(ran.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})
