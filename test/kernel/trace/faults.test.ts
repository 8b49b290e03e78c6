import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { diagnosisCodes } from '../../../electron/core/diagnosis/diagnosis.js'
import { isAnswer } from '../../../electron/core/diagnosis/trace.js'
import { faults } from './faults.js'
import { Rig } from './rig.js'

/** Shorter than a person would wait: in these labs an answer takes less than a millisecond. */
const timeoutMs = 250

describe('every fault is named, proved and mended', () => {
  let rig: Rig
  beforeAll(async () => void (rig = await Rig.open()))
  afterAll(() => rig.close())

  test.each(faults.map((fault) => [`${fault.code}: ${fault.name}`, fault] as const))('%s', async (_, fault) => {
    await rig.build(fault.lab, ...(fault.typed ?? []))
    const trace = await rig.trace(fault.from, fault.to, { timeoutMs, ...fault.probe })
    const { diagnosis } = trace
    expect([diagnosis?.code, diagnosis?.namespace, diagnosis?.cause]).toEqual([
      fault.code,
      fault.namespace,
      expect.any(String),
    ])
    if (fault.interface !== undefined) expect(diagnosis?.interface).toBe(fault.interface)
    const evidence = diagnosis?.evidence.map(({ command, output }) => `$ ${command}\n${output}`).join('\n')
    expect(evidence).toMatch(fault.evidence)
    expect(diagnosis?.fix?.commands).toEqual(fault.fix)
    expect(diagnosis?.cause).not.toMatch(/\{|undefined|null/)

    const fixed = await rig.fix(trace)
    expect(fixed.commands).toEqual(fault.fix)
    const again = await rig.trace(fault.from, fault.to, { timeoutMs, ...fault.probe })
    expect([again.outcome, again.diagnosis]).toEqual([expect.toSatisfy(isAnswer), null])
  })

  test('no code is left out but the one that admits to know nothing', () => {
    expect([...new Set(faults.map(({ code }) => code))].sort()).toEqual(
      diagnosisCodes.filter((code) => code !== 'unknown').sort(),
    )
  })
})
