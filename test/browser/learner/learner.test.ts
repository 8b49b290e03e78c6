/** All guides and all labs to repair, walked from the first step to the end by a learner who makes mistakes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadStarter, openSession, skipLacking, starterLabs } from '../../kernel/engine/sandbox.js'
import { until } from '../../kernel/support/until.js'
import { thorough } from '../../support/thorough.js'
import { LabWindow } from '../window/window.js'
import { Learner } from './learner.js'
import type { sizes, Typed } from './learner.js'

let window: LabWindow
let learner: Learner

beforeAll(async () => {
  window = await LabWindow.open()
  await window.ready()
  learner = new Learner(window)
  await learner.sitDown('en', 'large')
})
afterAll(() => window.close())

/** Whoever repairs comes to a window of their own. */
async function sitDownAnew(): Promise<void> {
  expect(window.errors).toEqual([])
  await window.close()
  window = await LabWindow.open()
  await window.ready()
  learner = new Learner(window)
}

interface Walk {
  readonly id: string
  readonly language: 'en' | 'zh-CN'
  readonly size: keyof typeof sizes
  /** Mistakes and detours, by the command of the guide that they take the place of. */
  readonly instead: Readonly<Record<string, readonly Typed[]>>
}

const walks: readonly Walk[] = [
  {
    // One of its steps takes away what all before it have made.
    id: '02-veth-pair',
    language: 'zh-CN',
    size: 'small',
    instead: {
      // The end that is somewhere else.
      'ip link del veth1': ['ip link del veth0', 'ip link del veth1'],
    },
  },
  {
    id: '06-router',
    language: 'en',
    size: 'small',
    instead: {
      // A slip of the fingers.
      'ip netns add ns0': [
        'ip netns add nso',
        { meets: 'guide.missing.namespace-like', values: { namespace: 'ns0', like: 'nso' } },
        'ip netns del nso',
        'ip netns add ns0',
      ],
      // Another way to the same end.
      'ip -n ns0 route add 192.168.1.0/24 via 192.168.0.1': ['ip -n ns0 route add default via 192.168.0.1'],
    },
  },
  {
    id: '05-bridge-gateway',
    language: 'zh-CN',
    size: 'large',
    instead: {
      // The wrong namespace.
      'ip link set veth0 netns ns0': [
        'ip link set veth0 netns ns1',
        {
          meets: 'guide.missing.interface-elsewhere',
          values: { interface: 'veth0', there: 'ns1', namespace: 'ns0' },
        },
        'ip -n ns1 link set veth0 netns ns0',
      ],
      // The wrong namespace, which answers itself: the right one beside it is not enough.
      'ip -n ns1 addr add 192.168.1.3/24 dev veth2': [
        'ip -n ns0 addr add 192.168.1.3/24 dev veth0',
        'ip -n ns1 addr add 192.168.1.3/24 dev veth2',
        {
          meets: 'guide.missing.address-twice',
          values: { address: '192.168.1.3/24', there: 'ns0:veth0', interface: 'veth2', namespace: 'ns1' },
        },
        'ip -n ns0 addr del 192.168.1.3/24 dev veth0',
      ],
      // A forgotten prefix length.
      'ip addr add 192.168.1.1/24 dev bridge0': [
        'ip addr add 192.168.1.1 dev bridge0',
        {
          meets: 'guide.missing.address-length',
          values: { interface: 'bridge0', namespace: 'host', there: '192.168.1.1/32', address: '192.168.1.1/24' },
        },
        'ip addr del 192.168.1.1/32 dev bridge0',
        'ip addr add 192.168.1.1/24 dev bridge0',
      ],
    },
  },
  {
    id: '08-nat',
    language: 'zh-CN',
    size: 'small',
    instead: {
      // A forgotten `up`, seen when the ping is not answered.
      'ip -n ns1 link set veth2 up': [],
      'ip netns exec ns0 ping -c 1 -W 1 192.168.1.1': [
        'ip netns exec ns0 ping -c 1 -W 1 192.168.1.1',
        { meets: 'guide.missing.interface-down', values: { interface: 'veth2', namespace: 'ns1' } },
        'ip -n ns1 link set veth2 up',
      ],
    },
  },
]

/** The other guides as they are written, each in the small window: in a thorough run. */
const asWritten: readonly Walk[] = starterLabs
  .map((name) => name.replace(/\.vethlab\.yaml$/, ''))
  .filter((id) => (loadStarter(`${id}.vethlab.yaml`).file.guide?.length ?? 0) > 0)
  .filter((id) => walks.every((walk) => walk.id !== id))
  .map((id, index) => ({ id, language: index % 2 === 0 ? 'zh-CN' : 'en', size: 'small', instead: {} }))

const other = { small: 'large', large: 'small', en: 'zh-CN', 'zh-CN': 'en' } as const

describe.each(thorough ? [...walks, ...asWritten] : walks)('the guide of $id', ({ id, language, size, instead }) => {
  const { file } = loadStarter(`${id}.vethlab.yaml`)
  const steps = file.guide ?? []

  test(`is built by hand, ${language}, ${size}`, async (context) => {
    skipLacking(context, await openSession(), file)
    await learner.sitDown(language, size)
    await learner.open(id)
    for (const [index, step] of steps.entries()) {
      await learner.isAt(index + 1, steps.length)
      await learner.follow(step, instead)
      if (index < steps.length - 1) await learner.next()
    }
    await learner.panel.getByRole('heading', { name: learner.say('guide.end') }).waitFor()
    await learner.panel.getByText(learner.text(file.explanation).slice(0, 40)).waitFor()
    await learner.takeDown()
    await learner.isAt(1, steps.length)
  })

  test('is read along in the deployed network, in the other language and size', async (context) => {
    skipLacking(context, await openSession(), file)
    await learner.sitDown(other[language], other[size])
    await learner.deploy()
    await learner.button('guide.readAlong').click()
    for (const index of steps.keys()) {
      await learner.isAt(index + 1, steps.length)
      if (index < steps.length - 1) await learner.next()
    }
    await learner.panel.getByRole('heading', { name: learner.say('guide.endRead') }).waitFor()
    await learner.takeDown()
  })
})

/** With the fix that the trace of an open goal offers, as often as one is open; or typed. */
const repairs: readonly (readonly [string, readonly string[] | 'by the fix'])[] = [
  ['03-two-namespaces.broken', ['ip -n ns1 addr add 192.168.1.3/24 dev veth1']],
  ['04-bridge.broken', 'by the fix'],
  [
    '05-bridge-gateway.broken',
    ['ip addr add 192.168.1.1/24 dev bridge0', 'for n in 0 1; do ip -n ns$n route add default via 192.168.1.1; done'],
  ],
  ['06-router.broken', 'by the fix'],
  [
    '06-router.no-routes',
    ['ip -n ns0 route add default via 192.168.0.1', 'ip -n ns1 route add default via 192.168.1.1'],
  ],
  ['07-host-router.broken', 'by the fix'],
  ['08-nat.broken', ['iptables -t nat -A POSTROUTING -o eth0 -j SNAT --to-source 172.16.0.157']],
  ['09-publish-port.broken', 'by the fix'],
]

/** More fixes in a row than any lab needs. */
const mostFixes = 3

async function fixByTrace(): Promise<void> {
  const repaired = learner.panel.getByRole('heading', { name: learner.say('guide.repaired') })
  const before = learner.panel.locator('.body.scroll [data-ok=true]')
  const tracing = learner.panel.locator('[data-trace]')
  const tryMs = 1000
  for (let round = 0; round < mostFixes; round += 1) {
    const worked = await before.count()
    let traced = false
    // The film of the last fix may come up in between, and the last goal may hold by then.
    await until('a goal to trace, or none that is open', async () => {
      await learner.leaveFilm()
      if (await repaired.isVisible()) return true
      return (traced = await tracing.click({ timeout: tryMs }).then(
        () => true,
        () => false,
      ))
    })
    if (!traced) return
    await window.button(new RegExp(`^${learner.say('diagnosis.apply')}`)).click()
    await until('one goal more to hold', async () => {
      await learner.leaveFilm()
      return (await before.count()) > worked || (await repaired.isVisible())
    })
  }
}

describe.each(repairs)('the repair of %s', (id, how) => {
  const { file } = loadStarter(`${id}.vethlab.yaml`)
  const [language, size] =
    repairs.findIndex(([each]) => each === id) % 2 === 0 ? (['en', 'small'] as const) : (['zh-CN', 'large'] as const)

  test(`is rewarded, and its cause told, ${language}, ${size}`, async () => {
    await sitDownAnew()
    await learner.sitDown(language, size)
    await learner.open(id)
    const explained = learner.panel.getByText(learner.text(file.explanation).slice(0, 30))
    await learner.deploy()
    await learner.panel.locator('.body.scroll [data-ok=false]').first().waitFor()
    expect(await explained.count()).toBe(0)
    if (how === 'by the fix') await fixByTrace()
    else for (const command of how) await learner.type(command)
    await until('it is said to be repaired, and why', async () => {
      await learner.leaveFilm()
      const said = learner.panel.getByRole('heading', { name: learner.say('guide.repaired') })
      return (await said.isVisible()) && (await explained.isVisible())
    })
    expect(await learner.panel.locator('.body.scroll [data-ok=false]').count()).toBe(0)
    // The last rung has no next one.
    if (!id.startsWith('09')) await learner.panel.locator('[aria-labelledby=go-on] button').first().waitFor()
    await learner.takeDown()
  })
})

test('nothing in the page threw', () => {
  expect(window.errors).toEqual([])
})
