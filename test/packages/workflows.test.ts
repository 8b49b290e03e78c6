/** The workflows of CI and releases: valid, with few rights, and what they run is there. */
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { root } from '../kernel/support/build.js'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}
interface Workflow {
  readonly name: string
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly needs?: string
        readonly permissions?: Readonly<Record<string, string>>
        readonly 'timeout-minutes'?: number
        readonly steps: readonly Step[]
        readonly strategy?: { readonly matrix: Readonly<Record<string, readonly unknown[]>> }
      }
    >
  >
}

const directory = join(root, '.github/workflows')
const workflows = readdirSync(directory)
const read = (name: string): Workflow => parse(readFileSync(join(directory, name), 'utf8')) as Workflow
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }

describe.each(workflows)('%s', (name) => {
  const workflow = read(name)
  const jobs = Object.entries(workflow.jobs)
  const steps = jobs.flatMap(([, job]) => job.steps)

  test('may read the sources; a job that writes is one that gives a release', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' })
    for (const [id, { permissions }] of jobs)
      expect([id, permissions]).toEqual([id, id === 'release' ? { contents: 'write' } : undefined])
    for (const step of steps.filter(({ uses }) => uses?.startsWith('actions/checkout')))
      expect(step.with).toEqual({ 'persist-credentials': false })
  })

  test('ends, and uses actions of a known version', () => {
    for (const [, job] of jobs) expect(job['timeout-minutes']).toBeLessThanOrEqual(60)
    for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^actions\/[a-z-]+@v\d+$/)
  })

  test('runs what is there', () => {
    const commands = steps.flatMap(({ run }) => run ?? [])
    for (const command of commands) {
      const script = /\bnpm run (?:-s )?([\w:-]+)/.exec(command)?.[1]
      if (script !== undefined) expect(Object.keys(scripts)).toContain(script)
      const bin = /\bnpx ([\w-]+)/.exec(command)?.[1]
      if (bin !== undefined) expect(existsSync(join(root, 'node_modules/.bin', bin))).toBe(true)
      const file = /(?:^|\s)(\.ci\/\S+)/.exec(command)?.[1]
      if (file !== undefined) accessSync(join(root, file), constants.X_OK)
      // What anybody can write into a branch or a tag must not become a command.
      expect(command).not.toMatch(/\$\{\{\s*github\.(?!token)/)
    }
    expect(commands.some((command) => command.includes('.ci/run'))).toBe(true)
  })
})

test('CI runs on the oldest and on the recommended Node', () => {
  expect(read('ci.yml').jobs['test']?.strategy?.matrix['node']).toEqual([20, 24])
})

test('a release is drafted from a tag, after the tests, with packages of both architectures', () => {
  const { on, jobs } = read('release.yml')
  expect(on).toEqual({ push: { tags: ['v*'] } })
  expect([jobs['package']?.needs, jobs['release']?.needs]).toEqual(['check', 'package'])
  expect(jobs['package']?.strategy?.matrix['include']).toMatchObject([{ arch: 'x64' }, { arch: 'arm64' }])
  const draft = jobs['release']?.steps.map(({ run }) => run ?? '').join('\n')
  expect(draft).toContain('sha256sum -- * > SHA256SUMS')
  expect(draft).toContain('--draft --verify-tag')
})
