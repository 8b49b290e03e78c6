/**
 * No false blame: in labs made by chance, a path that works never gets a diagnosis, the outcome is what plain ping and nc
 * report, what was predicted of it from the state of the network is so, and a fix that is carried out never leads to the
 * same diagnosis again. `VETHLAB_RANDOM_LABS` makes it longer.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isAnswer, type Trace } from '../../../electron/core/diagnosis/trace.js'
import { randomFrom } from '../../../electron/core/challenge/random.js'
import { foretell } from './foretold.js'
import { randomLab, type RandomLab } from './random-lab.js'
import { Rig } from './rig.js'

const labs = Number(process.env['VETHLAB_RANDOM_LABS'] ?? 200)
const firstSeed = Number(process.env['VETHLAB_RANDOM_SEED'] ?? 1)
/** Long enough for three questions that nobody answers, which is what plain ping waits for too (milliseconds). */
const timeoutMs = 500
/** Longer than the kernel's own rest between two looks at carriers (milliseconds). */
const settleMs = 1200
/** Sandboxes at work: most of the time goes by waiting for answers that do not come. */
const lanes = 3
/** More than there are faults: each fix may uncover one that was behind it. */
const mostFixes = 6

/** Labs in which all came as predicted. */
let equal = 0

const rigs: Rig[] = []
beforeAll(async () => {
  for (let lane = 0; lane < lanes; lane++) rigs.push(await Rig.open())
})
afterAll(async () => {
  for (const rig of rigs) await rig.close()
})

/** What ping says, in our words. */
async function plainPing(rig: Rig, from: string, to: string): Promise<string> {
  const { status, output } = await rig.try(`ip netns exec ${from} ping -n -c 1 -W 1 ${to}`)
  if (status === 0) return 'reply'
  return /unreachable|prohibited|Invalid argument/i.test(output) ? 'unreachable' : 'lost'
}

async function plainConnect(rig: Rig, from: string, to: string): Promise<string> {
  const { status, output } = await rig.try(`ip netns exec ${from} nc -n -v -z -w 1 ${to} 80`)
  if (status === 0) return 'connected'
  if (/exec of "nc" failed/.test(output)) throw new Error(output)
  if (/refused/i.test(output)) return 'refused'
  return /unreachable|No route to host|Invalid argument/i.test(output) ? 'unreachable' : 'lost'
}

const describeTrace = (seed: number, lab: RandomLab, trace: Trace): string =>
  `seed ${seed}, typed ${JSON.stringify(lab.typed)}, ${trace.probe.protocol} ${trace.probe.from} -> ${trace.probe.to}: ${trace.outcome}, ${trace.diagnosis?.code} in ${trace.diagnosis?.namespace}`

async function examine(rig: Rig, seed: number, problems: string[], codes: Map<string, number>): Promise<void> {
  const broken = seed % 3 !== 0
  const lab = randomLab(seed, broken)
  const random = randomFrom(seed ^ 0x5eed)
  // The second fault may find that the first has already done its work.
  await rig.build(lab.yaml, ...lab.typed.map((command) => `${command} || true`))
  const hosts = [...lab.hosts].sort(() => random() - 0.5)
  const from = hosts[0]
  const to = hosts[1] ?? { name: 'r0', address: '10.0.0.1' }
  if (!from) return
  const tcp = random() < 0.4 && to.name !== 'r0'
  const probe = tcp ? { protocol: 'tcp' as const, port: 80, timeoutMs } : { timeoutMs }
  const ask = () => (tcp ? plainConnect : plainPing)(rig, from.name, to.address)
  let plain = await ask()
  let foretold = await foretell(rig, from.name, to.address, probe)
  if (foretold.trace.outcome !== plain || foretold.verdict === 'different') {
    // The kernel looks after lost carriers once a second, and forgets then whom it was asking for without a word
    // (linkwatch, neigh_carrier_down): both must be asked on the same side of that moment.
    await new Promise((resolve) => setTimeout(resolve, settleMs))
    plain = await ask()
    foretold = await foretell(rig, from.name, to.address, probe)
  }
  let { trace } = foretold
  const story = describeTrace(seed, lab, trace)
  if (trace.outcome !== plain) problems.push(`${story}; plain says ${plain}`)
  if (foretold.verdict === 'different') problems.push(`${story}; ${foretold.why}`)
  if (foretold.verdict === 'equal') equal++
  if (isAnswer(trace.outcome) !== (trace.diagnosis === null))
    problems.push(`${story}: a diagnosis of what works, or none`)
  if (!broken && !isAnswer(trace.outcome)) problems.push(`${story}: a healthy lab does not work`)
  let last = ''
  for (let round = 0; round < mostFixes && trace.diagnosis; round++) {
    const { code, namespace, fix } = trace.diagnosis
    codes.set(code, (codes.get(code) ?? 0) + 1)
    if (code === 'unknown') return void problems.push(`${describeTrace(seed, lab, trace)}: not found out`)
    const said = `${code} ${namespace} ${fix?.commands.join('; ')}`
    if (said === last) return void problems.push(`${describeTrace(seed, lab, trace)}: said again after its fix`)
    if (fix === null) return void problems.push(`${describeTrace(seed, lab, trace)}: no fix`)
    last = said
    await rig.fix(trace)
    trace = await rig.trace(from.name, to.address, probe)
  }
  if (trace.diagnosis) problems.push(`${describeTrace(seed, lab, trace)}: still broken after ${mostFixes} fixes`)
}

test(`${labs} labs by chance`, { timeout: 1000 * 60 * 15 }, async () => {
  const problems: string[] = []
  const codes = new Map<string, number>()
  let next = 0
  await Promise.all(
    rigs.map(async (rig) => {
      for (let n = next++; n < labs; n = next++) {
        const seed = firstSeed + n
        await examine(rig, seed, problems, codes).catch((error: unknown) =>
          problems.push(`seed ${seed}: ${String(error)}`),
        )
      }
    }),
  )
  expect(problems).toEqual([])
  // What cannot be said, as the kernel is about to act by itself, is rare.
  expect(equal).toBeGreaterThanOrEqual(labs * 0.95)
  // A run that meets a few causes only would prove little.
  expect(codes.size).toBeGreaterThanOrEqual(Math.min(6, labs / 8))
})
