import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { World } from '../support/world.js'

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
  for (const command of [
    'validate',
    'plan',
    'check',
    'state',
    'up',
    'ps',
    'exec',
    'down',
    'export',
    'import',
    'doctor',
  ]) {
    expect(ran.stdout).toMatch(new RegExp(`^  ${command} `, 'm'))
    const help = await world.cli(command, '--help')
    expect([help.status, help.stderr]).toEqual([0, ''])
    expect(help.stdout).toContain(`Usage: vethlab ${command}`)
  }
})

test('the version is the package version', async () => {
  const ran = await world.cli('--version')
  expect(ran.status).toBe(0)
  expect(ran.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})
