import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { diagnosisCodes } from '../../../electron/core/diagnosis/diagnosis.js'
import { isAnswer, type Trace } from '../../../electron/core/diagnosis/trace.js'
import type { Fault } from './fault-labs.js'
import { addressFaults } from './faults-addresses.js'
import { answerFaults } from './faults-answers.js'
import { firewallFaults } from './faults-firewall.js'
import { hiddenFaults } from './faults-hidden.js'
import { keptFaults } from './faults-kept.js'
import { layer2Faults } from './faults-layer2.js'
import { layer3Faults } from './faults-layer3.js'
import { natFaults } from './faults-nat.js'
import { policyFaults } from './faults-policy.js'
import { portFaults } from './faults-ports.js'
import { routeFaults } from './faults-routes.js'
import { trackingFaults } from './faults-tracking.js'
import { until } from '../support/until.js'
import { Rig } from './rig.js'

/** Shorter than a person would wait: in these labs an answer takes less than a millisecond. */
const timeoutMs = 250

const all = [
  ...[...routeFaults, ...addressFaults, ...firewallFaults, ...answerFaults, ...layer2Faults, ...layer3Faults],
  ...[...natFaults, ...portFaults, ...hiddenFaults, ...policyFaults, ...trackingFaults, ...keptFaults],
]
const named = (list: readonly Fault[]) => list.map((fault) => [`${fault.code}: ${fault.name}`, fault] as const)

describe('every fault is named, proved and mended', () => {
  let rig: Rig
  beforeAll(async () => void (rig = await Rig.open()))
  afterAll(() => rig.close())

  const send = ({ from, to, probe }: Fault): Promise<Trace> => rig.trace(from, to, { timeoutMs, ...probe })

  async function examine(fault: Fault): Promise<void> {
    let trace = await send(fault)
    if (fault.fitful)
      await until('a probe is lost', async () => !isAnswer(trace.outcome) || ((trace = await send(fault)), false))
    const { diagnosis } = trace
    expect([diagnosis?.code, diagnosis?.namespace, diagnosis?.cause]).toEqual([
      fault.code,
      fault.namespace,
      fault.cause ?? expect.any(String),
    ])
    if (fault.interface !== undefined) expect(diagnosis?.interface).toBe(fault.interface)
    const evidence = diagnosis?.evidence.map(({ command, output }) => `$ ${command}\n${output}`).join('\n')
    expect(evidence).toMatch(fault.evidence)
    expect(diagnosis?.cause).not.toMatch(/\{\w|undefined|null/)
    if (fault.fix === null) return void expect(diagnosis?.fix).toBeNull()
    expect(diagnosis?.fix).toEqual({ namespace: expect.any(String), commands: fault.fix, tried: true })

    const fixed = await rig.fix(trace)
    expect(fixed.commands).toEqual(fault.fix)
    const again = await send(fault)
    expect([again.outcome, again.diagnosis]).toEqual([expect.toSatisfy(isAnswer), null])
    for (const [from, to, probe] of fault.holds ?? [])
      expect((await rig.trace(from, to, { timeoutMs, ...probe })).outcome).toSatisfy(isAnswer)
  }

  test.each(named(all))('cold: %s', async (_, fault) => {
    await rig.build(fault.lab, ...(fault.typed ?? []))
    await examine(fault)
  })

  // Where it worked before somebody typed, all neighbours are known by then; else those that could be found.
  test.each(named(all.filter(({ alike }) => !alike)))('warm: %s', async (_, fault) => {
    await rig.build(fault.lab)
    await rig.try(`ip netns exec ${fault.from} ping -n -c 1 -W 1 ${fault.to}`)
    for (const command of fault.typed ?? []) await rig.type(command)
    await rig.session.request('live/refresh', {})
    await examine({ ...fault, ...fault.warm })
  })

  /** Of what many kernels lack: test/stock has their labs. */
  const elsewhere: ReadonlySet<string> = new Set([
    ...['vlan-mismatch', 'vrf-leak-missing', 'bond-no-member'],
    // A lab has none: test/kernel/machine has it.
    'program-on-path',
    // One limit for all namespaces of a machine: test/stock sets it on one of its own.
    'conntrack-full',
    // No trace asks for a name: test/kernel/check has it.
    'name-unresolved',
    // Of labs whose interfaces ask for their addresses: test/kernel/engine has it.
    'no-lease',
    ...['tunnel-mtu', 'wireguard-no-handshake', 'wireguard-not-allowed'],
  ])
  test('no code is left out, cold or warm, but the one that admits to know nothing', () => {
    const every = diagnosisCodes.filter((code) => code !== 'unknown' && !elsewhere.has(code)).sort()
    const warm = all.map((fault) => fault.warm?.code ?? fault.code)
    expect([...new Set(all.map(({ code }) => code))].sort()).toEqual(every)
    expect([...new Set(warm)].sort()).toEqual(every)
  })
})
