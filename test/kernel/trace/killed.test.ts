/** Killed while a fix is tried: the lab goes with its sandbox, or is put back by who lives on. */
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { attachTo } from '../../../electron/session/running/attach.js'
import { listRunning, type RunningLab } from '../../../electron/session/running/entry.js'
import { until } from '../support/until.js'
import { dumpDefaultNamespace } from '../support/world.js'
import { Rig } from './rig.js'

const lab = `namespaces:
  a: { interfaces: { e0: { addresses: [10.1.0.2/24] } }, routes: [{ to: default, via: 10.1.0.1 }] }
  r: { forwarding: true, interfaces: { e1: { addresses: [10.1.0.1/24] }, e2: { addresses: [10.2.0.1/24] } } }
  b: { interfaces: { e3: { addresses: [10.2.0.2/24] } }, routes: [{ to: default, via: 10.2.0.1 }] }
links: [['a:e0', 'r:e1'], ['r:e2', 'b:e3']]
`
/** The second fault lets the trial of the first wait for its whole patience. */
const faults = ['ip -n a link set e0 down', 'ip netns exec r sysctl -qw net.ipv4.ip_forward=0']

const isUp = async (rig: Rig): Promise<boolean> => /[<,]UP[,>]/.test(await rig.type('ip -n a link show e0'))

const entryOf = ({ world }: Rig): RunningLab => {
  const [entry] = listRunning(join(world.runtime, 'vethlab'))
  if (!entry) throw new Error('the lab is not running')
  return entry
}

/** A trace whose fix is in force at this moment. */
async function tracing(): Promise<Rig> {
  const rig = await Rig.open()
  onTestFinished(() => rig.world.dispose())
  await rig.build(lab, ...faults)
  let caught = false
  const trace = async (): Promise<void> => {
    // A busy machine may look too late at one that is over soon.
    while (!caught) await rig.trace('a', '10.2.0.2')
  }
  trace().catch(() => {})
  await until('a fix is tried', () => isUp(rig))
  caught = true
  return rig
}

const victims = {
  helper: (rig: Rig): number | undefined =>
    rig.world.processes().find(({ command }) => /\bhelper\.js\b/.test(command) && !command.includes('sandbox-init'))
      ?.pid,
  session: (rig: Rig): number => entryOf(rig).keeper.pid,
}

test.each(['helper', 'session'] as const)('kill -9 of the %s leaves nothing behind', async (victim) => {
  const before = dumpDefaultNamespace()
  const rig = await tracing()
  const pid = victims[victim](rig)
  if (pid === undefined) throw new Error(`no ${victim} is running`)
  process.kill(pid, 'SIGKILL')
  await rig.session.ended
  // Whoever looks next clears the name away.
  const down = await rig.world.cli('down', 'rig')
  expect(down.status).not.toBe(0)
  await rig.world.untilNothingIsLeft(60_000)
  expect(dumpDefaultNamespace()).toBe(before)
})

test('who had asked for the trace goes away: the lab is put back', async () => {
  const rig = await tracing()
  await rig.session.close()
  await until('the fix is taken back', async () => !(await isUp(rig)))
  const again = await attachTo(join(rig.world.runtime, 'vethlab'), entryOf(rig))
  if (!again.ok) throw new Error(again.failure.message)
  const { session } = again
  const result = await session.request('trace/run', { from: 'a', to: '10.2.0.2' })
  expect(result.ok && [result.trace.diagnosis?.code, result.trace.diagnosis?.namespace]).toEqual([
    'interface-down',
    'a',
  ])
  expect(await isUp(rig)).toBe(false)
  await session.close()
  await rig.world.cli('down', 'rig')
  await rig.world.untilNothingIsLeft(60_000)
})
