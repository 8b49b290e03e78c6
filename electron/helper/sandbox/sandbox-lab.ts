/**
 * A lab in the sandbox: everything there is the lab's or the learner's, so what is to go is taken whole. The counterpart
 * for the machine itself is `host/real-host.ts`.
 */
import { hostNamespace, type Lab } from '../../core/lab/lab.js'
import { netnsFiles } from '../../core/lab/netns-files.js'
import { normalise } from '../../core/lab/normalise.js'
import type { LiveState } from '../../core/live/state.js'
import { lackingFailure } from '../../core/needs/lacking.js'
import { diff } from '../../core/plan/diff.js'
import { emptyLab } from '../../core/plan/empty.js'
import type { Former } from '../../core/plan/scope.js'
import { changesRules } from '../../core/plan/step.js'
import type { Params, Results } from '../../core/rpc.js'
import type { Deployer } from '../deploy.js'
import type { KernelWorker } from '../kernel/client.js'
import { changeNetnsFile } from '../netns-files.js'
import { programPath, runIn } from '../run.js'
import { noRoomFor } from '../room.js'
import type { StandingLab } from '../standing-lab.js'

/** Most namespaces are freed within 250 ms; one that a process of the learner holds on to is never (milliseconds). */
const freeLimitMs = 2000
const freePollMs = 15

/** What the server lends. */
export interface SandboxParts {
  readonly worker: KernelWorker
  readonly deployer: Deployer
  live(): LiveState
  /** Reads everything of the kernel but rules; with a lab, the settings that it makes as well. */
  refresh(lab: Lab | null): Promise<void>
  readRules(namespaces: readonly string[]): Promise<void>
  /** Reads all that may have changed, with the rules of these namespaces, and tells the client. */
  settle(namespaces: readonly string[]): Promise<void>
  /** Kernel features that are missing, by name. */
  missing(): Promise<ReadonlyMap<string, string>>
  /** Ends responders at once, and terminals in these namespaces: resolves when their processes are gone. */
  letGo(namespaces: readonly string[]): Promise<void>
}

export class SandboxLab {
  #standing: StandingLab | null = null

  constructor(private readonly parts: SandboxParts) {}

  get standing(): StandingLab | null {
    return this.#standing
  }

  /** @param params with a lab that has been validated */
  async apply({ lab: file, former: whose, only }: Params<'lab/apply'>): Promise<Results['lab/apply']> {
    const { parts } = this
    const lab = normalise(file)
    const noRoom = noRoomFor(lab)
    if (noRoom) return { ok: false, failure: noRoom }
    const lacking = lackingFailure(file, await parts.missing())
    if (lacking) return { ok: false, failure: lacking }
    await parts.refresh(lab)
    const former = this.#formerOf(whose)
    const whole = diff(lab, parts.live(), { former })
    // Commands are chosen from a plan of our own making, never taken over from a client.
    const chosen = only && new Set(only)
    const plan = chosen ? whole.filter(({ text }) => chosen.has(text)) : whole
    const ruled = plan.filter(({ step }) => changesRules(step)).map(({ step }) => step.namespace)
    const texts = (steps: typeof whole): string => steps.map(({ text }) => text).join('\n')
    const deployed = await parts.deployer.deploy(plan, true, async () => {
      await parts.settle(ruled)
      return texts(diff(lab, parts.live(), { former })) === texts(whole)
    })
    if (deployed.ok && !only) this.#standing = { file, lab }
    await parts.settle(ruled)
    return deployed.ok ? { ok: true, ...deployed.report } : { ok: false, failure: deployed.failure }
  }

  #formerOf(whose: Params<'lab/apply'>['former']): Former {
    switch (whose) {
      case 'standing':
        return this.#standing?.lab ?? null
      case 'everything':
        return 'everything'
      case 'nothing':
        return null
    }
  }

  async clear(): Promise<Results['lab/clear']> {
    const { worker, deployer } = this.parts
    const started = performance.now()
    const names = this.parts
      .live()
      .namespaces.map(({ name }) => name)
      .filter((name) => name !== hostNamespace)
    // A namespace lives on while a process is in it.
    const closed = this.parts.letGo(names)
    await worker.request('drop', { namespaces: names })
    this.#dropFiles()
    const clearMs = performance.now() - started
    await closed
    await this.parts.refresh(null)
    await this.#flushRules()
    await this.#untilFreed()
    const deployed = await deployer.deploy(diff(emptyLab('empty'), this.parts.live(), { former: 'everything' }))
    this.#standing = null
    await this.parts.settle([hostNamespace])
    return deployed.ok ? { ok: true, clearMs, kept: [], differs: null } : { ok: false, failure: deployed.failure }
  }

  /** They would be there for the next namespace of the name. */
  #dropFiles(): void {
    for (const { name, files = {} } of this.parts.live().namespaces)
      for (const file of netnsFiles)
        if (files[file] !== undefined)
          changeNetnsFile({ op: 'netns-file', namespace: name, file, text: null, before: files[file] }, false)
  }

  async #flushRules(): Promise<void> {
    const host = this.parts.live().namespaces.find(({ name }) => name === hostNamespace)
    if (host && host.ruleset.nft.length > 0) await runIn(hostNamespace, 'nft', ['flush', 'ruleset'])
    if (host?.ruleset.iptables.some(({ engine }) => engine === 'legacy')) await flushLegacy()
    await this.parts.readRules([hostNamespace])
  }

  /**
   * The host's ends of cables go with the namespaces that the other ends were in, which the kernel frees in its own time.
   * Until then they are there for a plan, and gone when the plan is carried out.
   */
  async #untilFreed(): Promise<void> {
    const deadline = performance.now() + freeLimitMs
    while (isLeaving(this.parts.live()) && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, freePollMs))
      await this.parts.refresh(null)
    }
  }
}

/** Whether `host` has ends of cables whose other ends are in no namespace that is known. */
function isLeaving({ namespaces }: LiveState): boolean {
  const known = new Set(namespaces.map(({ name }) => name))
  const host = namespaces.find(({ name }) => name === hostNamespace)
  return host?.links.some(({ kind, peer }) => kind === 'veth' && !known.has(peer?.namespace ?? '')) ?? false
}

async function flushLegacy(): Promise<void> {
  for (const program of ['iptables-legacy', 'ip6tables-legacy']) {
    if (programPath(program) === null) continue
    for (const table of ['filter', 'nat', 'mangle', 'raw']) {
      await runIn(hostNamespace, program, ['-t', table, '-F'])
      await runIn(hostNamespace, program, ['-t', table, '-X'])
    }
  }
}
