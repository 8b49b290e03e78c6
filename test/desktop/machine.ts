/** What this machine has for a window: Electron's own program and a screen for it, or a Chromium for the double. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { chromium } from 'playwright-core'

function firstExecutable(paths: readonly string[]): string | null {
  for (const path of paths) {
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // The next one.
    }
  }
  return null
}

/** Electron's program, where it has been fetched; its package writes `path.txt` last. */
export function electronProgram(): string | null {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
    const program = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8'))
    return existsSync(program) ? program : null
  } catch {
    return null
  }
}

export const virtualScreen = (): string | null => firstExecutable(['/usr/bin/Xvfb', '/usr/local/bin/Xvfb'])
export const hasScreen = (): boolean => Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'])

/** Debian's Chromium, or another one. */
export function chromiumProgram(): string | null {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  return firstExecutable([...names.map((name) => `/usr/bin/${name}`), chromium.executablePath()])
}
