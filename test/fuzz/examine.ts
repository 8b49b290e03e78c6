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

/** More than there are faults: each fix may uncover one that was behind it. */
const mostFixes = 6

export async function examine(rig: Rig, seed: number, warm: boolean): Promise<Examined> {
  const lab = fuzzLab(seed)
  const faults = chooseFaults(lab)
  const question = ask(lab)
  const typed = faults.map(({ command }) => command)
  const probe = probeOf(question)
  const judged = (commands: readonly string[], restMs: number) => judge(lab.network, commands, question, warm, restMs)
  const askVethlab = (): Promise<Trace> => rig.trace(question.from, question.to, probe)
  await rig.build(labYaml(lab.network))
  if (warm) await rig.try(`ip netns exec ${question.from} ping -n -c 1 -W 1 ${question.to}`)
  for (const command of typed) await rig.try(command)
  await rig.session.request('live/refresh', {})
  const rest = () => new Promise((resolve) => setTimeout(resolve, settleMs))
  const agreed = async (commands: readonly string[], trace: Trace): Promise<{ trace: Trace; plain: string }> => {
    const plain = await judged(commands, 0)
    if (told(trace, question) === plain) return { trace, plain }
    await rest()
    return { trace: await askVethlab(), plain: await judged(commands, settleMs) }
  }
  const first = await agreed(typed, await askVethlab())
  const problems: string[] = []
  const kind = question.port === null ? 'ping' : `tcp ${question.port}`
  const big = question.size === null ? '' : ' big'
  const words = `seed ${seed} ${warm ? 'warm' : 'cold'}, ${kind}${big} ${question.from} -> ${question.to}, typed ${JSON.stringify(typed)}`
  const story = (trace: Trace): string => `${words}: ${said(trace)}: ${trace.diagnosis?.cause}`
  if (told(first.trace, question) !== first.plain)
    problems.push(`outcome: ${story(first.trace)}; plain tools say ${first.plain}`)
  const commands: string[] = []
  const heard = new Set<string>()
  let { trace } = first
  for (let round = 0; trace.diagnosis && round < mostFixes; round++) {
    if (!isTrue(trace, faults, question, lab)) problems.push(`false blame: ${story(trace)}`)
    const { fix } = trace.diagnosis
    if (!fix) break
    if (heard.has(said(trace) + fix.commands.join('; '))) {
      problems.push(`fix that does not help (${fix.commands.join('; ')}): ${story(trace)}`)
      break
    }
    const fixed = await rig.fix(trace).catch((error: unknown) => error)
    // The kernel has gone on since: a carrier came, an address became usable.
    if (fixed instanceof Error && fixed.message.startsWith('stale-fix:')) {
      trace = await askVethlab()
      continue
    }
    if (fixed instanceof Error) throw fixed
    heard.add(said(trace) + fix.commands.join('; '))
    commands.push(...fix.commands)
    trace = await askVethlab()
    if (isAnswer(trace.outcome) !== (trace.diagnosis === null))
      problems.push(`diagnosis of what works, or none: ${story(trace)}`)
  }
  // The same commands, typed into the other network, come to the same.
  // Services are no commands; rules of nftables have other numbers there, and interfaces other hardware addresses.
  const elsewhere = /^#| handle \d+$|\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/
  const plainly = commands.filter((command) => !elsewhere.test(command))
  if (plainly.length > 0 && plainly.length === commands.length) {
    const last = await agreed([...typed, ...plainly], trace)
    if (told(last.trace, question) !== last.plain)
      problems.push(`after its fixes (${plainly.join('; ')}): ${story(last.trace)}; plain tools say ${last.plain}`)
  }
  const code = first.trace.diagnosis?.code ?? null
  if (code === 'unknown') console.log(`unknown: ${story(first.trace)}`)
  return { seed, warm, outcome: first.trace.outcome, code, faults, problems, fixes: heard.size }
}

/** As nc has it, which hears of an expired TTL as of any other that says there is no way. */
const told = ({ outcome, message }: Trace, { port }: Question): string =>
  port !== null && /exceeded/i.test(message ?? '') ? 'unreachable' : outcome

/** What it names is one of the faults, where it is or where it shows; or that nobody listens where nobody should. */
function isTrue(
  { diagnosis, outcome }: Trace,
  faults: readonly InjectedFault[],
  { port, to }: Question,
  lab: FuzzLab,
): boolean {
  if (!diagnosis || diagnosis.code === 'unknown') return true
  if (port === 81 && outcome === 'refused' && diagnosis.code === 'port-closed') return true
  const listens = lab.network.stations.some(
    ({ serves, devices }) =>
      serves && devices.some(({ addresses }) => addresses.some((each) => each.startsWith(`${to}/`))),
  )
  if (!listens && port !== null && diagnosis.code === 'port-closed') return true
  return faults.some(
    ({ codes, places }) => codes.includes(diagnosis.code) && places.includes(diagnosis.namespace ?? ''),
  )
}
