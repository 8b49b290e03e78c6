/** What other systems say when they refuse a sandbox, as they say it, and what we make of it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { allowCommand } from '../../../electron/session/allow-checkout.js'
import { explainRefusal, type MachineFacts } from '../../../electron/session/refusal.js'
import { root } from '../support/build.js'

interface Recorded {
  readonly system: string
  /** Where its words are from. */
  readonly source: string
  readonly facts: MachineFacts
  readonly timedOut: boolean
  readonly stderr: string
  readonly code: string
}

const directory = join(root, 'test/fixtures/refusals')
const recorded = readdirSync(directory).map(
  (name) => [name.replace('.json', ''), JSON.parse(readFileSync(join(directory, name), 'utf8')) as Recorded] as const,
)
const explain = ({ stderr, timedOut, facts }: Recorded): ReturnType<typeof explainRefusal> =>
  explainRefusal(stderr, timedOut, facts)
const named = (name: string): string => {
  const found = recorded.find(([each]) => each === name)?.[1]
  if (found === undefined) throw new Error(`no recording ${name}`)
  return explain(found).message
}

test.each(recorded)('%s', (_, each) => {
  const failure = explain(each)
  expect(failure).toMatchObject({ code: each.code, where: 'sandbox', output: each.stderr || null })
  // A sentence with a next step, no stack and no line of somebody's source.
  expect(failure.message).toMatch(/^[A-Z].*\.$/s)
  expect(failure.message).not.toMatch(/\n|undefined|null|\bat \S+:\d+/)
})

test('each reason has words of its own', () => {
  const byCode = new Map(recorded.map(([name, each]) => [each.code, named(name)]))
  expect(new Set(byCode.values()).size).toBe(byCode.size)
  expect([...byCode.keys()].sort()).toEqual([
    'apparmor',
    'id-mapping-refused',
    'mount-refused',
    'namespaces-forbidden',
    'namespaces-used-up',
    'sandbox-failed',
    'sandbox-timeout',
    'tool-too-old',
    'user-namespaces-missing',
    'user-namespaces-off',
  ])
})

describe('the words', () => {
  test('name the setting that is at fault', () => {
    expect(named('max-user-namespaces-0')).toContain('user.max_user_namespaces is 0')
    expect(named('hardened-userns-clone')).toContain('kernel.unprivileged_userns_clone is 0')
    expect(named('ubuntu-24.04-own-map')).toContain('kernel.apparmor_restrict_unprivileged_userns is 1')
    expect(named('util-linux-2.34')).toContain('"unshare"')
    expect(named('busybox')).toContain('"setpriv"')
    expect(named('newuidmap-range')).toContain('/etc/subuid')
    expect(named('helper-died')).toContain("Cannot find module 'static.js'")
  })

  test('name the one command of a checkout where AppArmor is at fault, and the package elsewhere', () => {
    const facts = { maxUserNamespaces: '1', unprivilegedClone: '1', apparmorRestricts: '1', contained: false }
    const said = 'unshare: write failed /proc/self/uid_map: Operation not permitted'
    const command = 'sudo sh /src/vethlab/resources/linux/allow-checkout.sh /usr/bin/node'
    expect(explainRefusal(said, false, facts, command).message).toContain(`start Vethlab again: ${command} (`)
    expect(explainRefusal(said, false, facts, null).message).toContain('The deb package of Vethlab brings a profile')
    expect(allowCommand('/usr/bin/node', '/opt/Vethlab/nowhere')).toBeNull()
    const [, , script, node] = allowCommand('/usr/bin/node')?.split(' ') ?? []
    expect([existsSync(script ?? ''), node]).toEqual([true, '/usr/bin/node'])
  })

  test('never advise to turn AppArmor, SELinux or a filter off', () => {
    for (const [name] of recorded)
      expect(named(name)).not.toMatch(
        /userns=0|setenforce|apparmor[ _](?:teardown|disable)|seccomp=unconfined|privileged\b.*container/i,
      )
  })

  test('say, where a protection could be lifted, for whom and at whose leave', () => {
    for (const [name, { code }] of recorded)
      if (code === 'user-namespaces-off') {
        expect(named(name)).toMatch(
          /sudo sysctl -w [\w.]+=\d+\. That allows them to every program of this machine, .*ask first\./,
        )
      }
  })

  test('offer elevated mode wherever it needs nothing that was refused', () => {
    const offered = new Set(recorded.flatMap(([name, { code }]) => (/elevated mode/.test(named(name)) ? [code] : [])))
    expect([...offered].sort()).toEqual([
      'apparmor',
      'id-mapping-refused',
      'mount-refused',
      'namespaces-forbidden',
      'user-namespaces-missing',
      'user-namespaces-off',
    ])
    // Root of a container is no more than the container.
    expect(named('docker-seccomp')).not.toContain('elevated mode')
  })
})
