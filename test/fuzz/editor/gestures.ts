/** What the hand does in the window: each as a person does it, by key or by mouse. */
import type { Hand } from './hand.js'

type Gesture = (hand: Hand, turn: number) => Promise<unknown>

const panel = ({ window }: Hand) => window.page.getByRole('complementary', { name: 'Build' })
/** Boxes and bars. */
const nodes = (hand: Hand): readonly string[] =>
  hand.names.flatMap((name) => [
    `namespace ${name}`,
    ...Object.keys(hand.file.namespaces?.[name]?.bridges ?? {}).map((bridge) => `interface ${name}:${bridge}`),
  ])
/** One of them, where there is one: what comes without is beside nothing. */
async function selectOne(hand: Hand): Promise<void> {
  const all = nodes(hand)
  if (all.length > 0) await hand.select(hand.pick(all))
}

async function fromMenu(hand: Hand, key: string, ...words: readonly RegExp[]): Promise<void> {
  await hand.select(key)
  await hand.press('Shift+F10')
  const menu = hand.window.page.getByRole('menu')
  await menu.waitFor()
  for (const each of words) {
    const choice = menu.getByRole('menuitem', { name: each })
    if ((await choice.count()) === 0) continue
    await choice.first().click()
    return menu.waitFor({ state: 'detached' })
  }
  await hand.press('Escape')
  return menu.waitFor({ state: 'detached' })
}

async function type(hand: Hand, key: string, label: string, value: string): Promise<void> {
  await hand.select(key)
  const field = hand.window.inspector.getByLabel(label, { exact: true })
  await field.fill(value)
  await field.press('Enter')
  // What is wrong is said below it, and is not the lab's.
  await field.press('Escape')
}

async function rename(hand: Hand, key: string, to: string): Promise<void> {
  await hand.select(key)
  await hand.press('F2')
  const field = hand.window.inspector.getByLabel('Name')
  await field.and(hand.window.page.locator(':focus')).waitFor()
  await hand.window.page.keyboard.type(to)
  await hand.press('Enter')
}

export const gestures: Readonly<Record<string, Gesture>> = {
  'new object': async (hand) => {
    await selectOne(hand)
    await hand.press(hand.pick(['n', 'r', 'b', 'i']))
    await hand.named()
  },
  neighbour: async (hand) => {
    await selectOne(hand)
    await hand.press(hand.pick(['Control+ArrowRight', 'Control+ArrowDown']))
    await hand.named()
  },
  cable: async (hand) => {
    await selectOne(hand)
    await hand.press('v')
    const choice = panel(hand).getByText(/^From .* to$/)
    await choice.waitFor()
    const many = await panel(hand).locator('.end').count()
    const down = hand.pick([...Array(many).keys()])
    await hand.press(...Array<string>(down).fill('ArrowDown'), 'Enter')
    await choice.waitFor({ state: 'detached' })
  },
  'cable by mouse': async (hand) => {
    if (hand.own.length < 2) return
    await hand.whole()
    const [from, to] = [hand.pick(hand.own), hand.pick(hand.own)]
    const [begin, end] = [await hand.body(from), await hand.body(to)]
    const { mouse } = hand.window.page
    // From the edge, which is where a hand finds a cable.
    await mouse.click(begin.x, begin.y + 13)
    await mouse.move(end.x, end.y, { steps: 4 })
    await mouse.click(end.x, end.y)
    await hand.press('Escape')
  },
  'plug an end elsewhere': async (hand) => {
    if (hand.ends.length === 0) return
    await hand.whole()
    const end = await hand.end(hand.pick(hand.ends))
    await hand.drag(end, await hand.body(hand.pick(hand.names)))
  },
  NAT: async (hand) => {
    if (hand.ends.length === 0) return
    await hand.select(`interface ${hand.pick(hand.ends)}`)
    await hand.press('m')
  },
  'rename a namespace': async (hand, turn) => {
    if (hand.own.length > 0) await rename(hand, `namespace ${hand.pick(hand.own)}`, `named${turn}`)
  },
  'rename an interface': async (hand, turn) => {
    if (hand.ends.length > 0) await rename(hand, `interface ${hand.pick(hand.ends)}`, `if${turn}`)
  },
  delete: async (hand) => {
    const all = [
      ...hand.own.map((name) => `namespace ${name}`),
      ...hand.ends.map((end) => `interface ${end}`),
      ...(hand.file.notes ?? []).map((_, at) => `note ${at}`),
    ]
    if (all.length === 0) return
    await hand.select(...new Set(hand.pick([[hand.pick(all)], [hand.pick(all), hand.pick(all)]])))
    await hand.press('Delete')
  },
  duplicate: async (hand) => {
    if (hand.own.length === 0) return
    await hand.select(...new Set([hand.pick(hand.own), hand.pick(hand.own)].map((name) => `namespace ${name}`)))
    await hand.press('Control+d')
  },
  'copy and paste': async (hand) => {
    if (hand.own.length === 0) return
    await hand.select(`namespace ${hand.pick(hand.own)}`)
    await hand.press('Control+c')
    const items = hand.window.page.getByRole('treeitem', { level: 1 })
    const before = await items.count()
    await hand.press('Control+v')
    await items.nth(before).waitFor({ state: 'attached' })
  },
  stamp: async (hand) => {
    const name = hand.pick([/^LAN/, /^Two LANs/, /^Gateway/, /^Container host/, /^Line of routers/])
    await panel(hand).getByRole('button', { name }).click()
  },
  'a field of several': async (hand) => {
    if (hand.own.length < 2) return
    await hand.select(...hand.own.slice(0, 2).map((name) => `namespace ${name}`))
    await hand.window.inspector.getByLabel('Forwards packets').click()
  },
  'a field of an interface': async (hand, turn) => {
    if (hand.ends.length === 0) return
    const [label, value] = hand.pick([
      ['MTU', '1400'],
      ['MTU', ''],
      ['Add to Addresses', `10.97.${turn}.1/24`],
    ])
    await type(hand, `interface ${hand.pick(hand.ends)}`, label ?? '', value ?? '')
  },
  'a route': async (hand, turn) => {
    if (hand.own.length > 0)
      await type(hand, `namespace ${hand.pick(hand.own)}`, 'Add to Routes', `blackhole 10.98.${turn}.0/24`)
  },
  'down, up, out, in': async (hand) => {
    if (hand.ends.length === 0) return
    const words = hand.pick([
      [/^Set down/, /^Set up/],
      [/^Unplug/, /^Plug in/],
    ])
    await fromMenu(hand, `interface ${hand.pick(hand.ends)}`, ...words)
  },
  'a note': async (hand, turn) => {
    await panel(hand).getByRole('button', { name: /^Note/ }).click()
    await hand.window.page.getByRole('textbox', { name: 'Text of the note' }).waitFor()
    await hand.window.page.keyboard.type(`note ${turn}`)
    await hand.press('Enter')
  },
  'move by keys': async (hand) => {
    if (hand.names.length === 0) return
    await hand.select(`namespace ${hand.pick(hand.names)}`)
    await hand.window.page.getByRole('main').focus()
    await hand.press('Shift+ArrowDown', 'ArrowRight')
  },
  'fill in routes': (hand) =>
    panel(hand)
      .getByRole('button', { name: /^Fill in routes/ })
      .click(),
  'undo and redo': async (hand) => {
    await hand.press(...hand.pick([['Control+z'], ['Control+z', 'Control+z', 'Control+Shift+z'], ['Control+Shift+z']]))
  },
}
