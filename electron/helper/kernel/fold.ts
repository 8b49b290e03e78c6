/**
 * A cable that is plugged into a bridge is three steps of a plan: the pair, its master, its being up. The kernel takes
 * all three in one RTM_NEWLINK, which is a third of the work, as long as the end on the bridge is the main one (IFF_UP
 * on a peer is refused). So the worker looks ahead and does them together; where the kernel refuses, each is done alone
 * and the refused one is told.
 */
import type { KernelStep } from '../../core/plan/step.js'
import { Refusal } from './errno.js'
import { addVeth } from './rtnetlink/link.js'
import type { StepContext } from './steps.js'

type VethAdd = Extract<KernelStep, { readonly op: 'veth-add' }>

export class Folds {
  readonly #masters = new Map<string, number>()
  readonly #ups = new Map<string, number>()
  readonly #done = new Set<number>()

  constructor(private readonly steps: readonly KernelStep[]) {
    if (!steps.some(({ op }) => op === 'veth-add')) return
    steps.forEach((step, index) => {
      if (step.op === 'link-master' && step.master !== null) first(this.#masters, step, index)
      else if (step.op === 'link-up') first(this.#ups, step, index)
    })
  }

  /** Whether the step has been carried out together with an earlier one. */
  has(index: number): boolean {
    return this.#done.has(index)
  }

  /** Makes the pair with its bridge end in place and up. False: it is to be made like any other. */
  run(context: StepContext, step: VethAdd): boolean {
    const { peer, ...near } = step
    for (const [main, other] of [
      [near, peer],
      [peer, near],
    ] as const) {
      const masterAt = this.#masters.get(key(main))
      const upAt = this.#ups.get(key(main))
      const enslave = masterAt === undefined ? undefined : this.steps[masterAt]
      if (masterAt === undefined || upAt === undefined || enslave?.op !== 'link-master' || enslave.master === null)
        continue
      const namespace = context.namespaces.find(main.namespace)
      const otherNamespace = context.namespaces.find(other.namespace)
      if (namespace instanceof Refusal || otherNamespace instanceof Refusal) return false
      const master = context.indices.find(namespace, enslave.master)
      if (master instanceof Refusal) return false
      const namespaceFd = otherNamespace === namespace ? null : otherNamespace.fd
      if (addVeth(namespace.requests, { ...main, master, up: true }, { ...other, namespaceFd }) !== null) return false
      this.#done.add(masterAt).add(upAt)
      return true
    }
    return false
  }
}

interface Named {
  readonly namespace: string
  readonly name: string
}

const key = ({ namespace, name }: Named): string => `${namespace}:${name}`

function first(into: Map<string, number>, step: Named, index: number): void {
  if (!into.has(key(step))) into.set(key(step), index)
}
