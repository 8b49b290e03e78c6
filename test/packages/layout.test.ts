/** What a package holds and asks for, and that what it holds runs. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listPackage } from '@electron/asar'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import checkNatives from '../../electron/setup/check-natives.mjs'
import { root } from '../kernel/support/build.js'
import { isRoot } from '../kernel/support/user.js'
import { World } from '../kernel/support/world.js'
import { pack, type Packed } from './pack.js'

let packed: Packed
const at = (path: string): string => join(packed.directory, path)
const unpacked = (path = ''): string => at(join('resources/app.asar.unpacked', path))

/** Files below a directory, sorted, hashes of chunks left out. */
const files = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort()

beforeAll(async () => {
  packed = await pack()
}, 300_000)
afterAll(() => packed?.dispose())

const arch = process.arch === 'arm64' ? 'arm64' : 'x64'

describe('the files of a package', () => {
  test('are the program, the archive, and what lies beside it', () => {
    expect(readdirSync(packed.directory).sort()).toEqual([
      'LICENSE.electron.txt',
      'LICENSE.vethlab.txt',
      'chrome-sandbox',
      'elevate',
      'locales',
      'resources',
      'vethlab',
    ])
    expect(readdirSync(at('locales')).sort()).toEqual(['en-US.pak', 'zh-CN.pak'])
    expect(readdirSync(at('resources')).sort()).toEqual(['app.asar', 'app.asar.unpacked', 'apparmor-profile'])
  })

  test('in the archive are those that Electron alone loads', () => {
    const inside = listPackage(at('resources/app.asar'), { isPack: true })
      .filter((line) => line.startsWith('pack '))
      .map((line) => line.replace(/^pack +: /, ''))
      .filter((path) => /\.[a-z]+$/.test(path))
    expect(inside).toEqual(['/dist/node/main.js', '/dist/preload/preload.cjs'])
  })

  test('beside it are the programs with every chunk they import, and nothing of the sources or tests', () => {
    const built = readdirSync(join(root, 'dist/node')).filter((name) => name.endsWith('.js') && name !== 'main.js')
    const window = files(join(root, 'dist/renderer')).filter((name) => !name.endsWith('.map'))
    const resources = files(join(root, 'resources')).filter((name) => !/^(linux|icons)\//.test(name))
    const expected = [
      'package.json',
      ...built.map((name) => `dist/node/${name}`),
      ...window.map((name) => `dist/renderer/${name}`),
      ...resources.map((name) => `resources/${name}`),
    ]
    expect(files(unpacked()).filter((name) => !name.startsWith('node_modules/'))).toEqual(expected.sort())
    for (const name of ['helper.js', 'kernel-worker.js', 'namespace-maker.js', 'keeper.js', 'cli.js'])
      expect(built).toContain(name)
  })

  test('of node_modules there are the two native modules, for this architecture', () => {
    const modules = files(unpacked('node_modules'))
    expect([...new Set(modules.map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0]))]).toEqual([
      `@koromix/koffi-linux-${arch}`,
      'koffi',
      'node-pty',
    ])
    expect(modules.filter((name) => name.endsWith('.node'))).toEqual([
      `@koromix/koffi-linux-${arch}/linux_${arch}/koffi.node`,
      'node-pty/build/Release/pty.node',
    ])
    expect(modules.filter((name) => /\.(cc|hh|ts|map|md|gyp)$|test/.test(name))).toEqual([])
    expect(() => checkNatives({ appOutDir: packed.directory, arch: arch === 'x64' ? 1 : 3 })).not.toThrow()
    const other = arch === 'x64' ? 'arm64' : 'x64'
    expect(() => checkNatives({ appOutDir: packed.directory, arch: arch === 'x64' ? 3 : 1 })).toThrow(
      `not made for ${other}. Make this package on a machine of that architecture.`,
    )
  })

  test('can be written to by their owner alone', () => {
    const open = files(packed.directory).filter((name) => (statSync(at(name)).mode & 0o022) !== 0)
    expect(open).toEqual([])
  })

  test('package.json of the package names the desktop entry and brings no scripts along', () => {
    const { desktopName, type, main, version, scripts, devDependencies } = JSON.parse(
      readFileSync(unpacked('package.json'), 'utf8'),
    ) as Record<string, unknown>
    expect({ desktopName, type, main }).toEqual({
      desktopName: 'vethlab.desktop',
      type: 'module',
      main: 'dist/node/main.js',
    })
    expect(version).toBe((JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version)
    expect([scripts, devDependencies]).toEqual([undefined, undefined])
  })
})

test('the fuses of the program let it be Node, and nobody tell it what to run', async () => {
  const wire = await getCurrentFuseWire(at('vethlab'))
  const on = (fuse: FuseV1Options): boolean => wire[fuse] === 49
  expect({
    runAsNode: on(FuseV1Options.RunAsNode),
    nodeOptions: on(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
    inspect: on(FuseV1Options.EnableNodeCliInspectArguments),
    onlyAsar: on(FuseV1Options.OnlyLoadAppFromAsar),
    integrity: on(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
    fileScheme: on(FuseV1Options.GrantFileProtocolExtraPrivileges),
  }).toEqual({
    runAsNode: true,
    nodeOptions: false,
    inspect: false,
    onlyAsar: true,
    integrity: true,
    fileScheme: false,
  })
})

describe.each(['deb', 'rpm'] as const)('what fpm is asked for: %s', (format) => {
  const values = (option: string): string[] => {
    const { args } = packed.fpm[format]
    return args.flatMap((word, index) => (args[index - 1] === option ? [word] : []))
  }

  test('name, version, licence and place', () => {
    const { args } = packed.fpm[format]
    expect(values('-t')).toEqual([format])
    expect([values('--name'), values('--license')]).toEqual([['vethlab'], ['MIT']])
    expect(args).toContain(`${packed.directory}/=/opt/Vethlab`)
    for (const to of [
      '/usr/bin/vethlab',
      '/usr/share/mime/packages/vethlab.xml',
      '/usr/share/polkit-1/actions/io.github.vethlab.policy',
      '/usr/share/applications/vethlab.desktop',
      ...[16, 24, 32, 48, 64, 128, 256, 512].map((size) => `/usr/share/icons/hicolor/${size}x${size}/apps/vethlab.png`),
    ])
      expect(args.filter((word) => word.endsWith(`=${to}`))).toHaveLength(1)
  })

  test('dependencies: what labs are built with, and what is only good to have', () => {
    const needs = values('-d')
    const recommended = [
      ...values('--deb-recommends'),
      ...packed.fpm[format].args.filter((word) => /Recommends:/.test(word)),
    ]
    const wanted = {
      deb: ['iproute2', 'iptables | nftables', 'util-linux', 'procps', 'pkexec | policykit-1'],
      rpm: ['(iproute or iproute2)', '(iptables or nftables)', 'util-linux', '(procps-ng or procps)', 'polkit'],
    }[format]
    expect(needs).toEqual(expect.arrayContaining(wanted))
    expect(needs.join(' ')).not.toContain('slirp4netns')
    expect(recommended.join(' ')).toContain('slirp4netns')
    if (format === 'deb') expect(recommended).toContain('uidmap')
  })

  test('scripts: ours, with nothing filled in', () => {
    const order = packed.fpm[format]
    const source = (name: string): string => readFileSync(join(root, 'resources/linux', name), 'utf8')
    expect(order.file('--after-install')).toBe(source('after-install.sh'))
    expect(order.file('--after-remove')).toBe(source('after-remove.sh'))
    expect(order.file('--before-remove')).toBe(source('before-remove.sh'))
  })

  test('the desktop entry is valid, opens labs, and is the one that the window names', () => {
    const entry = packed.fpm[format].file('/usr/share/applications/vethlab.desktop')
    const place = join(packed.directory, `../${format}.desktop`)
    writeFileSync(place, entry)
    const ran = spawnSync('desktop-file-validate', [place], { encoding: 'utf8' })
    expect([ran.error, ran.stdout + ran.stderr, ran.status]).toEqual([undefined, '', 0])
    expect(entry).toMatch(/^Exec=\/opt\/Vethlab\/vethlab %U$/m)
    expect(entry).toMatch(/^MimeType=application\/x-vethlab\+yaml;$/m)
    expect(entry).toMatch(/^StartupWMClass=vethlab$/m)
    expect(entry).toMatch(/^Icon=vethlab$/m)
    expect(entry).toMatch(/^Categories=Network;Education;Development;$/m)
  })
})

test('the AppArmor profile allows user namespaces to the installed program, and says nothing else', () => {
  const rules = readFileSync(at('resources/apparmor-profile'), 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  expect(rules).toEqual([
    'abi <abi/4.0>,',
    'include <tunables/global>',
    'profile vethlab "/opt/Vethlab/vethlab" flags=(unconfined) {',
    'userns,',
    'include if exists <local/vethlab>',
    '}',
  ])
})

test('the configuration asks for all three formats, and for an AppImage that needs no libfuse2', () => {
  const config = parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8')) as {
    linux: { target: string[] }
    toolsets: { appimage: string }
  }
  expect(config.linux.target).toEqual(['deb', 'rpm', 'AppImage'])
  expect(config.toolsets.appimage).toMatch(/^[1-9]/)
})

test('what pkexec starts is the file that the policy names, can be run, and takes one word', () => {
  const policy = readFileSync(join(root, 'resources/linux/io.github.vethlab.policy'), 'utf8')
  expect(policy).toContain('exec.path">/opt/Vethlab/elevate<')
  expect(statSync(at('elevate')).mode & 0o7777).toBe(0o755)
  for (const words of [[], ['one', 'two']]) {
    const ran = spawnSync(at('elevate'), words, { encoding: 'utf8' })
    expect([ran.status, ran.stdout]).toEqual([64, ''])
  }
})

describe.skipIf(!isRoot)('the installed program, as somebody who is not root', () => {
  let world: World
  beforeAll(async () => {
    world = await World.ofUser()
  })
  afterAll(() => world.dispose())

  /** /opt and /usr/bin as an installation makes them, for the processes of one test. */
  const installed = (): readonly string[] => [
    ...['unshare', '--mount', 'sh', '-c'],
    [
      'mount -t tmpfs tmpfs /opt && mkdir /opt/Vethlab && mount --bind "$0" /opt/Vethlab',
      'mount -t tmpfs tmpfs /mnt && mkdir /mnt/upper /mnt/work',
      'mount -t overlay -o lowerdir=/usr/bin,upperdir=/mnt/upper,workdir=/mnt/work overlay /usr/bin',
      'install -m 755 "$1" /usr/bin/vethlab && shift && exec "$@"',
    ].join(' && '),
    packed.directory,
    join(root, 'resources/linux/vethlab'),
  ]

  test('vethlab builds a lab from the package in a sandbox, and its checks hold', async () => {
    const lab = '/opt/Vethlab/resources/app.asar.unpacked/resources/labs/06-router.vethlab.yaml'
    const ran = await world.run(['vethlab', 'check', '--json', lab], { before: installed(), limitMs: 60_000 })
    expect([ran.status, ran.stderr]).toEqual([0, ''])
    const { ok, checks } = JSON.parse(ran.stdout) as { ok: boolean; checks: { ok: boolean }[] }
    expect([ok, checks.map((check) => check.ok)]).toEqual([true, [true, true, true, true]])
    await world.untilNothingIsLeft()
  })

  test('vethlab up keeps a lab, with a shell that is no program made with Electron', async () => {
    const before = installed()
    const lab = join(root, 'resources/labs/06-router.vethlab.yaml')
    // All of one installation: each would be another mount namespace otherwise.
    const words = `vethlab up -d "${lab}" && vethlab exec router ns0 -- env && vethlab exec router host -- sh -c 'readlink /proc/$PPID/exe; true'; vethlab down router`
    const ran = await world.run(['sh', '-c', words], { before, limitMs: 60_000 })
    expect(ran.status).toBe(0)
    expect(ran.stdout).toContain('VETHLAB_NS=ns0')
    expect(ran.stdout).not.toContain('ELECTRON_RUN_AS_NODE')
    await world.untilNothingIsLeft()
  })

  test('vethlab serve finds its window beside the archive', async () => {
    const running = world.start(['vethlab', 'serve'], { before: installed(), limitMs: 60_000 })
    const address = await new Promise<string>((resolve) => {
      running.child.stdout?.on('data', () => {
        const found = /http:\S+/.exec(running.stdout())
        if (found) resolve(found[0])
      })
      void running.ended.then(() => resolve(''))
    })
    const page = await fetch(address.replace(/#.*/, ''))
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<title>Vethlab')])
    process.kill(running.pid, 'SIGINT')
    await running.ended
    await world.untilNothingIsLeft()
  })
})
