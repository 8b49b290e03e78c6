/** What an installation adds to a system: types, actions, scripts. Each test has its own view of the system's folders. */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { root } from '../kernel/support/build.js'
import { isRoot } from '../kernel/support/user.js'

const linux = (name: string): string => join(root, 'resources/linux', name)
let place: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'vethlab-installation-'))
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

const run = (program: string, ...args: string[]): { readonly status: number | null; readonly said: string } => {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 60_000 })
  if (error) throw error
  return { status, said: stdout + stderr }
}

test('lab files have a type of their own, which is YAML', () => {
  mkdirSync(join(place, 'packages'))
  cpSync(linux('vethlab-mime.xml'), join(place, 'packages/vethlab.xml'))
  expect(run('xmllint', '--noout', '--nonet', linux('vethlab-mime.xml'))).toEqual({ status: 0, said: '' })
  expect(run('update-mime-database', place).status).toBe(0)
  const globs = readFileSync(join(place, 'globs2'), 'utf8')
  expect(globs).toContain('80:application/x-vethlab+yaml:*.vethlab.yaml')
  expect(readFileSync(join(place, 'subclasses'), 'utf8')).toContain('application/x-vethlab+yaml application/x-yaml')
  expect(readFileSync(join(place, 'icons'), 'utf8')).toContain('application/x-vethlab+yaml:vethlab')
})

test('the polkit action asks an administrator, every time, in the words of people', () => {
  const file = linux('io.github.vethlab.policy')
  expect(run('xmllint', '--noout', '--nonet', file)).toEqual({ status: 0, said: '' })
  const text = (path: string): string => run('xmllint', '--nonet', '--xpath', `string(${path})`, file).said.trim()
  for (const who of ['any', 'inactive', 'active']) expect(text(`//allow_${who}`)).toBe('auth_admin')
  expect(text('//annotate[@key="org.freedesktop.policykit.exec.path"]')).toBe('/opt/Vethlab/elevate')
  expect(text('//message[not(@*)]')).toMatch(/^Vethlab wants to change the network of this machine for a lab/)
  expect(text('//message[@*[local-name()="lang"]="zh_CN"]')).toMatch(/^Vethlab 要为实验更改本机的网络/)
})

/** Runs a script where `vethlab`, AppArmor's tools and the folders they change are the test's own. */
function inOwnSystem(
  script: string,
  words: readonly string[],
  programs: Readonly<Record<string, string>>,
  before = 'true',
  look = 'true',
): { readonly status: number | null; readonly said: string } {
  const setUp = [
    `mount -t tmpfs tmpfs /mnt && mkdir -p /mnt/bin /mnt/w1 /mnt/etc /mnt/w2`,
    'mount -t overlay -o lowerdir=/usr/bin,upperdir=/mnt/bin,workdir=/mnt/w1 overlay /usr/bin',
    'mount -t overlay -o lowerdir=/etc,upperdir=/mnt/etc,workdir=/mnt/w2 overlay /etc',
    'mkdir -p /etc/apparmor.d && mount -t tmpfs tmpfs /etc/apparmor.d',
    'mount -t tmpfs tmpfs /opt && mkdir -p /opt/Vethlab/resources',
    'cp resources/linux/apparmor-profile /opt/Vethlab/resources/ && : >/opt/Vethlab/chrome-sandbox',
    'chmod 666 /opt/Vethlab/chrome-sandbox',
    before,
    ...Object.entries({ 'update-mime-database': 'exit 1', 'update-desktop-database': 'exit 1', ...programs }).map(
      ([name, body]) => `printf '#!/bin/sh\\n%s\\n' '${body}' >/usr/bin/${name} && chmod 755 /usr/bin/${name}`,
    ),
  ]
  const after =
    `status=$?; echo; ${look}; ls /etc/apparmor.d; ` + 'stat -c %a:%U /opt/Vethlab/chrome-sandbox; exit $status'
  const ran = spawnSync(
    'unshare',
    [
      '--mount',
      'sh',
      '-c',
      `${setUp.join(' && ')} || exit 99; sh resources/linux/${script} "$@"; ${after}`,
      'sh',
      ...words,
    ],
    { cwd: root, encoding: 'utf8', timeout: 60_000, env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' } },
  )
  return { status: ran.status, said: ran.stdout + ran.stderr }
}

describe.skipIf(!isRoot)('the scripts of a package', () => {
  const recovering = { vethlab: 'echo "called: $*"; exit 4' }

  test('removal calls recover, and goes on whatever that says', () => {
    for (const words of [['remove'], ['0'], []]) {
      const { status, said } = inOwnSystem('before-remove.sh', words, recovering)
      expect([status, said]).toEqual([0, expect.stringContaining('called: recover\n')])
    }
  })

  test('an upgrade leaves what runs alone', () => {
    for (const words of [['upgrade', '0.2.0'], ['1']]) {
      const { status, said } = inOwnSystem('before-remove.sh', words, recovering)
      expect([status, said.includes('called')]).toEqual([0, false])
    }
  })

  test('a recover that is missing or cannot run does not keep the package', () => {
    expect(inOwnSystem('before-remove.sh', ['remove'], {}).status).toBe(0)
    expect(inOwnSystem('before-remove.sh', ['remove'], { vethlab: 'kill -9 $$' }).status).toBe(0)
  })

  test('installation loads the AppArmor profile where AppArmor knows user namespaces', () => {
    const knows = { apparmor_status: 'exit 0', apparmor_parser: 'echo "parser: $*"', ischroot: 'exit 1' }
    const { status, said } = inOwnSystem('after-install.sh', ['configure'], knows)
    expect(status).toBe(0)
    expect(said).toContain('parser: --replace --write-cache --skip-read-cache /etc/apparmor.d/vethlab')
    expect(said).toMatch(/^vethlab$/m)
    expect(said).toMatch(/^755:root$/m)
  })

  test('installation leaves an AppArmor alone that is off or too old', () => {
    const old = { apparmor_status: 'exit 0', apparmor_parser: 'exit 1' }
    for (const programs of [old, { apparmor_status: 'exit 1' }]) {
      const { status, said } = inOwnSystem('after-install.sh', ['configure'], programs)
      expect([status, said]).toEqual([0, expect.not.stringMatching(/^vethlab$/m)])
    }
  })

  test('where users get no user namespaces, the helper of Electron is given to root', () => {
    const { status, said } = inOwnSystem('after-install.sh', ['configure'], {
      apparmor_status: 'exit 1',
      unshare: 'echo "unshare: unshare failed: Operation not permitted" >&2; exit 1',
    })
    expect([status, said]).toEqual([0, expect.stringMatching(/^4755:root$/m)])
  })

  test('removal takes the profile out of the kernel and of the system; an upgrade does not', () => {
    const programs = { apparmor_status: 'exit 0', apparmor_parser: 'echo "parser: $*"', ischroot: 'exit 1' }
    const after = (words: readonly string[]): ReturnType<typeof inOwnSystem> =>
      inOwnSystem('after-remove.sh', words, programs, ': >/etc/apparmor.d/vethlab')
    for (const words of [['upgrade'], ['1']]) {
      const { status, said } = after(words)
      expect([status, said]).toEqual([0, expect.stringMatching(/^vethlab$/m)])
    }
    for (const words of [['remove'], ['purge'], ['0']]) {
      const { status, said } = after(words)
      expect([status, said.includes('parser: --remove /etc/apparmor.d/vethlab'), /^vethlab$/m.test(said)]).toEqual([
        0,
        true,
        false,
      ])
    }
    // Nothing of this was the machine's.
    expect(existsSync('/etc/apparmor.d/vethlab')).toBe(false)
  })
})

describe.skipIf(!isRoot)('a checkout where AppArmor keeps user namespaces', () => {
  const parser = { apparmor_parser: 'echo "parser: $*"' }
  /** Every profile that is there afterwards. */
  const allow = (
    words: readonly string[],
    programs: Readonly<Record<string, string>> = parser,
    before?: string,
  ): ReturnType<typeof inOwnSystem> => {
    return inOwnSystem('allow-checkout.sh', words, programs, before, 'cat /etc/apparmor.d/* 2>/dev/null')
  }

  test('gets a profile for its own Electron and for the Node that is named', () => {
    const { status, said } = allow([process.execPath])
    expect(status).toBe(0)
    expect(said).toMatch(
      /^parser: --replace --write-cache --skip-read-cache \/etc\/apparmor\.d\/vethlab-checkout-\w{8}$/m,
    )
    const blocks = [
      ...said.matchAll(/^profile (vethlab-checkout-\w{8}-\w+) "([^"]+)" flags=\(unconfined\) \{\n {2}userns,/gm),
    ]
    expect(blocks.map(([, , program]) => program)).toEqual([
      join(root, 'node_modules/electron/dist/electron'),
      realpathSync(process.execPath),
    ])
    expect(said).toMatch(/^abi <abi\/4\.0>,$/m)
    expect(said).toContain('To take that back: sudo sh')
  })

  test('gives it back', () => {
    const nothing = allow(['--remove'])
    expect([nothing.status, nothing.said]).toEqual([1, expect.stringContaining('nothing was allowed')])
    const made = `printf '#!/bin/sh\\n' >/usr/bin/apparmor_parser && chmod 755 /usr/bin/apparmor_parser && sh resources/linux/allow-checkout.sh`
    const after = allow(['--remove'], parser, made)
    expect([after.status, after.said]).toEqual([0, expect.stringContaining('parser: --remove /etc/apparmor.d/vethlab')])
    expect(after.said).not.toMatch(/^profile /m)
  })

  test('is told why where that cannot be', () => {
    for (const [words, programs, why] of [
      [[], {}, 'there is no AppArmor here'],
      [['/bin/a b'], parser, 'has characters in its path'],
      [[], { apparmor_parser: 'exit 1' }, 'AppArmor did not take the profile'],
    ] as const) {
      const { status, said } = allow(words, programs)
      expect([status, said]).toEqual([1, expect.stringContaining(why)])
      expect(said).not.toMatch(/^profile /m)
    }
  })
})
