/** Gestures by chance, and all of them taken back: the file, the kernel and the helper are as before. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { startSandbox } from '../../../electron/session/sandbox.js'
import type { LabWindow } from '../../browser/window/window.js'
import { dump, type Anchored } from '../../kernel/engine/sandbox.js'
import { atRest } from '../../kernel/support/at-rest.js'
import { patiently } from '../../kernel/support/until.js'
import { gestures } from './gestures.js'
import { Hand, helperOf, random } from './hand.js'

/** Undo does nothing where nothing is left to undo: one gesture is one step, and a few are typed in two. */
const stepsOf = (gestureCount: number): number => 2 * gestureCount

/** Of the sandbox's own: what it has open, what is mounted, and who runs. */
function holds(window: LabWindow): Readonly<Record<string, unknown>> {
  const pid = helperOf(window)
  const links = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n').length
  return {
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    mounts: links,
    processes: window.world
      .processes()
      .map(({ command }) => command)
      .toSorted(),
  }
}

/**
 * A dump without what a kernel keeps of what was there once, and no packet meets: tables of rules without a rule, and the
 * queue of an interface that was up.
 */
async function essentials(sandbox: Anchored): Promise<unknown> {
  const whole = Object.entries((await dump(sandbox)) as Record<string, Record<string, readonly string[]>>)
  const rulesOf = (lines: readonly string[] = []): readonly string[] =>
    lines
      .join('\n')
      .split('COMMIT')
      .filter((table) => /^-A|^:(?:\S+ DROP|(?!PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)\S+ )/m.test(table))
  return Object.fromEntries(
    whole.map(([name, { iptables, ip6tables, qdiscs = [], ...rest }]) => [
      name,
      {
        ...rest,
        iptables: rulesOf(iptables),
        ip6tables: rulesOf(ip6tables),
        qdiscs: qdiscs.filter((line) => !line.includes('noqueue')),
      },
    ]),
  )
}

/** Carriers come in the kernel's own time: both are looked at until they are the same, or never are. */
async function expectSame(sandbox: Anchored, wanted: () => Promise<unknown>, why: string): Promise<void> {
  let both: readonly [unknown, unknown] = [null, null]
  await patiently(async () => {
    both = await Promise.all([essentials(sandbox), wanted()])
    return JSON.stringify(both[0]) === JSON.stringify(both[1])
  })
  expect(both[0], why).toEqual(both[1])
}

/** What stands is what a sandbox of its own has that is given the lab and nothing else. */
async function expectAsAfresh(sandbox: Anchored, text: string, why: string): Promise<void> {
  const started = await startSandbox()
  if (!started.ok) throw new Error(started.failure.message)
  const { session } = started
  try {
    const { labFile } = parseLabText(text, 'drawn')
    if (!labFile) throw new Error('no lab')
    const applied = await session.request('lab/apply', { lab: labFile, former: 'everything' })
    if (!applied.ok) throw new Error(`${JSON.stringify(applied.failure)}\n${why}\n${text}`)
    await expectSame(sandbox, () => essentials(session), why)
  } finally {
    await session.close()
  }
}

/**
 * @param afresh whether what stands is compared with the same lab built afresh, too
 * @returns what was done, in words
 */
export async function sequence(
  window: LabWindow,
  path: string,
  { seed, gestures: count, afresh }: { readonly seed: number; readonly gestures: number; readonly afresh: boolean },
): Promise<string> {
  const hand = new Hand(window, path, random(seed))
  const held = await atRest('what the helper holds', () => Promise.resolve(holds(window)))
  // Carriers have come meanwhile.
  const [text, network] = [hand.text, await essentials(hand.sandbox)]
  for (let at = 0; at < count; at += 1) await hand.go(gestures)
  const done = hand.done.join(', ')
  if (afresh) await expectAsAfresh(hand.sandbox, hand.text, done)
  await window.rest()
  await hand.press(...Array<string>(stepsOf(count)).fill('Control+z'))
  await hand.settled()
  expect(hand.text, done).toBe(text)
  await expectSame(hand.sandbox, () => Promise.resolve(network), done)
  await patiently(() => JSON.stringify(holds(window)) === JSON.stringify(held))
  expect(holds(window), done).toEqual(held)
  return done
}
