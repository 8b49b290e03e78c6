/**
 * Starts the built app as a user does: under real Electron where its program is here, else under the double of
 * `double/electron.mjs`. Tests see no difference; the name of the run says which it was.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type * as Electron from 'electron'
import { _electron, chromium, type Page } from 'playwright-core'
import { root } from '../kernel/support/build.js'
import { until } from '../kernel/support/until.js'
import { isRoot } from '../kernel/support/user.js'
import type { Ran, Running, World } from '../kernel/support/world.js'
import { withoutUnwanted } from '../support/chromium.js'
import { chromiumProgram, electronProgram, hasScreen, virtualScreen } from './machine.js'

export type Main = typeof Electron

export interface Desktop {
  readonly page: Page
  /** Of main's process. */
  readonly pid: number
  /** An address of the app's as the page sees it: the double's page has another origin. */
  addressInPage(address: string): string
  /** Runs a function in main's process. It sees its two arguments and `globalThis`, nothing of the test. */
  evaluate<R, A>(work: (electron: Main, argument: A) => R | Promise<R>, argument: A): Promise<R>
  /** Whether the window's page is granted a permission, by Electron's name. */
  isPermitted(permission: string): Promise<boolean>
  /** What main has said on stderr. */
  stderr(): string
  /** Resolves when main's process has ended; rejects where it does not. */
  readonly ended: Promise<unknown>
}

export interface Backend {
  readonly name: string
  /** Whether a double stands for Electron: it plays desktops that are not here. */
  readonly isDouble: boolean
  launch(world: World, files: readonly string[], env?: NodeJS.ProcessEnv): Promise<Desktop>
  /** Starts the app, once more or where it gets no window, to its end. */
  launchToEnd(world: World, files: readonly string[], options?: EndOptions): Promise<Ran>
}

export interface EndOptions {
  readonly directory?: string
  readonly env?: NodeJS.ProcessEnv
}

/** A cold start of a browser on a busy machine (milliseconds). */
const launchLimitMs = 60_000
/** Tests of one window take no longer (milliseconds). */
const lifeLimitMs = 3_600_000

const mainFile = join(root, 'dist/node/main.js')
const register = join(root, 'test/desktop/double/register.mjs')

/** The window and its preload script are built by `npm run build`; the tests' own set-up has done that. */
export function checkBuilt(): void {
  for (const file of ['dist/renderer/index.html', 'dist/preload/preload.cjs'])
    if (!existsSync(join(root, file))) throw new Error(`${file} is missing; build it with: npm run build`)
}

/** Null: this machine has neither. */
export function backend(): Backend | null {
  const electron = electronProgram()
  if (electron !== null && (hasScreen() || virtualScreen() !== null)) return realElectron(electron)
  const engine = chromiumProgram()
  return engine === null ? null : double(engine, electron === null ? 'its program is not here' : 'there is no screen')
}

function double(engine: string, why: string): Backend {
  const words = (files: readonly string[]): string[] => [process.execPath, '--import', register, mainFile, ...files]
  const env = { VETHLAB_TEST_CHROMIUM: engine, VETHLAB_TEST_CHROMIUM_FEATURES: withoutUnwanted }
  return {
    isDouble: true,
    name: `a double of Electron, because ${why}`,
    launch: (world, files, more) =>
      connect(world.start(words(files), { env: { ...env, ...more }, limitMs: lifeLimitMs })),
    launchToEnd: (world, files, { directory, env: more } = {}) =>
      world.run(words(files), { env: { ...env, ...more }, cwd: directory ?? world.directory }),
  }
}

interface Told {
  readonly id?: number
  readonly value?: unknown
  readonly error?: string
  readonly event?: 'page'
  readonly address?: string
  readonly origin?: string
}

async function connect(running: Running): Promise<Desktop> {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  const found: { address: string; origin: string }[] = []
  let next = 1
  createInterface({ input: running.child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    if (!line.startsWith('\u0001')) return
    const { id, value, error, event, address = '', origin = '' } = JSON.parse(line.slice(1)) as Told
    if (event === 'page') found.push({ address, origin })
    if (id === undefined) return
    const asked = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) asked?.resolve(value)
    else asked?.reject(new Error(error))
  })
  void running.ended.finally(() => {
    for (const { reject } of waiting.values()) reject(new Error(`main has ended:\n${running.stderr()}`))
  })
  const { address, origin } = await until(
    'the window',
    () => {
      if (running.child.exitCode !== null) throw new Error(`main ended at once:\n${running.stderr()}`)
      return found[0]
    },
    launchLimitMs,
  )
  const browser = await chromium.connectOverCDP(address)
  const page = await until('the page', () =>
    browser
      .contexts()
      .flatMap((context) => context.pages())
      .find((each) => each.url().startsWith(origin)),
  )
  const evaluate = <R, A>(work: (electron: Main, argument: A) => R | Promise<R>, argument: A): Promise<R> =>
    new Promise<R>((resolve, reject) => {
      const id = next++
      waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
      running.child.stdin?.write(`${JSON.stringify({ id, source: String(work), argument })}\n`)
    })
  return {
    page,
    pid: running.pid,
    stderr: () => running.stderr(),
    addressInPage: (url) => url.replace('vethlab://app', origin),
    ended: running.ended,
    evaluate,
    // Chromium's own permissions know nothing of main; the double asks as Electron would.
    isPermitted: (permission) =>
      evaluate(
        ({ session }, name) =>
          (session.defaultSession as unknown as AskedSession).isPermitted(name, 'vethlab://app/index.html', true),
        permission,
      ),
  }
}

interface AskedSession {
  isPermitted(permission: string, address: string, isMainFrame: boolean): Promise<boolean>
}

function realElectron(program: string): Backend {
  /** Electron refuses to be root. */
  const asUser = (world: World): string => {
    if (!isRoot || !world.user) return program
    const { uid, gid } = world.user
    const script = world.file(
      'electron',
      `#!/bin/sh\nexec setpriv --reuid=${uid} --regid=${gid} --init-groups -- '${program}' "$@"\n`,
    )
    chmodSync(script, 0o755)
    return script
  }
  return {
    isDouble: false,
    name: `Electron ${spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.trim()}`,
    async launch(world, files, env) {
      const display = await screenOf(world)
      const app = await _electron.launch({
        executablePath: asUser(world),
        args: [root, ...files],
        cwd: world.directory,
        env: world.environment({ ...display, ...env }) as Record<string, string>,
        timeout: launchLimitMs,
      })
      const child = app.process()
      let said = ''
      child.stderr?.on('data', (chunk: Buffer) => (said += String(chunk)))
      const page = await app.firstWindow()
      return {
        page,
        isPermitted: (permission) =>
          page.evaluate(
            async (name) => (await navigator.permissions.query({ name: name as PermissionName })).state === 'granted',
            permission,
          ),
        pid: child.pid as number,
        addressInPage: (url) => url,
        stderr: () => said,
        ended: new Promise((resolve) => child.once('close', resolve)),
        evaluate: (work, argument) =>
          app.evaluate(work as unknown as (electron: Main, argument: unknown) => never, argument),
      }
    },
    launchToEnd: async (world, files, { directory, env } = {}) =>
      world.run([program, root, ...files], {
        env: { ...(await screenOf(world)), ...env },
        cwd: directory ?? world.directory,
      }),
  }
}

const screens = new WeakMap<World, Promise<NodeJS.ProcessEnv>>()

/** The user's own screen, or a virtual one for each world, which ends with it. */
function screenOf(world: World): Promise<NodeJS.ProcessEnv> {
  const { DISPLAY, WAYLAND_DISPLAY, XAUTHORITY } = process.env
  if (hasScreen()) return Promise.resolve({ DISPLAY, WAYLAND_DISPLAY, XAUTHORITY })
  const known = screens.get(world)
  if (known) return known
  const words = [virtualScreen() as string, '-displayfd', '1', '-screen', '0', '1920x1080x24', '-nolisten', 'tcp']
  const server = world.start(words, { limitMs: lifeLimitMs })
  const started = until('the virtual screen', () => server.stdout().trim(), launchLimitMs).then((number) => ({
    DISPLAY: `:${number}`,
  }))
  screens.set(world, started)
  return started
}
