/** Somebody records how they build the router by hand, with mistakes; a solver builds it by the guide that comes of it. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { inside, openSession } from '../../kernel/engine/sandbox.js'
import { betweenHereAnd, follow, ranOf, withStatus } from '../../kernel/guide/follow.js'
import { until } from '../../kernel/support/until.js'
import { World } from '../../kernel/support/world.js'
import { LabWindow } from '../window/window.js'
import { Learner } from './learner.js'

let window: LabWindow
let learner: Learner
let path: string
let recorded: LabFile | null = null

beforeAll(async () => {
  const world = await World.ofUser()
  path = world.file('home/mine.vethlab.yaml', 'vethlab: 1\nname: mine # by hand\n\nnamespaces: { host: {} }\n')
  window = await LabWindow.open({ file: path }, world)
  await window.ready()
  learner = new Learner(window)
})
afterAll(() => window.close())

const pattern = (words: string): string => words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** As a person does: a line, and the next one when the prompt is there again. */
async function type(...lines: readonly string[]): Promise<void> {
  await window.focusTerminal('host')
  for (const line of lines) {
    await window.page.keyboard.type(`${line}\n`)
    await window.untilShown('host', new RegExp(`# ${pattern(line)}\\n(?:.*\\n)*\\S+# *$`))
  }
}

const mark = (count: number) => window.button(count === 1 ? 'Recording: 1 step' : `Recording: ${count} steps`)

test('typing is recorded: each step appears as it would be, and is there after a reload', async () => {
  await window.page.getByRole('navigation').getByRole('button', { name: 'Guide' }).click()
  await learner.button('record.record').click()
  await mark(0).waitFor()
  await type(
    'ip netns add ns0',
    'ip netns add ns1',
    'ip netns add ns-router',
    // A slip of the fingers.
    'ip link add veth0 type veht peer name veth1',
    'ip link add veth0 type veth peer name veth1',
    'ip link set veth0 netns ns0',
    'ip link set veth1 netns ns-router',
    // A cable that nobody needs.
    'ip link add veth8 type veth peer name veth9',
    'ip link del veth8',
  )
  await mark(2).waitFor()
  await window.page.reload()
  await window.ready()
  await mark(2).waitFor()
})

test('mistakes that were put right are left out, and what was built is the lab, in one step of undo', async () => {
  await type(
    'ip link add veth2 type veth peer name veth3',
    'ip link set veth2 netns ns1',
    'ip link set veth3 netns ns-router',
    // An address in the wrong subnet.
    'ip -n ns0 addr add 192.168.1.2/24 dev veth0',
    'ip -n ns0 link set veth0 up',
    'ip -n ns-router addr add 192.168.0.1/24 dev veth1',
    'ip -n ns-router link set veth1 up',
    'ip netns exec ns0 ping -c 1 -W 1 192.168.0.1',
    'ip -n ns0 addr del 192.168.1.2/24 dev veth0',
    'ip -n ns0 addr add 192.168.0.2/24 dev veth0',
    'ip netns exec ns0 ping -c 1 -W 1 192.168.0.1',
    'ip -n ns1 addr add 192.168.1.2/24 dev veth2',
    'ip -n ns1 link set veth2 up',
    'ip -n ns-router addr add 192.168.1.1/24 dev veth3',
    'ip -n ns-router link set veth3 up',
    'ip -n ns0 route add default via 192.168.0.1',
    'ip -n ns1 route add default via 192.168.1.1',
    'ip netns exec ns-router sysctl -w net.ipv4.ip_forward=1',
    'ip netns exec ns0 ping -c 1 -W 1 192.168.1.2',
  )
  await mark(9).waitFor()
  await learner.button('record.stop').click()
  await mark(9).waitFor({ state: 'detached' })
  await window.page.keyboard.press('Control+s')
  await until('the guide in the file', () => /^guide:/m.test(readFileSync(path, 'utf8')))
  const { labFile, problems } = parseLabText(readFileSync(path, 'utf8'), 'mine')
  expect(problems).toEqual([])
  expect(readFileSync(path, 'utf8')).toContain('name: mine # by hand')
  expect(labFile).toMatchObject({
    namespaces: { 'ns-router': { forwarding: true, interfaces: { veth1: { addresses: ['192.168.0.1/24'] } } } },
    links: [
      ['ns0:veth0', 'ns-router:veth1'],
      ['ns1:veth2', 'ns-router:veth3'],
    ],
  })
  recorded = labFile
  const guide = labFile?.guide ?? []
  const lines = guide.flatMap(({ commands }) => commands ?? []).join('\n')
  expect(lines).not.toMatch(/veht|veth8|ns0 addr (?:add|del) 192.168.1.2/)
  expect(lines.match(/ping/g)).toHaveLength(2)
  expect(guide.filter(({ commands = [] }) => commands.length > 3)).toEqual([])
  await window.rest()
  await window.page.keyboard.press('Control+z')
  // Neither the guide nor any of the three namespaces is in the lab any more.
  await learner.panel.getByText(learner.say('guide.none')).waitFor()
  await until('all of it made by hand', async () => (await window.page.getByText('made in a terminal').count()) >= 3)
  await window.page.keyboard.press('Control+Shift+z')
  await window.page.getByTitle('Has changes that are not saved').waitFor({ state: 'detached' })
})

test('a solver follows it in an empty sandbox, step by step to the same network', async () => {
  if (!recorded) throw new Error('nothing was recorded')
  const session = await openSession()
  const type = async (line: string) => ranOf(await inside(session, 'host', 'bash', '--norc', '-c', withStatus(line)))
  await follow(session, type, recorded)
  expect(await betweenHereAnd(normalise(recorded), session)).toEqual({ missing: [], beyond: [] })
})

test('what a button deploys is recorded as its commands, and what is discarded is gone', async () => {
  await window.stop()
  await window.page.keyboard.press('Control+k')
  await window.page.getByRole('dialog').getByRole('combobox').fill('record a guide')
  // Offered as soon as nothing stands any more.
  await window.page.getByRole('option', { name: 'Record a guide' }).click()
  await mark(0).waitFor()
  await window.deploy()
  await window.trace()
  await learner.leaveFilm()
  const panel = window.page.getByRole('complementary', { name: 'Guide' })
  await panel.getByText('ip -n ns0 addr add 192.168.0.2/24 dev veth0').waitFor()
  await panel.getByText(learner.say('guide.trace', { from: 'ns0', to: '' }).trim()).waitFor()
  await learner.button('record.discard').click()
  await panel.getByText(learner.say('guide.deployed')).waitFor()
  expect(window.errors).toEqual([])
})
