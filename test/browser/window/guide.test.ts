import { afterAll, beforeAll, expect, test } from 'vitest'
import { World } from '../../kernel/support/world.js'
import { violations } from './axe.js'
import { guided } from './labs.js'
import { LabWindow } from './window.js'

let window: LabWindow

beforeAll(async () => {
  const world = await World.ofUser()
  window = await LabWindow.open({ file: world.file('guided.vethlab.yaml', guided) }, world)
  await window.ready()
})
afterAll(() => window.close())

const panel = () => window.page.getByRole('complementary', { name: 'Guide' })
const current = () => panel().locator('[aria-current=step]')

test('a lab with a guide opens with its guide; texts of a lab are shown as text only', async () => {
  await panel().getByText('Step 1 of 4').waitFor()
  expect(await panel().innerText()).toContain("<script>document.title='bad'</script>")
  expect(await current().locator('strong').innerText()).toBe('namespace')
  expect(await current().locator('code').first().innerText()).toBe('lo')
  expect(await window.inspector.innerText()).toContain('<b>markup</b>')
  expect(await window.page.locator('img').count()).toBe(0)
  expect(await window.page.title()).toContain('Two namespaces by hand')
})

test('a word of the glossary is explained where it stands, and Esc leads back to it', async () => {
  const word = current().getByRole('button', { name: 'gateway', exact: true })
  await word.focus()
  await window.page.keyboard.press('Enter')
  const what = window.page.getByRole('dialog', { name: 'Gateway' })
  await what.getByText('The next hop: a router on the own subnet').waitFor()
  expect(await violations(window)).toEqual([])
  await window.page.keyboard.press('Escape')
  await what.waitFor({ state: 'detached' })
  expect(await word.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true)
  // What the glossary does not have is no word of it.
  expect(await current().getByText('grommet').count()).toBe(1)
  expect(await current().getByRole('button', { name: 'grommet' }).count()).toBe(0)
})

test('a command is put on the line of the host terminal and runs only with Enter', async () => {
  await window.button('Put into the host terminal: ip netns add ns0').click()
  await window.untilShown('host', 'ip netns add ns0')
  await window.tab('Commands').click()
  expect(await window.page.getByText('2 namespaces').count()).toBe(0)
  await window.focusTerminal('host')
  await window.page.keyboard.press('Enter')
  await window.page.getByText('2 namespaces').waitFor()
})

test('a step is done when the kernel has what it asks for, however it was made', async () => {
  expect(await current().getByText('done', { exact: true }).count()).toBe(0)
  await window.type('host', 'ip netns add ns1')
  await current().getByText('done', { exact: true }).waitFor({ state: 'attached' })
  await window.page.getByRole('main').click({ position: { x: 5, y: 5 } })
  await window.page.keyboard.press('n')
  await panel().getByText('Step 2 of 4').waitFor()
  await window.type('host', 'ip link add veth0 netns ns0 type veth peer name veth1 netns ns1')
  await current().getByText('done', { exact: true }).waitFor({ state: 'attached' })
  await window.type('host', 'ip -n ns0 link del veth0')
  await current().getByText('done', { exact: true }).waitFor({ state: 'detached' })
  await window.type('host', 'ip link add veth0 netns ns0 type veth peer name veth1 netns ns1')
})

test('a question says what is wrong and why the right answer is right', async () => {
  await window.button(/^Next step/).click()
  await current().getByText('10.0.0.9').click()
  await current().getByText('Not this one.').waitFor()
  // Whoever goes on is told what is open: a question, which no later step needs.
  await window.button(/^Next step/).click()
  await current().getByText('The question of step 3 is still open.').waitFor()
  expect(await current().innerText()).not.toContain('is not done yet')
  await window.button('Go there').click()
  await current().getByText('10.0.0.1', { exact: true }).click()
  await current().getByText('It is the only one it has.').waitFor()
})

test('a check of a step runs on the network as it is, built by hand', async () => {
  await window.button(/^Next step/).click()
  const run = window.button(/^Run the check “ns0 reaches ns1/)
  await run.click()
  await current()
    .getByText(/unreachable|not known|no address/i)
    .waitFor()
  await window.type(
    'host',
    'for n in 0 1; do ip -n ns$n addr add 10.0.0.$((n+1))/24 dev veth$n; ip -n ns$n link set veth$n up; done',
  )
  await run.click()
  await current().getByText('done', { exact: true }).waitFor({ state: 'attached' })
})

test('a lab that was built by hand to its end is not offered to be deployed; one that lacks something is', async () => {
  await window.button(/^Deploy/).waitFor()
  await window.type('host', 'for n in 0 1; do ip -n ns$n link set lo up; done')
  await window.button('Built by hand').waitFor()
  expect(await window.button(/^Deploy/).count()).toBe(0)
  await window.type('host', 'ip -n ns1 link set veth1 down')
  await window.button(/^Deploy/).waitFor()
  await window.type('host', 'ip -n ns1 link set veth1 up')
  await window.button('Built by hand').waitFor()
})

test('what a step was told is asked again when the network changes; where it cannot be, it is told as old', async () => {
  const told = (ok: boolean) => current().locator(`[data-ok=${ok}]`).waitFor()
  await window.type('host', 'ip -n ns1 link set veth1 down')
  await told(false)
  await window.type('host', 'ip -n ns1 link set veth1 up')
  await told(true)
  expect(await current().getByText('before the last change').count()).toBe(0)
  await window.type('host', 'ip -n ns0 addr del 10.0.0.1/24 dev veth0')
  await current().getByText('before the last change').waitFor()
  await window.type('host', 'ip -n ns0 addr add 10.0.0.1/24 dev veth0')
  await told(true)
  await current().getByText('before the last change').waitFor({ state: 'detached' })
})

test('a step that is mended stays in view, whatever was done behind it', async () => {
  await window.type('host', 'ip -n ns1 link set veth1 down name astray up')
  await panel().getByText('Step 2 of 4').waitFor()
  await window.type('host', 'ip -n ns1 link set astray down name veth1 up')
  const mended = current().filter({ hasText: 'Lay the cable' })
  await mended.getByText('done', { exact: true }).waitFor({ state: 'attached' })
  await window.button(/^Next step/).click()
  await window.button(/^Next step/).click()
  await panel().getByText('Step 4 of 4').waitFor()
})

test('what was built by hand is not taken down unasked', async () => {
  await window.button('Take the network down and start again').click()
  const question = window.page.getByRole('dialog', { name: /^Stop/ })
  await question.waitFor()
  await window.page.keyboard.press('Escape')
  await question.waitFor({ state: 'detached' })
  await panel().getByText('Step 4 of 4').waitFor()
})

test('progress and answers are there after a reload', async () => {
  await window.page.reload()
  await panel().getByText('Step 4 of 4').waitFor()
  await window.button(/Guess/).click()
  await current().getByText('It is the only one it has.').waitFor()
})

test('the end of a guide says that the network is built, and which question is open', async () => {
  await current().getByText('10.0.0.9').click()
  await window.button(/^Next step/).click()
  await panel().getByText('The network is built').waitFor()
  await panel().getByText('One question is still open:').waitFor()
  expect(await panel().getByText('You have built it').count()).toBe(0)
  await window.button('Step 3: Guess').click()
  await current().getByText('10.0.0.1', { exact: true }).click()
  await panel().getByText('You have built it').waitFor()
})

test('what stood of another lab is no first step of a guide', async () => {
  await window.page.getByRole('main').click({ position: { x: 5, y: 5 } })
  await window.tab(/^Plan/).click()
  await window.replaceBy(/NAT to the Internet/)
  // The two namespaces that stood were another lab's, though they have the names of its first step.
  await panel().getByText('Step 1 of 9').waitFor()
  // What it speaks of is typed in a terminal.
  await window.page.locator('[data-terminal=host]:visible').waitFor()
})

test('whoever deployed all is asked: read along, from the first step', async () => {
  await window.deploy()
  await panel().getByText('This network stands already').waitFor()
  expect(await current().count()).toBe(0)
  await window.button('Read along').click()
  await panel().getByText('Step 1 of 9').waitFor()
  // Nobody is told that a question was right of a network that answers otherwise by now.
  await current().getByText('All of it stands already').waitFor()
  await window.button(/^Next step/).click()
  await panel().getByText('Step 2 of 9').waitFor()
  // Those of this lab alone, after a reload too.
  await window.tab('Commands').click()
  const commands = () => window.page.locator('.dock').getByText(/^\d+ commands$/)
  const carriedOut = await commands().innerText()
  await window.page.reload()
  await panel().getByText('Step 2 of 9').waitFor()
  await window.tab('Commands').click()
  expect(await commands().innerText()).toBe(carriedOut)
})

test('when the network goes, the guide is at its beginning', async () => {
  await window.stop()
  await panel().getByText('Step 1 of 9').waitFor()
  expect(await panel().getByText('done', { exact: true }).count()).toBe(0)
})

test('or it is taken down, to be built by hand', async () => {
  await window.deploy()
  await window.button('Take it down and build it').click()
  await window.confirmStop()
  await panel().getByText('Step 1 of 9').waitFor()
  expect(await current().count()).toBe(1)
})

test('without a guide, the rail has those there are, and how far they were followed', async () => {
  await window.openStarter(/NAT to your own network/)
  await window.page.getByRole('navigation').getByRole('button', { name: 'Guide' }).click()
  await panel().locator('[data-guide="08-nat"]').getByText('Guide, 9 steps').waitFor()
  await panel().locator('[data-guide="08-nat.broken"]').getByText('Repair', { exact: true }).waitFor()
  // In words that a newcomer has, and with a place to begin.
  await panel().locator('[data-guide="03-two-namespaces"]').getByText('Level 3').waitFor()
  await panel().locator('[data-guide="03-two-namespaces"]').getByText('Begin here').waitFor()
  await window.showLabs()
  await window.button('guided.vethlab.yaml').click()
  await panel().getByText('Step 1 of 4').waitFor()
})

test('the guide speaks the language of the window', async () => {
  await window.button(/Guess/).click()
  await current().getByText('10.0.0.1', { exact: true }).click()
  await window.button('Settings').click()
  await window.page.getByText('中文').click()
  await window.page.keyboard.press('Escape')
  await window.page.getByText('第 3 步，共 4 步').waitFor()
  await window.page.getByText('ns0 用哪个地址？').waitFor()
  await window.page.getByText('它只有这一个。').waitFor()
})

test('nothing in the page threw', () => {
  expect(window.errors).toEqual([])
})
