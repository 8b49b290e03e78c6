/**
 * A lab on the machine itself: deployed, edited, taken down and recovered, with everything written into the journal
 * before it is done. The planner works on what is the lab's own and sees nothing else.
 */
import type { Finding, HostChange, HostFacts } from '../../core/host/facts.js'
import { findConflicts } from '../../core/host/find-conflicts.js'
import { foreignTouch } from '../../core/host/guard.js'
import { differenceOf, pictureOf } from '../../core/host/picture.js'
import { nothingOwn, ownView, withoutOwn, type Own } from '../../core/host/own-view.js'
import { chooseUplink, findUplinks, meansUplink, placeOnHost } from '../../core/host/uplink.js'
import { hostNamespace, type Lab } from '../../core/lab/lab.js'
import { normalise } from '../../core/lab/normalise.js'
import type { LabFile } from '../../core/lab/schema.js'
import type { LiveState } from '../../core/live/state.js'
import { lackingFailure } from '../../core/needs/lacking.js'
import { diff } from '../../core/plan/diff.js'
import { marksOf } from '../../core/plan/marks.js'
import { spellStep } from '../../core/plan/rules.js'
import type { NetnsFileStep, Plan, RuleStep, Step } from '../../core/plan/step.js'
import type { CommandRecord, Failure, LeftBehind, Params, Preflight, Results } from '../../core/rpc.js'
import type { Deployed, Deployer } from '../deploy.js'
import { failure } from '../../core/failure.js'
import type { EntryOf } from '../journal/entry.js'
import { undoListing } from '../journal/undo-listing.js'
import { readTables } from '../journal/undo-tables.js'
import type { Undone } from '../journal/undo.js'
import type { KernelWorker } from '../kernel/client.js'
import type { StandingLab } from '../standing-lab.js'
import { carryOutChange } from './changes.js'
import { findRunning, namespaceNames, readHostSysctl, readNetworkFiles } from './facts.js'
import { HostJournal } from './host-journal.js'
import { usualEngine } from './iptables.js'
import { blockedFailure, planListing, withEvidence } from './preflight.js'
import { busy, nobodyThere, notShown, planChanged, refusal } from './refusals.js'
import { fingerprint } from './shown.js'
import { said } from '../../core/words/said.js'
import { vethlab } from '../own-command.js'

/** What the server lends. */
export interface HostParts {
  readonly worker: KernelWorker
  readonly deployer: Deployer
  live(): LiveState
  /** Reads everything of the kernel, and the rules of `host` in both engines. */
  refresh(lab: Lab): Promise<void>
  /** Reads all that may have changed, with the rules of these namespaces, and tells the client. */
  settle(namespaces: readonly string[]): Promise<void>
  /** Kernel features that are missing, by name. */
  missing(): Promise<ReadonlyMap<string, string>>
  ran(records: readonly Omit<CommandRecord, 'sequence'>[]): void
  /** Ends terminals and responders in these namespaces. */
  letGo(namespaces: readonly string[]): Promise<void>
  startServices(lab: Lab): Promise<void>
}

interface Prepared {
  readonly lab: Lab
  /** What takes down the lab of another name that stands; null where none does. */
  readonly first: readonly string[] | null
  readonly facts: HostFacts
  readonly findings: readonly Finding[]
}

export class RealHost {
  readonly #journal: HostJournal
  #standing: StandingLab | null = null
  /** The machine before the lab was built; null where that was another session. */
  #before: readonly string[] | null = null

  constructor(private readonly parts: HostParts) {
    this.#journal = new HostJournal(parts.worker)
  }

  get standing(): StandingLab | null {
    return this.#standing
  }

  /** What an earlier session has left; one that was to be kept goes on as the lab of this session. */
  async open(): Promise<LeftBehind | null> {
    await this.#journal.look()
    const { left } = this.#journal
    if (!left?.kept) return left
    const standing = await this.#journal.adopt()
    if (standing === null) return { ...left, kept: false }
    const lab = placeOnHost(normalise(standing.file), standing.uplink, this.#journal.macOf)
    this.#standing = { file: standing.file, lab }
    await this.parts.startServices(lab)
    return left
  }

  async preflight({ lab: file, uplink }: Params<'host/preflight'>): Promise<Results['host/preflight']> {
    // Said before anybody reads a plan that could not be carried out.
    if (await this.#journal.isBusy()) return { ok: false, failure: busy }
    const prepared = await this.#prepare(file, uplink)
    return { ok: true, preflight: await this.#tell(file, prepared) }
  }

  /** Everything that a person is to see before it runs. */
  async #tell(file: LabFile, { facts, findings, first }: Prepared): Promise<Preflight> {
    const told = {
      uplink: meansUplink(facts.lab) ? facts.uplink : null,
      first: first ?? [],
      plan: planListing(facts.plan),
      conflicts: await withEvidence(findings),
    }
    const uplinks = findUplinks(this.parts.live(), await this.#journal.own(this.parts.live()))
    return { ...told, uplinks, shown: fingerprint(file, told) }
  }

  async #prepare(file: LabFile, wantedUplink: string | undefined): Promise<Prepared> {
    const lab = normalise(file)
    await this.parts.refresh(lab)
    const everything = this.parts.live()
    const standing = await this.#journal.own(everything)
    // A lab of another name takes the place of one that is undone before.
    const replaces = standing.lab !== null && standing.lab !== lab.name
    const own: Own = replaces ? nothingOwn : standing
    const live = replaces ? withoutOwn(everything, standing) : everything
    const uplink = chooseUplink(live, own, wantedUplink)
    const placed = placeOnHost(lab, uplink?.name ?? null, replaces ? this.#journal.nextMacOf : this.#journal.macOf)
    const folded = this.#journal.folded()
    const before = new Map([...folded.set].map(([key, folded]) => [key, folded.before]))
    const plan = diff(placed, ownView(live, own), {
      former: replaces ? null : (this.#standing?.lab ?? null),
      machineHost: true,
      marks: marksOf(lab.name),
      before,
    })
    const facts: HostFacts = {
      lab,
      placed,
      live,
      own,
      plan,
      names: namespaceNames().filter((name) => !(replaces && standing.namespaces.has(name))),
      wantedUplink: wantedUplink ?? null,
      uplink,
      engine: await usualEngine(),
      sysctl: readHostSysctl,
      running: await findRunning(),
      networkFiles: readNetworkFiles(),
    }
    return { lab: placed, first: replaces ? undoListing(folded) : null, facts, findings: findConflicts(facts) }
  }

  async apply(params: Params<'lab/apply'>): Promise<Results['lab/apply']> {
    try {
      return await this.#apply(params)
    } finally {
      await this.#journal.rest()
      await this.parts.settle(this.parts.live().namespaces.map(({ name }) => name))
    }
  }

  async #apply({ lab: file, only, uplink, remedies, shown }: Params<'lab/apply'>): Promise<Results['lab/apply']> {
    const refused = await this.#mayChange()
    if (refused) return { ok: false, failure: refused }
    const lacking = lackingFailure(file, await this.parts.missing())
    if (lacking) return { ok: false, failure: lacking }
    let prepared = await this.#prepare(file, uplink)
    const blocked = await this.#blocked(prepared, remedies)
    if (blocked) return { ok: false, failure: blocked }
    const told = await this.#tell(file, prepared)
    if (told.shown !== shown) return { ok: false, failure: shown === undefined ? notShown : planChanged }
    if (prepared.first !== null) {
      const undone = await this.#takeDown()
      const left = undone && refusal(undone)
      if (left) return { ok: false, failure: left }
      await this.#journal.claim()
      prepared = await this.#prepare(file, uplink)
      // What was shown is what would be done when the other lab is gone.
      const now = await this.#tell(file, prepared)
      if (fingerprint(file, { ...now, first: told.first }) !== shown) return { ok: false, failure: planChanged }
    }
    const wanted = new Set(remedies)
    const chosen = prepared.findings.flatMap(({ id, remedy }) => (remedy && wanted.has(id) ? [remedy] : []))
    const during = (when: 'before' | 'after') => chosen.flatMap((each) => (each.when === when ? each.changes : []))
    const commands = only && new Set(only)
    const plan = commands ? prepared.facts.plan.filter(({ text }) => commands.has(text)) : prepared.facts.plan
    return this.#deploy(file, prepared, plan, during('before'), during('after'), only === undefined)
  }

  async #mayChange(): Promise<Failure | null> {
    const claim = await this.#journal.claim()
    if (claim === 'other-session') return busy
    if (claim === 'other-namespace')
      return failure(
        'other-namespace',
        said`A lab was left in another network namespace than this one. Recover it there, with: ${vethlab('recover')}`,
      )
    const { left } = this.#journal
    if (left === null) return null
    return failure(
      'left-behind',
      said`The lab ${left.lab} was left on this machine when its session ended. Undo it first, in the window or with: ${vethlab('recover')}`,
      left.lab,
    )
  }

  async #blocked({ findings }: Prepared, remedies: readonly string[] = []): Promise<Failure | null> {
    const blocking = findings.filter(
      ({ id, severity, remedy }) => severity === 'blocks' && !(remedy !== null && remedies.includes(id)),
    )
    return blockedFailure(await withEvidence(blocking))
  }

  async #deploy(
    file: LabFile,
    { lab, facts }: Prepared,
    plan: Plan,
    before: readonly HostChange[],
    after: readonly HostChange[],
    whole: boolean,
  ): Promise<Results['lab/apply']> {
    const isFirst = !this.#journal.isOpen
    try {
      if (isFirst) await this.#journal.begin(lab.name)
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error)
      return { ok: false, failure: failure('no-journal', said`Nothing was changed: ${words}.`, null, words) }
    }
    if (isFirst) this.#before = pictureOf(this.parts.live())
    const refused = await this.#change(before)
    const deployed: Deployed | Failure = refused ?? (await this.parts.deployer.deploy(plan, !isFirst))
    let wrong = 'ok' in deployed ? (deployed.ok ? null : deployed.failure) : deployed
    if (wrong === null) {
      wrong = await this.#change(after)
      if (wrong !== null && !isFirst) await this.parts.deployer.takeBack(plan)
    }
    if (wrong !== null) {
      if (isFirst) await this.#undo()
      return { ok: false, failure: wrong }
    }
    this.#journal.writeIndexes(await this.#read(lab))
    if (whole) {
      const uplink = meansUplink(facts.lab) ? (facts.uplink?.name ?? null) : null
      this.#journal.write({ op: 'applied', lab: file, uplink })
      this.#standing = { file, lab }
    }
    if (!('ok' in deployed) || !deployed.ok) throw new Error('a deploy without a failure has a report')
    return { ok: true, ...deployed.report }
  }

  /** All of a remedy, or the words of the first that was refused. What was done is undone with the lab. */
  async #change(changes: readonly HostChange[]): Promise<Failure | null> {
    for (const change of changes) {
      if (this.parts.deployer.isHalted) return nobodyThere
      if (change.op === 'rule-insert') await this.#journal.beginRules(readTables)
      const { text, output } = await carryOutChange(change, (entry) => this.#journal.write(entry))
      this.parts.ran([{ time: Date.now(), namespace: hostNamespace, text, ok: output === null, output }])
      if (output !== null)
        return failure(
          'remedy-refused',
          said`The remedy "${text}" was refused: ${output}. Nothing of the deploy stays.`,
          text,
          output,
        )
    }
    return null
  }

  /** The deployer asks before it runs rules of `host`. Returns why it must not, or null. */
  async beforeRules(steps: readonly RuleStep[]): Promise<string | null> {
    const added = steps.filter(({ namespace, op }) => namespace === hostNamespace && op.endsWith('-add'))
    if (added.length === 0) return null
    try {
      const engine = await usualEngine()
      await this.#journal.beginRules(readTables)
      this.#journal.write(
        ...added.map((step): EntryOf<'rule'> => {
          const { family, table, chain, saved } = spellStep(step)
          return { op: 'rule', family, engine, table, chain, words: saved.split(' ') }
        }),
      )
      return null
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  /** The deployer asks before it changes a file of /etc/netns. Returns why it must not, or null. */
  beforeFile({ namespace, file, text }: NetnsFileStep): string | null {
    try {
      this.#journal.write({ op: 'netns-file', namespace, file, text })
      return null
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  /** Why a fix must not be carried out: it would change what is not the lab's, or leave no trace in the journal. */
  async mayRepair(steps: readonly { readonly op: string; readonly namespace: string }[]): Promise<Failure | null> {
    const own = await this.#journal.own(this.parts.live())
    const planned = /^(?:neighbour|saved-rule|nft-rule)-/
    for (const step of steps) {
      const inside = step.namespace !== hostNamespace && own.namespaces.has(step.namespace)
      if (inside) continue
      const touched = planned.test(step.op) ? 'its firewall or neighbours' : foreignTouch(step as Step, own)
      if (touched === null && this.#journal.isOpen) continue
      return failure(
        'not-ours',
        said`This fix would change ${touched ?? 'settings'} of the machine itself. Carry its commands out yourself, in a terminal of the host.`,
        step.namespace,
      )
    }
    return null
  }

  /** Whether what passes there is the lab's: in its namespaces, and on its own interfaces of the machine. */
  isOurs(namespace: string, ifindex: number): boolean {
    const wanted = this.#standing?.lab.namespaces.get(namespace)
    if (namespace !== hostNamespace || !wanted) return wanted !== undefined
    const host = this.parts.live().namespaces.find(({ name }) => name === hostNamespace)
    const name = host?.links.find(({ index }) => index === ifindex)?.name
    return name !== 'lo' && wanted.interfaces.some((each) => each.name === name)
  }

  leave(keep: boolean): void {
    this.#journal.leave(keep)
  }

  async recover(): Promise<Results['host/recover']> {
    const claim = await this.#journal.claim()
    if (claim !== 'ours') {
      const refused = await this.#mayChange()
      return {
        ok: false,
        failure: refused ?? failure('host-busy', said`Another Vethlab session is busy on this machine.`),
      }
    }
    const result = await this.#undo()
    await this.#journal.rest()
    await this.parts.settle([hostNamespace])
    const refused = refusal(result)
    return refused ? { ok: false, failure: refused } : { ok: true, undone: result.undone, kept: result.kept }
  }

  async clear(): Promise<Results['lab/clear']> {
    const started = performance.now()
    const before = this.#before
    const undone = await this.#takeDown()
    const clearMs = performance.now() - started
    await this.parts.settle([hostNamespace])
    const refused = undone && refusal(undone)
    if (refused) return { ok: false, failure: refused }
    const differs = before && differenceOf(before, pictureOf(this.parts.live()))
    return { ok: true, clearMs, kept: undone?.kept ?? [], differs }
  }

  /** Null where there was nothing to take down. */
  async #takeDown(): Promise<Undone | null> {
    if (!this.#journal.isOpen && this.#journal.left === null) return null
    return this.#undo()
  }

  async #read(lab: Lab): Promise<LiveState> {
    await this.parts.refresh(lab)
    return this.parts.live()
  }

  /** The session is over: the lab goes, unless it was to be kept. What an earlier one has left stays for `recover`. */
  async end(): Promise<void> {
    if (this.#journal.isOpen && !this.#journal.keeps) await this.#undo()
  }

  async #undo(): Promise<Undone> {
    const { namespaces } = await this.#journal.own(this.parts.live())
    await this.parts.letGo([...namespaces])
    const result = await this.#journal.undo()
    this.#standing = null
    this.#before = null
    const time = Date.now()
    this.parts.ran(result.undone.map((text) => ({ time, namespace: hostNamespace, text, ok: true, output: null })))
    return result
  }
}
