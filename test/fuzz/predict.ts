/** Predictions held against films: labs by chance, healthy and broken, cold and warm, and a few probes in each. */
import type { Params } from '../../electron/core/rpc.js'
import { foretell, type Foretold } from '../kernel/trace/foretold.js'
import type { Rig } from '../kernel/trace/rig.js'
import { chooseFaults } from './faults.js'
import { dualStack, fuzzLab, hostIpv6, labYaml, outsideAddress, type FuzzLab } from './lab.js'
import { chooseTurns } from './turns.js'

/** Longer than three questions that nobody answers take here (milliseconds). */
const timeoutMs = 500
/** Probes of each lab. */
const probes = 3
/** The kernel looks after lost carriers once a second, and forgets then whom it was asking for (milliseconds). */
const settleMs = 1200

export interface Compared {
  readonly seed: number
  /** One word of each probe, and why. */
  readonly verdicts: readonly Verdict[]
}

export type Verdict = Pick<Foretold, 'verdict' | 'why'>

export async function compareLab(rig: Rig, seed: number): Promise<Compared> {
  const lab = fuzzLab(seed)
  const typed = typedIn(lab, seed)
  const isDual = seed % 5 < 2
  await rig.build(labYaml(isDual ? dualStack(lab.network) : lab.network))
  const verdicts: Verdict[] = []
  if (seed % 2 === 1) await warm(rig, lab, seed)
  for (const command of typed) await rig.try(command)
  // Asked before and after that moment, the kernel says two things; link-local addresses come then, too.
  if (isDual || typed.some((command) => /link set|nomaster/.test(command)))
    await new Promise((resolve) => setTimeout(resolve, settleMs))
  for (let n = 0; n < probes; n++) {
    const { from, to, more } = question(lab, seed)
    const what = `${more.protocol ?? 'ping'} ${from} -> ${to}${more.port ? `:${more.port}` : ''}${more.size ? ' big' : ''}`
    const how = `seed ${seed}, ${what}, typed ${JSON.stringify(typed)}`
    const { verdict, why } = await foretell(rig, from, to, { ...more, timeoutMs }).catch((error: unknown) => {
      throw new Error(`${how}: ${String(error)}`)
    })
    verdicts.push({ verdict, why: `${how}: ${why}` })
  }
  return { seed, verdicts }
}

const picker =
  ({ random }: FuzzLab) =>
  <T>(list: readonly T[]): T =>
    list[Math.floor(random() * list.length)] as T

/** Faults, turns, both, or nothing. */
function typedIn(lab: FuzzLab, seed: number): string[] {
  const faults = seed % 4 === 1 || seed % 4 === 3 ? chooseFaults(lab).map(({ command }) => command) : []
  return seed % 4 === 0 ? [] : [...faults, ...(seed % 4 === 1 ? [] : chooseTurns(lab))]
}

async function warm(rig: Rig, lab: FuzzLab, seed: number): Promise<void> {
  const { from, to } = question(lab, seed)
  await rig.try(`ip netns exec ${from} ping -n -c 1 -W 1 ${to}`)
}

/** A payload beyond what a small cable takes, and within what all others do (bytes). */
const bigSize = 1200

function question(lab: FuzzLab, seed: number): { from: string; to: string; more: Partial<Params<'trace/run'>> } {
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
  const isIpv6 = seed % 5 < 2 && lab.random() < 0.7
  return { from: from.name, to: isIpv6 ? hostIpv6(to) : to, more }
}
