import { SvelteMap, SvelteSet } from 'svelte/reactivity'
import type { LabCheck } from '../../electron/core/lab/lab.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import type { CheckResult, Failure } from '../../electron/core/rpc.js'
import { attempt } from '../connection/rpc.js'
import type { Rpc } from '../connection/rpc.js'

/**
 * Checks and what they last said. A result stays, dimmed, until the next one replaces it: also where the network has
 * changed since it was asked.
 */
export class Checks {
  readonly results = new SvelteMap<string, CheckResult>()
  readonly running = new SvelteSet<string>()
  /** The wiring that each was asked of, by its name. */
  private readonly askedOf = new SvelteMap<string, string>()
  /** Why no check ran at all. */
  failure = $state.raw<Failure | null>(null)

  constructor(
    private readonly rpc: Rpc,
    private readonly list: () => readonly LabCheck[],
    /** The lab they stand in: it need not be deployed, a learner may have built the network by hand. */
    private readonly lab: () => LabFile | null,
    /** Differs where the network does. */
    private readonly wiring: () => string,
    /** Whether those that fail are to say why; looking for that tries fixes in the network. */
    private readonly explain: () => boolean = () => true,
  ) {
    rpc.on('check/result', ({ check }) => this.take(check))
  }

  readonly passed = $derived.by(() => this.list().filter(({ name }) => this.results.get(name)?.ok).length)
  readonly failed = $derived.by(() => this.list().filter(({ name }) => this.results.get(name)?.ok === false).length)

  /** @param explain whether those that fail are to say why, this time */
  async run(names: readonly string[], explain = this.explain()): Promise<void> {
    const wanted = names.filter((name) => !this.running.has(name))
    const lab = this.lab()
    if (wanted.length === 0 || !lab) return
    const wiring = this.wiring()
    for (const name of wanted) {
      this.running.add(name)
      this.askedOf.set(name, wiring)
    }
    this.failure = null
    const answer = await attempt(this.rpc.request('lab/check', { only: wanted, lab, explain }))
    if (answer.ok) for (const check of answer.checks) this.take(check)
    else this.failure = answer.failure
    for (const name of wanted) this.running.delete(name)
  }

  /** The network has changed since: what a result says may be over. */
  isStale(name: string): boolean {
    return this.results.has(name) && this.askedOf.get(name) !== this.wiring()
  }

  runAll(): Promise<void> {
    return this.run(this.list().map(({ name }) => name))
  }

  clear(): void {
    this.results.clear()
    this.failure = null
  }

  private take(check: CheckResult): void {
    // Checks of a guide's steps and of the lab are told by the same word.
    if (!this.list().some(({ name }) => name === check.name)) return
    // Somebody else had it asked.
    if (!this.running.has(check.name)) this.askedOf.set(check.name, this.wiring())
    this.results.set(check.name, check)
    this.running.delete(check.name)
  }
}
