/** One app in a corner of its own, from its start to the end of everything it has started. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { until } from '../kernel/support/until.js'
import { World } from '../kernel/support/world.js'
import { backend, checkBuilt, type Backend, type Desktop } from './desktop.js'

export const shell: Backend | null = backend()
/** Says in the report which of the two the tests have run under. */
export const under = shell === null ? 'no window: neither Electron nor a Chromium is here' : shell.name

/** A sandbox and a page on a busy machine (milliseconds). */
export const slow = { timeout: 60_000 } as const

export interface Life {
  readonly world: World
  /** The app that was launched last. */
  app(): Desktop
  launch(...files: string[]): Promise<Desktop>
  /** With more in its environment. */
  launchWith(env: NodeJS.ProcessEnv, ...files: string[]): Promise<Desktop>
  /** A lab that the world's user may read and write. */
  lab(name: string, title: string): string
  /** Kills what runs and removes what is left. */
  finish(): Promise<void>
}

export const labText = (name: string, title: string): string =>
  `vethlab: 1\nname: ${name}\ntitle: ${title}\nnamespaces:\n  host: {}\n  ns0: {}\n`

export async function newLife(): Promise<Life> {
  checkBuilt()
  const world = await World.ofUser()
  let desktop: Desktop | null = null
  const launchWith = async (env: NodeJS.ProcessEnv, ...files: string[]): Promise<Desktop> => {
    if (shell === null) throw new Error(under)
    desktop = await shell.launch(world, files, env)
    return desktop
  }
  return {
    world,
    app() {
      if (desktop === null) throw new Error('nothing has been launched')
      return desktop
    },
    launch: (...files) => launchWith({}, ...files),
    launchWith,
    lab: (name, title) => world.file(`${name}.vethlab.yaml`, labText(name.replaceAll(' ', '-'), title)),
    async finish() {
      try {
        if (desktop) process.kill(desktop.pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
      // The browser engine ends with its owner, and writes until then.
      await until('the window is gone', () => windowProcesses(world).length === 0).catch(() => {})
      world.dispose()
    },
  }
}

/** Processes of the app and its sandbox; a virtual screen is the test's own. */
export const windowProcesses = (world: World): readonly string[] =>
  world
    .processes()
    .filter(({ command }) => !/(^|\/)Xvfb /.test(command))
    .map(({ pid, command }) => `${pid} ${command}`)

/** Ends where nothing of the app and its sandbox is left; the error names what is. */
export async function untilNothingRuns(world: World): Promise<void> {
  // The sandbox is gone with its owner; the browser engine's own helpers take a moment.
  await until('nothing is left', () => windowProcesses(world).length === 0, 5000).catch(() => {
    throw new Error(`left behind: ${windowProcesses(world).join('\n')}`)
  })
}

export async function untilTitle(desktop: Desktop, title: string): Promise<void> {
  let last = ''
  const isShown = async (): Promise<boolean> => (last = await desktop.page.title()) === title
  await until(`the title ${title}`, isShown, slow.timeout).catch((error: Error) => {
    throw new Error(`${error.message}; it is ${last}`)
  })
}

export const windowTitle = (desktop: Desktop): Promise<string> =>
  desktop.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle() ?? '', null)

export const choose = (desktop: Desktop, entry: string): Promise<void> =>
  desktop.evaluate(({ Menu }, id) => Menu.getApplicationMenu()?.getMenuItemById(id)?.click(), entry)

/** Asks the window to close, as its button does. */
export const askToClose = (desktop: Desktop): Promise<void> =>
  desktop.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close(), null)

/** Unsaved work, as a crash leaves it behind: the way to have some without a mouse. */
export function leaveUnsavedWork(life: Life, title: string): void {
  const directory = join(life.world.home, '.local/state/vethlab/unsaved')
  mkdirSync(directory, { recursive: true })
  const work = { path: null, text: labText('kept', title), saved: 1_700_000_000_000, keeper: null }
  writeFileSync(join(directory, 'kept.json'), JSON.stringify(work))
  for (const path of ['.local', '.local/state', '.local/state/vethlab', '.local/state/vethlab/unsaved'])
    life.world.give(join(life.world.home, path))
  life.world.give(join(directory, 'kept.json'))
}

export async function openUnsavedWork(desktop: Desktop, title: string): Promise<void> {
  await desktop.page.getByRole('dialog').getByRole('button', { name: 'Open' }).click(slow)
  await untilTitle(desktop, `* ${title} - Vethlab`)
  // The shell knows, too.
  await expect.poll(() => windowTitle(desktop), slow).toBe(`* ${title} - Vethlab`)
}
