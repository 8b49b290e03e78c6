/** Predictions held against films: labs by chance, healthy and broken, cold and warm, and a few probes in each. */
import { difference, probeOf } from '../../electron/core/predict/compare.js'
import { predict } from '../../electron/core/predict/predict.js'
import { inEnglish } from '../../electron/core/words/said.js'
import type { Trace } from '../../electron/core/diagnosis/trace.js'
import type { Params } from '../../electron/core/rpc.js'
import type { Rig } from '../kernel/trace/rig.js'
import { chooseFaults } from './faults.js'
import { fuzzLab, labYaml, outsideAddress, type FuzzLab } from './lab.js'

/** Longer than three questions that nobody answers take here (milliseconds). */
const timeoutMs = 500
/** Probes of each lab. */
const probes = 3
/** The kernel looks after lost carriers once a second, and then forgets whom it was asking for (milliseconds). */
const settleMs = 1200

export interface Compared {
  readonly seed: number
  /** One word of each probe, and why. */
  readonly verdicts: readonly {
    readonly verdict: 'equal' | 'cannot say' | 'different'
    readonly why: string
  }[]
}

export type Verdict = Compared['verdicts'][number]

/** Predicts from what stands, sends the probe, and compares. */
export async function foretell(
  rig: Rig,
  from: string,
  to: string,
  more: Partial<Params<'trace/run'>>,
): Promise<Verdict & { readonly trace: Trace }> {
  await rig.session.request('live/refresh', {})
  const { live } = rig.session
  const trace = await rig.trace(from, to, { timeoutMs, ...more })
  const prediction = predict(live, probeOf(trace, more.timeoutMs ?? timeoutMs))
  if (!prediction.sure) return { verdict: 'cannot say', why: inEnglish(prediction.because), trace }
  const why = difference(prediction, trace, live)
  if (why === null) return { verdict: 'equal', why: trace.outcome, trace }
  const end = prediction.end ? ` (${inEnglish(prediction.end)})` : ''
  return { verdict: 'different', why: `${why}${end}; diagnosed ${trace.diagnosis?.code ?? 'nothing'}`, trace }
}

export async function compareLab(rig: Rig, seed: number): Promise<Compared> {
  const lab = fuzzLab(seed)
  const typed = seed % 3 === 0 ? [] : chooseFaults(lab).map(({ command }) => command)
  await rig.build(labYaml(lab.network))
  const verdicts: Verdict[] = []
  if (seed % 2 === 1) await warm(rig, lab)
  for (const command of typed) await rig.try(command)
  for (let n = 0; n < probes; n++) {
    const { from, to, more } = question(lab)
    const ask = () => foretell(rig, from, to, more)
    let { verdict, why } = await ask()
    // Only what is still so when the kernel has come to rest is a difference.
    if (verdict === 'different') {
      await new Promise((resolve) => setTimeout(resolve, settleMs))
      ;({ verdict, why } = await ask())
    }
    const what = `${more.protocol ?? 'ping'} ${from} -> ${to}${more.port ? `:${more.port}` : ''}${more.size ? ' big' : ''}`
    verdicts.push({ verdict, why: `seed ${seed}, ${what}, typed ${JSON.stringify(typed)}: ${why}` })
  }
  return { seed, verdicts }
}

const picker =
  ({ random }: FuzzLab) =>
  <T>(list: readonly T[]): T =>
    list[Math.floor(random() * list.length)] as T

async function warm(rig: Rig, lab: FuzzLab): Promise<void> {
  const { from, to } = question(lab)
  await rig.try(`ip netns exec ${from} ping -n -c 1 -W 1 ${to}`)
}

/** A payload beyond what a small cable takes, and within what all others do (bytes). */
const bigSize = 1200

function question(lab: FuzzLab): { from: string; to: string; more: Partial<Params<'trace/run'>> } {
  const pick = picker(lab)
  const from = pick(lab.hosts)
  const others = lab.hosts.filter((host) => host !== from).map(({ address }) => address)
  const nearby = ['10.0.0.1', from.address, `10.${from.subnet}.0.99`]
  const kind = lab.random()
  const to =
    lab.outside !== null && kind < 0.35
      ? outsideAddress
      : others.length > 0 && kind < 0.85
        ? pick(others)
        : kind < 0.97
          ? pick(nearby)
          : '198.51.100.7'
  const how = lab.random()
  const more: Partial<Params<'trace/run'>> =
    how < 0.3
      ? { protocol: 'tcp', port: 80 }
      : how < 0.4
        ? { protocol: 'tcp', port: 81 }
        : how < 0.5
          ? { protocol: 'udp', port: 53 }
          : how > 0.9
            ? { size: bigSize, df: true }
            : {}
  return { from: from.name, to, more }
}
