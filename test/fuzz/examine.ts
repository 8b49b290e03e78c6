/** One network by chance, built twice: what vethlab says of a probe, held against what plain tools say of the same. */
import { isAnswer, type Trace } from '../../electron/core/diagnosis/trace.js'
import type { Params } from '../../electron/core/rpc.js'
import type { Rig } from '../kernel/trace/rig.js'
import { chooseFaults, type InjectedFault } from './faults.js'
import { judge, type Question } from './judge.js'
import { fuzzLab, labYaml, outsideAddress, type FuzzLab } from './lab.js'

export interface Examined {
  readonly seed: number
  readonly warm: boolean
  readonly outcome: string
  readonly code: string | null
  readonly faults: readonly InjectedFault[]
  /** What must not be, one line each. */
  readonly problems: readonly string[]
  /** Fixes that were carried out, and those after which the probe got no further. */
  readonly fixes: number
}

/** Three questions that nobody answers, and some (milliseconds). */
const timeoutMs = 700
/** The kernel looks after lost carriers once a second; both builders are asked on the same side of that (milliseconds). */
const settleMs = 1200
/** A payload beyond what a small cable takes, and within what all others do (bytes). */
const bigSize = 1200

function ask(lab: FuzzLab): Question {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(lab.random() * list.length)] as T
  const from = pick(lab.hosts)
  const others = lab.hosts.filter((host) => host !== from).map(({ address }) => address)
  const to = lab.outside !== null && lab.random() < 0.4 ? outsideAddress : others.length > 0 ? pick(others) : '10.0.0.1'
  const kind = lab.random()
  const port = kind < 0.3 ? 80 : kind < 0.4 ? 81 : null
  return { from: from.name, to, port, size: port === null && kind > 0.85 ? bigSize : null }
}

const probeOf = ({ port, size }: Question): Partial<Params<'trace/run'>> => ({
  timeoutMs,
  ...(port === null ? {} : { protocol: 'tcp' as const, port }),
  ...(size === null ? {} : { size, df: true }),
})

const said = ({ outcome, diagnosis }: Trace): string => `${outcome}, ${diagnosis?.code} in ${diagnosis?.namespace}`

export async function examine(rig: Rig, seed: number, warm: boolean): Promise<Examined> {
  const lab = fuzzLab(seed)
  const faults = chooseFaults(lab)
  const question = ask(lab)
  const typed = faults.map(({ command }) => command)
  const probe = probeOf(question)
  const askVethlab = async (): Promise<Trace> => {
    await rig.build(labYaml(lab.network))
    if (warm) await rig.try(`ip netns exec ${question.from} ping -n -c 1 -W 1 ${question.to}`)
    for (const command of typed) await rig.try(command)
    await rig.session.request('live/refresh', {})
    return rig.trace(question.from, question.to, probe)
  }
  let plain = await judge(lab.network, typed, question, warm, 0)
  let trace = await askVethlab()
  if (trace.outcome !== plain) {
    plain = await judge(lab.network, typed, question, warm, settleMs)
    await new Promise((resolve) => setTimeout(resolve, settleMs))
    trace = await rig.trace(question.from, question.to, probe)
  }
  const problems: string[] = []
  const story = `seed ${seed} ${warm ? 'warm' : 'cold'}, ${question.port === null ? 'ping' : `tcp ${question.port}`}${question.size === null ? '' : ' big'} ${question.from} -> ${question.to}, typed ${JSON.stringify(typed)}: ${said(trace)}`
  if (trace.outcome !== plain) problems.push(`outcome: ${story}; plain tools say ${plain}`)
  if (isAnswer(trace.outcome) !== (trace.diagnosis === null))
    problems.push(`diagnosis of what works, or none: ${story}`)
  const code = trace.diagnosis?.code ?? null
  const refusedPort = question.port === 81 && trace.outcome === 'refused'
  if (trace.diagnosis && code !== 'unknown' && !refusedPort) {
    const places = new Set(faults.flatMap((fault) => fault.places))
    if (!places.has(trace.diagnosis.namespace ?? '')) problems.push(`false blame: ${story}`)
  }
  let fixes = 0
  if (trace.diagnosis?.fix) {
    await rig.fix(trace)
    fixes = 1
    const after = await rig.trace(question.from, question.to, probe)
    if (after.diagnosis && said(after) === said(trace) && after.hops.length <= trace.hops.length)
      problems.push(`fix that does not help (${trace.diagnosis.fix.commands.join('; ')}): ${story}`)
  }
  return { seed, warm, outcome: trace.outcome, code, faults, problems, fixes }
}
