/** The window's state as a whole: each part in its own class, and here what happens between them. */
import { getContext, setContext, untrack } from 'svelte'
import { expectedFrom } from '../../electron/core/change/expect.js'
import { createLabText } from '../../electron/core/lab/print.js'
import { hostNamespace } from '../../electron/core/lab/lab.js'
import type { TraceEntry } from '../../electron/core/lab/schema.js'
import { plainLine } from '../../electron/core/lab/plain-text.js'
import { protocolVersion } from '../../electron/core/rpc.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import type { ShellResults } from '../../electron/core/rpc-shell.js'
import { Link } from '../connection/link.svelte.js'
import type { LinkOptions } from '../connection/link.svelte.js'
import type { Said } from '../../electron/core/words/said.js'
import { attempt } from '../connection/rpc.js'
import { Challenge } from '../challenge/challenge.svelte.js'
import { Clipboard } from '../edit/clipboard.js'
import { Editor } from '../edit/editor.svelte.js'
import { Find } from '../edit/find.svelte.js'
import { Goals } from '../guide/goals.svelte.js'
import { wiringOf } from '../guide/wiring.js'
import { Guide } from '../guide/guide.svelte.js'
import { Progress } from '../guide/progress.svelte.js'
import { Task } from '../challenge/task.svelte.js'
import { Recorder } from '../record/recorder.svelte.js'
import { t, textOf } from '../i18n/text.svelte.js'
import type { CanvasCommands } from './actions.js'
import { Checks } from './checks.svelte.js'
import { Commands } from './commands.svelte.js'
import { Deploy } from './deploy.svelte.js'
import { Dialogs } from './dialogs.svelte.js'
import { Files } from './files.svelte.js'
import { Host } from './host.svelte.js'
import { placeProblems } from '../../electron/core/lab/parse.js'
import { lackingProblems, missingFeatures } from '../../electron/core/needs/lacking.js'
import { Machine } from '../machine/machine.svelte.js'
import { Twin } from '../machine/twin.svelte.js'
import { LabDocument } from './lab-document.svelte.js'
import { Live } from './live.svelte.js'
import { Menus } from './menus.svelte.js'
import { keepLooking } from './look.js'
import { Recheck } from './recheck.js'
import { Selection } from './selection.svelte.js'
import { Session } from './session.svelte.js'
import { Settings } from './settings.svelte.js'
import type { LeftPanel } from './settings.svelte.js'
import { Share } from './share.svelte.js'
import { Standing } from './standing.svelte.js'
import { say, tell, tellFirst } from './tell.js'
import { Terminals } from './terminals.svelte.js'
import { Uplink } from './uplink.svelte.js'
import { labProber } from '../trace/prober.js'
import { Predicting } from '../predict/predicting.svelte.js'
import { ProbeForm } from '../trace/probe-form.svelte.js'
import { Traces } from '../trace/traces.svelte.js'
import { Traffic } from '../traffic/traffic.svelte.js'
import { View } from './view.svelte.js'
import { theme } from '../ui/theme.svelte.js'

export class App {
  readonly settings = new Settings()
  readonly document = new LabDocument()
  readonly selection = new Selection()
  readonly dialogs = new Dialogs()
  readonly view = new View(this.settings)
  readonly link: Link
  readonly session: Session
  readonly live: Live
  readonly deploy: Deploy
  readonly commands: Commands
  readonly checks: Checks
  private readonly recheck: Recheck
  readonly terminals: Terminals
  readonly files: Files
  readonly progress: Progress
  readonly guide: Guide
  readonly goals: Goals
  readonly challenge: Challenge
  readonly task: Task
  readonly recorder: Recorder
  readonly traces: Traces
  readonly predicting: Predicting
  readonly editor: Editor
  readonly clipboard: Clipboard
  readonly find: Find
  readonly menus = new Menus()
  readonly host: Host
  readonly share: Share
  readonly standing: Standing
  /** Networks of this machine itself, which are only looked at. */
  readonly machine: Machine
  readonly twin: Twin
  /** What can be asked of the picture; null while there is none. */
  canvas = $state.raw<CanvasCommands | null>(null)
  readonly traffic: Traffic
  readonly uplink: Uplink
  private seenBefore = false
  /** What the lab needs and this kernel has not, where its file says so. */
  readonly lacking = $derived.by(() => {
    const { labFile, source, fileName } = this.document
    const missing = missingFeatures(this.session.capabilities?.features ?? [])
    if (!labFile || !source || missing.size === 0) return []
    return placeProblems(source, lackingProblems(labFile, missing), fileName ?? 'lab')
  })

  constructor(options: LinkOptions) {
    this.link = new Link(options, (answer) => this.connected(answer))
    this.session = new Session(this.link)
    const { session } = this
    this.live = new Live(this.link, () => (session.onHost ? this.deploy.standingFile !== null : null))
    this.uplink = new Uplink(this.link, this.document, this.dialogs, this.session)
    this.deploy = new Deploy(this.link, this.document, this.live, () => session.onHost)
    this.commands = new Commands(this.link)
    this.machine = new Machine(this.link)
    this.twin = new Twin(this.document, this.deploy, this.live)
    this.checks = new Checks(
      this.link,
      () => this.document.lab?.checks ?? [],
      () => this.document.labFile,
      () => !this.challenge.on && !this.task.veils,
    )
    this.recheck = new Recheck(this.checks)
    this.terminals = new Terminals(this.link, {
      entered: (namespace, line) => {
        this.guide.ran({ namespace, line })
        this.challenge.ran(line)
        this.task.ran(line)
        this.recorder.entered()
      },
      ended: (namespace, line, status) => this.recorder.ended({ namespace, line, status }),
    })
    this.progress = new Progress(this.link)
    const around = {
      live: this.live,
      idle: () => session.ready && !this.deploy.busy && !this.traces.running && this.link.state.kind === 'up',
      isStanding: () => this.deploy.isStanding,
    }
    this.guide = new Guide(this.link, this.document, around, this.progress)
    this.goals = new Goals(this.link, this.document, around, this.progress)
    this.traces = new Traces(
      labProber(
        this.link,
        () => (this.deploy.standingFile || this.document.broken ? null : this.document.labFile),
        () => this.live.readAgain(),
      ),
      new ProbeForm(
        () => this.document.lab,
        () => this.live.state,
      ),
      () => this.live.state,
      () => this.view.showTab('trace'),
    )
    this.predicting = new Predicting({
      ...{ traces: this.traces, live: this.live, settings: this.settings },
      possible: () => !this.challenge.on,
      drawing: () => this.editor.show(false),
      judged: (probe, marked) => this.task.predicted(probe, marked),
    })
    this.task = new Task({
      ...{ rpc: this.link, document: this.document, deploy: this.deploy, goals: this.goals },
      starters: () => this.files.starters,
    })
    this.challenge = new Challenge({
      veiled: () => this.task.veils,
      rpc: this.link,
      document: this.document,
      deploy: this.deploy,
      traces: this.traces,
      commands: this.commands,
      around: { ...around, idle: () => around.idle() && !session.onHost && !this.recorder.on },
    })
    this.recorder = new Recorder({
      ...{ rpc: this.link, document: this.document, deploy: this.deploy, live: this.live },
      possible: () => around.idle() && !session.onHost && !this.challenge.on,
    })
    this.traffic = new Traffic(
      this.link,
      this.traces,
      (reason) => tell({ code: 'traffic-ended', message: t('traffic.ended', { reason }), where: null, output: null }),
      (namespace, sequence) => {
        // As ping of iputils and of busybox print it.
        const texts = sequence === null ? [] : [`icmp_seq=${sequence} `, ` seq=${sequence} `]
        for (const tab of this.terminals.tabs)
          if (tab.namespace === namespace) tab.screen.annotate(texts, t('traffic.onCanvas'))
      },
    )
    this.standing = new Standing({
      ...{ document: this.document, live: this.live, deploy: this.deploy, checks: this.checks, session },
      ...{ uplink: this.uplink, dialogs: this.dialogs, view: this.view },
      host: () => this.host,
      challenge: () => this.challenge,
      save: () => this.files.save(),
    })
    this.files = new Files(this.link, this.document, this.dialogs, {
      mayGo: (next, name, save) => this.standing.mayReplace(next, name, save),
      keep: () => this.standing.askUnkept(),
      opened: () => this.labOpened(),
    })
    this.editor = new Editor({
      document: this.document,
      selection: this.selection,
      deploy: this.deploy,
      live: this.live,
      toName: () => this.settings.set({ inspector: true }),
      placed: () => this.canvas?.placed() ?? new Map(),
      atOnce: () => this.settings.apply === 'at-once' && session.ready && !session.onHost,
    })
    this.clipboard = new Clipboard({
      ...{ rpc: this.link, document: this.document, selection: this.selection },
      editor: this.editor,
      placed: () => this.canvas?.placed() ?? new Map(),
      pointer: () => this.canvas?.pointer() ?? null,
    })
    this.find = new Find(this.document, this.live, (target) => {
      this.selection.target = target
      this.canvas?.find(target)
    })
    this.host = new Host(this.link, {
      session,
      document: this.document,
      entered: async () => {
        this.forgetSandbox()
        await this.openSession()
      },
      startSandbox: () => this.startSandbox(),
      deploy: async (choices) => ((await this.standing.carryOut(choices)) ? null : this.deploy.failure),
      hasLab: () => this.deploy.standingFile !== null,
      showLab: () => this.showStanding(),
      askLeave: () => this.dialogs.ask('leave-host', { title: this.deploy.standingFile?.name ?? '' }),
    })
    this.share = new Share({
      ...{ document: this.document, traces: this.traces, live: this.live, session },
      canvas: () => this.canvas,
    })
    this.link.on('helper/ended', ({ message, said }) => this.helperEnded(message, said))
    this.link.on('window/closing', () => void this.close())
    $effect.root(() => {
      $effect(() => this.files.keepWork())
      $effect(() => this.guide.follow())
      $effect(() => this.goals.follow())
      $effect(() => this.challenge.follow())
      $effect(() => this.twin.follow())
      $effect(() => this.predicting.follow())
      $effect(() =>
        this.recheck.whenChanged(this.checkedAbout(), this.document.lab?.checks.map(({ name }) => name) ?? []),
      )
      $effect(() => (this.lookedAt === null ? undefined : keepLooking(this.link, this.lookedAt)))
      $effect(() => {
        const { probing } = this.traces
        if (probing === null) return
        untrack(() => {
          this.guide.probed(probing.from, probing.to)
          this.challenge.probed()
          this.task.probed()
        })
      })
      $effect(() => {
        const { ended } = this.traces
        if (ended !== null) untrack(() => void this.recorder.traced(ended))
      })
      // The shells of a lab end with it, and their tabs with them.
      $effect(() => {
        if (this.live.state) void this.terminals.closeGone(new Set(this.live.byName.keys()))
      })
      // Whoever leaves a film while traffic is shown wants to see it.
      $effect(() => {
        if (this.traffic.on && !this.traces.replaying) untrack(() => (this.traces.view = 'traffic'))
      })
      $effect(() => {
        const { title, dirty, isOpen } = this.document
        const shown = isOpen ? `${plainLine(title)} - Vethlab` : 'Vethlab'
        document.title = `${dirty ? '* ' : ''}${shown}`
        const state = {
          title: shown.slice(0, 200),
          unsaved: dirty,
          onHost: session.onHost && this.deploy.standingFile !== null,
          language: this.settings.language,
          theme: theme.current,
        }
        if (this.link.state.kind === 'up') void attempt(this.link.request('window/state', state))
      })
    })
  }

  /** The namespace whose facts are in the inspector. */
  private readonly lookedAt: string | null = $derived.by(() => {
    const { namespace } = this.selection
    const isThere = namespace !== null && this.live.byName.has(namespace)
    return isThere && this.settings.inspector && this.session.ready && this.link.state.kind === 'up' ? namespace : null
  })

  /** What the answers of the lab's checks depend on; null: they are not asked by themselves now. */
  private checkedAbout(): string | null {
    const { checks, deploy, document, live, session, settings, traces } = this
    const isUsed = checks.results.size > 0 || checks.running.size > 0
    // A challenge asks them itself, and what comes of it is heard here, too.
    if (this.challenge.on || !settings.recheck || !isUsed || !live.state || !live.hasContent) return null
    const isIdle = session.ready && !deploy.busy && !traces.running && this.link.state.kind === 'up'
    return isIdle ? `${document.id} ${JSON.stringify(document.lab?.checks ?? [])} ${wiringOf(live.state)}` : null
  }

  /** Beside the lab, which is shown again where this machine was. */
  showPanel(panel: LeftPanel | null): void {
    this.machine.leave()
    this.view.openLeft(panel)
  }

  /** Those that the window shows. */
  get shownTraces(): Traces {
    return this.machine.open ? this.machine.traces : this.traces
  }

  /** @param count how many faults at once, 1 to 3 */
  async breakIt(count = 1): Promise<void> {
    this.showPanel('guide')
    await this.challenge.break(count)
  }

  /** What somebody does from now on becomes a guide of the open lab; where none is open, of a new one. */
  async record(): Promise<void> {
    if (!this.document.isOpen) await this.files.openNew()
    this.showPanel('guide')
    await this.recorder.start()
    if (this.recorder.on) await this.showTerminal(hostNamespace)
  }

  /** The guide that was recorded is in view, from its first step. */
  async stopRecording(): Promise<void> {
    if (!(await this.recorder.stop())) return
    this.guide.begin()
    this.showPanel('guide')
    say(t('record.made'), 'record', { label: t('record.toFile'), run: () => this.view.showTab('file') })
  }

  /** The outcome of a trace becomes a check, which is asked at once. */
  expectTrace(): void {
    const entry = this.traces.current && expectedFrom(this.traces.current)
    if (!entry) return
    const added = this.document.change([{ op: 'check-add', entry }], { label: t('checks.add') })
    if (!added.ok) return tellFirst(added.problems)
    say(t('checks.added'), 'check')
    const name = this.document.lab?.checks.at(-1)?.name
    if (name !== undefined) void this.checks.run([name])
  }

  /** Never rejects: what goes wrong is a state on screen. */
  private async connected(answer: ShellResults['shell/open']): Promise<void> {
    // A browser knows its user better than the environment that the server was started in.
    if (answer.shell === 'desktop') this.settings.systemLanguageIs(answer.language)
    this.session.shell = answer
    this.uplink.plugged = answer.uplink
    try {
      void this.machine.look()
      if (!this.seenBefore) await this.firstConnection(answer)
      this.seenBefore = true
      this.host.left = answer.left
      if (answer.running) await this.openSession()
      else await this.startSandbox()
    } catch (error) {
      // The connection broke meanwhile: the link is at it already, and everything comes again.
      if (this.link.state.kind === 'up') tell({ code: 'bug', message: String(error), where: null, output: null })
    }
  }

  private async firstConnection(answer: ShellResults['shell/open']): Promise<void> {
    await Promise.all([this.files.load(), this.progress.load()])
    // What was asked for counts when the window is opened; when it is loaded again, what was open in it.
    const asked = this.link.fresh && (answer.file !== null || answer.fileFailure !== null)
    if (asked && answer.file) await this.files.openFile(answer.file)
    else if (!this.files.restoreTab() && asked && answer.fileFailure) {
      this.files.failure = answer.fileFailure
      tell(answer.fileFailure)
    }
    void this.files.offer(answer.recovered)
  }

  async startSandbox(): Promise<void> {
    this.forgetSandbox()
    if (await this.session.start()) await this.openSession()
  }

  private async openSession(): Promise<void> {
    const known = this.live.state?.revision
    const opened = await this.link.request('session/open', {
      protocol: protocolVersion,
      ...(known === undefined ? {} : { revision: known }),
    })
    this.session.capabilities = opened.capabilities
    this.live.replace(opened.live)
    this.commands.replace(opened.commands)
    if (!this.document.isOpen && opened.lab)
      this.document.open({ path: null, text: createLabText(opened.lab), fingerprint: null })
    this.deploy.found(opened.lab)
    this.challenge.restore()
    this.twin.restore()
    this.recorder.restore()
    if (opened.capabilities.mode === 'elevated') this.host.left = opened.left?.kept ? null : opened.left
    else await this.settleStanding(opened.lab)
    this.session.phase = { kind: 'ready' }
    void this.traces.refresh()
    void this.traffic.resume()
    await this.terminals.restore(opened.terminals)
    if (this.terminals.tabs.length === 0) await this.terminals.open(hostNamespace)
  }

  /** A window that was opened with a lab of its own finds another one standing. */
  private async settleStanding(lab: LabFile | null): Promise<void> {
    if (!lab || !this.document.isOpen || this.document.lab?.name === lab.name) return
    const asked = { standing: textOf(lab.title ?? lab.name), next: this.document.title, unkept: 0 }
    const stopped = (await this.dialogs.ask('stop', asked)) === 'stop' && (await this.standing.takeDown())
    if (stopped) {
      this.commands.leaveFormer(this.document.id)
      return this.live.readAgain()
    }
    if (!(await this.files.mayLeave())) return
    this.document.open({ path: null, text: createLabText(lab), fingerprint: null })
    this.labOpened()
  }

  private helperEnded(message: string, said: Said): void {
    this.forgetSandbox()
    this.host.open = false
    this.session.silentSince = null
    this.session.phase = { kind: 'ended', message, said }
    void this.host.readLeft()
  }

  /** A sandbox that does not answer is ended by its shell, and another one started. */
  async endSilent(): Promise<void> {
    await attempt(this.link.request('helper/stop', {}))
    this.session.silentSince = null
    this.forgetSandbox()
    await this.startSandbox()
  }

  /** The lab that stands in the kernel, as the one that is open. */
  private async showStanding(): Promise<void> {
    const file = this.deploy.standingFile
    if (!file || this.document.labFile?.name === file.name || !(await this.files.mayLeave())) return
    this.document.open({ path: null, text: createLabText(file), fingerprint: null })
    this.labOpened()
  }

  private forgetSandbox(): void {
    this.recorder.forget()
    this.live.clear()
    this.deploy.forget()
    this.terminals.clear()
    this.commands.replace([])
    this.checks.clear()
    this.traces.clear()
    this.traffic.clear()
  }

  private labOpened(): void {
    this.machine.leave()
    this.selection.target = null
    this.checks.clear()
    this.traces.clear()
    this.predicting.forget()
    this.traces.form.reset()
    this.deploy.failure = null
    this.deploy.report = null
    this.deploy.runningPlan = null
    this.recorder.labOpened()
    this.editor.letGo()
    this.find.end()
    this.menus.open = null
    this.guide.opened()
    this.task.opened()
    this.goals.checks.clear()
    const { lab } = this.document
    // A guide is followed in what runs: there its keys mean what its buttons say.
    if (lab && (lab.guide.length + lab.goal.length > 0 || this.task.key)) {
      this.editor.show(false)
      this.settings.set({ left: 'guide' })
    }
    // What is wrong with a file is said where it can be read.
    if (this.document.broken) this.settings.set({ inspector: true })
    this.settings.set({ welcomed: true })
    // The other lab is still in the kernel; what is drawn is the one that is open.
    this.deploy.found(this.deploy.standingFile)
    this.commands.opened(this.document.id, this.deploy.isStanding)
  }

  /** A hand changes the lab: not while a film of it is shown. */
  readonly editing: boolean = $derived.by(() => this.editor.on && !this.traces.replaying && !this.challenge.on)

  /** The lab's text can be written in: not while a film of it is shown. */
  readonly writable: boolean = $derived.by(() => this.document.isOpen && !this.traces.replaying && !this.challenge.on)

  /** Draws by hand, with what that needs beside it and no film in its way, or looks at what runs. */
  edit(on: boolean): void {
    this.editor.show(on)
    if (!this.editor.on) return
    this.traces.leave()
    this.view.openLeft('build')
    this.view.showTab('plan')
  }

  /** For whoever wants to see a packet before anything stands that could send one. */
  async deployAndTrace(): Promise<void> {
    await this.standing.build()
    if (!this.deploy.isStanding) return
    // Who can send is known once the last changes have come.
    await this.live.readAgain()
    if (this.traces.form.params === null) this.traces.form.focuser?.()
    else await this.traces.start()
  }

  /** From the first step of the guide, or the first look at a broken lab: without what was built. */
  async startAgain(): Promise<void> {
    if (this.live.hasContent) await this.standing.stop(true)
    if (!this.live.hasContent) this.guide.begin()
  }

  /** Films a probe that a guide or a goal speaks of, and puts it into the trace bar. */
  async traceLike(entry: TraceEntry): Promise<void> {
    this.traces.form.fill(entry)
    await this.traces.start()
  }

  /**
   * Puts a command on the line of the host's terminal; running it is the user's own key.
   * @param fresh in a shell of its own
   * @returns the program that has the terminal, into which nothing was typed; null where there is none
   */
  async placeCommand(command: string, fresh = false): Promise<string | null> {
    if (!this.session.ready) return null
    this.view.showTab('terminal')
    const from = document.activeElement
    const tab = await (fresh ? this.terminals.open(hostNamespace) : this.terminals.show(hostNamespace))
    if (!tab.alive) return null
    // At once: Enter, however soon it comes, is meant for the command and not for what was clicked.
    tab.screen.focus()
    const answer = await tab.place(command)
    if (!answer.ok) tell(answer.failure)
    else if (answer.line === 'busy') {
      if (tab.screen.hasFocus && from instanceof HTMLElement) from.focus()
      return answer.program
    }
    return null
  }

  /** The keys go to the terminal that is seen; where none is, they stay. */
  typeOn(): void {
    if (this.view.tab === 'terminal' && this.settings.dock) this.terminals.active?.screen.focus()
  }

  async showTerminal(namespace: string): Promise<void> {
    if (!this.session.ready) return
    this.view.showTab('terminal')
    const tab = await this.terminals.show(namespace)
    tab.screen.focus()
  }

  private async close(): Promise<void> {
    if (!(await this.files.mayLeave()) || !(await this.host.settle())) return
    await attempt(this.link.request('window/state', { title: 'Vethlab', unsaved: false, onHost: false }))
    window.close()
  }
}

const contextKey = Symbol('app')
export const provideApp = (app: App): App => setContext(contextKey, app)
export const useApp = (): App => getContext<App>(contextKey)
