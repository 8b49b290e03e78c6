import { test } from 'vitest'
import { faults } from './faults.js'
import { Rig, story } from './rig.js'
test('debug', async () => {
  const rig = await Rig.open()
  const wanted = (process.env['FAULTS'] ?? '').split(';')
  for (const fault of faults.filter((f) => wanted.some((w) => f.name.includes(w)))) {
    await rig.build(fault.lab, ...(fault.typed ?? []))
    let trace = await rig.trace(fault.from, fault.to, { timeoutMs: 250, ...fault.probe })
    const d = trace.diagnosis
    console.log(`##### ${fault.name} outcome=${trace.outcome} ${trace.message}`)
    console.log(story(trace, true).join('\n'))
    console.log(JSON.stringify({ ...d, evidence: undefined, message: undefined, ruledOutMessages: undefined }, null, 1))
    console.log(d?.evidence.map(({ command, output }) => `$ ${command}\n${output}`).join('\n'))
    if (process.env['FIX'] && d?.fix) {
      await rig.fix(trace)
      trace = await rig.trace(fault.from, fault.to, { timeoutMs: 250, ...fault.probe })
      console.log('AFTER', trace.outcome, trace.diagnosis?.code, story(trace, true).join('\n'))
    }
  }
  await rig.close()
})
