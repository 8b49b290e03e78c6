/** Two who have one address: what is said of them, near or far from each other. */
import { innermost } from '../loss.js'
import { addressDelete, labInterface } from '../lab-says.js'
import { bare, type Owner } from '../network.js'
import type { Question } from '../question.js'
import type { RepairStep } from '../repair.js'
import type { Finding, Suspicion } from '../rule.js'
import type { Scene } from '../scene.js'
import { say } from '../words.js'

export interface Twins {
  /** Who got the packet. */
  readonly got: Owner
  readonly other: Owner
}

interface Details {
  /** Whose address goes. */
  readonly wrong: Owner
  /** What else shows it. */
  readonly ask?: readonly Question[]
  readonly more?: readonly RepairStep[]
  /** Only a fix that helps can tell that this is the cause. */
  readonly onlyIfTried?: boolean
}

export function twinSuspicion({ got, other }: Twins, { wrong, ask = [], more = [], onlyIfTried }: Details): Suspicion {
  const address = bare(got.address)
  const owners = [got, other].map(({ namespace, dev }) => ({ namespace, ask: 'addresses', dev }) as const)
  const questions = [...owners, ...ask]
  return {
    ask: questions,
    ruledOut: say('not-duplicate-address', { target: address }),
    judge: (answers): Finding => ({
      ...(onlyIfTried ? { onlyIfTried } : {}),
      namespace: got.namespace,
      interface: got.dev,
      message: say('duplicate-address', {
        namespace: got.namespace,
        interface: got.dev,
        otherNamespace: other.namespace,
        otherInterface: other.dev,
        address,
      }),
      evidence: answers.evidence(...questions),
      repair: {
        namespace: wrong.namespace,
        steps: [addressDelete(wrong.namespace, wrong.dev, wrong.address), ...more],
      },
    }),
  }
}

/** The lab gives it the address. */
export const isSaid = ({ lab }: Scene, { namespace, dev, address }: Owner): boolean =>
  labInterface(lab, namespace, dev)?.addresses.includes(address) ?? false

/** Hops at which a packet came in where its address is, the last one first. */
export const arrivals = ({ hops, network }: Scene) =>
  hops
    .flatMap((hop) => {
      const dst = hop.packet && innermost(hop.packet).ip?.dst
      const came = hop.observed && hop.direction === 'in' && hop.event === 'received'
      return dst && came && network.owns(hop.namespace, dst) ? [{ hop, dst }] : []
    })
    .toReversed()
