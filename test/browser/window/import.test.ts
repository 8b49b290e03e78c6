/** Files of other tools in the window: read, never run, and opened once it was seen what was left out. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dropFiles } from '../../support/drop.js'
import { root } from '../../kernel/support/build.js'
import { violations } from './axe.js'
import { LabWindow } from './window.js'

let window: LabWindow

beforeAll(async () => {
  window = await LabWindow.open({ file: join(root, 'test/fixtures/exchange/kathara/lab.conf') })
})
afterAll(() => window.close())

test('a lab of Kathara is opened with the files that lie beside it', async () => {
  const dialog = window.page.getByRole('dialog', { name: 'Open lab.conf as a lab?' })
  await dialog.waitFor()
  const words = await dialog.innerText()
  for (const each of ['its start-up files too', 'pc1, r1, pc2, r2', 'r1.startup:4', '"systemctl" is not a command'])
    expect(words).toContain(each)
  expect(words).not.toContain('Only "lab.conf" was read')
  expect(await violations(window)).toEqual([])
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await window.ready()
})

test('a script that is dropped is read, shown with what was left out, and opened only then; nothing of it is run', async () => {
  const script = 'ip netns add red\nip netns add blue\nip link add r0 netns red type veth peer name b0 netns blue\n'
  const file = window.world.file(
    'two rooms.sh',
    `set -e\n${script}ping -c1 10.0.0.1\nip xfrm policy flush\ntouch ${window.world.directory}/ran\n`,
  )
  await dropFiles(window.page, [file])
  const dialog = window.page.getByRole('dialog', { name: 'Open two rooms.sh as a lab?' })
  await dialog.waitFor()
  expect(await violations(window)).toEqual([])
  const words = await dialog.innerText()
  for (const each of [
    'Nothing of it was run',
    // The host is in every lab: it is none of the script's.
    '2 namespaces',
    'red, blue',
    '1 cable',
    'red:r0 – blue:b0',
    '3 commands change no network',
    'it is root there, has no more rights on this machine than you',
    'line 6',
    'A lab file has no words for "ip xfrm"',
  ])
    expect(words).toContain(each)
  expect(await dialog.locator('code').innerText()).toBe(
    "npm run -s cli -- import 'two rooms.sh' --from script --run > two-rooms.vethlab.yaml",
  )
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await window.button(/^Lab: No lab open/).waitFor()
  await dropFiles(window.page, [file])
  await dialog.getByRole('button', { name: 'Open as a lab' }).click()
  await window.button(/^Lab: two-rooms/).waitFor()
  await window.page.locator('main .face[data-namespace="red"]').waitFor({ state: 'attached' })
  expect(existsSync(`${window.world.directory}/ran`)).toBe(false)
})

test('a topology of containerlab or MiniEdit opens the same way, and what is none says why', async () => {
  await dropFiles(window.page, [join(root, 'test/fixtures/exchange/campus.mn')])
  const campus = window.page.getByRole('dialog', { name: 'Open campus.mn as a lab?' })
  await campus.getByRole('button', { name: 'Cancel' }).click()
  const topology =
    'name: pair\ntopology:\n  nodes:\n    a: { kind: linux, image: alpine }\n    b: { kind: linux }\n  links:\n    - endpoints: ["a:eth1", "b:eth1"]\n'
  await dropFiles(window.page, [window.world.file('pair.clab.yml', topology)])
  const dialog = window.page.getByRole('dialog', { name: 'Open pair.clab.yml as a lab?' })
  await dialog.getByRole('button', { name: 'Open as a lab' }).click()
  await window.button(/^Lab: pair/).waitFor()
  await dropFiles(window.page, [window.world.file('nothing.sh', 'echo hello\n')])
  const none = window.page.getByRole('dialog', { name: 'No lab can be made of nothing.sh' })
  await none.waitFor()
  expect(await none.getByRole('button', { name: 'Open as a lab' }).count()).toBe(0)
  await none.getByRole('button', { name: 'Cancel' }).click()
})
