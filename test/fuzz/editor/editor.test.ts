/**
 * Gestures by chance in the window, on the real kernel: after each the lab stands as its file says, and when all of them are
 * taken back the file has the same bytes and the kernel the same network. `npm run fuzz:editor -- --seed N --labs N`.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LabWindow } from '../../browser/window/window.js'
import { World } from '../../kernel/support/world.js'
import { labs, seed } from '../rigs.js'
import { drawnLab } from '../../support/drawn-lab.js'
import { sequence } from './sequence.js'

let window: LabWindow
let path: string
beforeAll(async () => {
  const world = await World.ofUser()
  path = world.file('home/drawn.vethlab.yaml', drawnLab)
  window = await LabWindow.open({ file: path }, world)
  await window.ready()
  await window.deploy()
  await window.rest()
  await window.page.keyboard.press('e')
  await window.status.filter({ hasText: 'Editing' }).waitFor()
})
afterAll(() => window.close())

/** For one sequence on a machine that is busy (milliseconds). */
const sequenceMs = 300_000

test.each(Array.from({ length: labs }, (_, at) => seed + at))('seed %i', { timeout: sequenceMs }, async (each) => {
  const told = await sequence(window, path, { seed: each, gestures: 30, afresh: true })
  console.log(`seed ${each}: ${told}`)
  expect(window.errors).toEqual([])
})
