/** The built program in a place of its own, with or without a window, as a package would lay it out. */
import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../support/build.js'
import type { World } from '../support/world.js'
import { page } from './browser.js'

/** Returns the command line's file. */
export function install(world: World, withWindow: boolean): string {
  const place = join(world.directory, withWindow ? 'installed' : 'without-window')
  mkdirSync(join(place, 'dist'), { recursive: true })
  cpSync(join(root, 'dist/node'), join(place, 'dist/node'), { recursive: true })
  cpSync(join(root, 'resources'), join(place, 'resources'), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'))
  if (withWindow) page(join(place, 'dist'))
  return join(place, 'dist/node/cli.js')
}
