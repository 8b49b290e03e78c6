/** The window's state as a whole: each part in its own class, and here what happens between them. */
import { getContext, setContext } from 'svelte'
import { expectedFrom } from '../../electron/core/change/expect.js'
import { hostNamespace } from '../../electron/core/lab/lab.js'
import type { TraceEntry } from '../../electron/core/lab/schema.js'
import { Link } from '../connection/link.svelte.js'
import type { LinkOptions } from '../connection/link.svelte.js'
import { Challenge } from '../challenge/challenge.svelte.js'
import { Clipboard } from '../edit/clipboard.js'
import { Editor } from '../edit/editor.svelte.js'
import { Find } from '../edit/find.svelte.js'
import { Goals } from '../guide/goals.svelte.js'
import { Guide } from '../guide/guide.svelte.js'
import { Progress } from '../guide/progress.svelte.js'
import { Task } from '../challenge/task.svelte.js'
import { Recorder } from '../record/recorder.svelte.js'
import { t } from '../i18n/text.svelte.js'
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
import { Lifecycle } from './lifecycle.js'
import { Live } from './live.svelte.js'
import { Menus } from './menus.svelte.js'
import { startReactions } from './reactions.svelte.js'
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
  readonly lifecycle: Lifecycle
  /** What can be asked of the picture; null while there is none. */
  canvas = $state.raw<CanvasCommands | null>(null)
  readonly traffic: Traffic
  readonly uplink: Uplink
  /** What the lab needs and this kernel has not, where its file says so. */
  readonly lacking = $derived.by(() => {
    const { labFile, source, fileName } = this.document
    const missing = missingFeatures(this.session.capabilities?.features ?? [])
    if (!labFile || !source || missing.size === 0) return []
    return placeProblems(source, lackingProblems(labFile, missing), fileName ?? 'lab')
  })

  constructor(options: LinkOptions) {
    this.link = new Link(options, (answer) => this.lifecycle.connected(answer))
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
      () => this.live.wiring,
      () => !this.challenge.on && !this.task.veils,
    )
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
      mayGo: (next, again, save) => this.standing.mayReplace(next, again, save),
      keep: () => this.standing.askUnkept(),
      opened: () => this.lifecycle.labOpened(),
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
      entered: () => this.lifecycle.hostEntered(),
      startSandbox: () => this.lifecycle.startSandbox(),
      deploy: async (choices) => ((await this.standing.carryOut(choices)) ? null : this.deploy.failure),
      hasLab: () => this.deploy.standingFile !== null,
      showLab: () => this.lifecycle.showStanding(),
      askLeave: () => this.dialogs.ask('leave-host', { title: this.deploy.standingFile?.name ?? '' }),
    })
    this.share = new Share({
      ...{ document: this.document, traces: this.traces, live: this.live, session },
      canvas: () => this.canvas,
    })
    this.lifecycle = new Lifecycle(this)
    this.link.on('helper/ended', ({ message, said }) => this.lifecycle.helperEnded(message, said))
    this.link.on('window/closing', () => void this.lifecycle.close())
    startReactions(this)
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

  /** For a gesture that comes before anybody has begun to draw; whoever draws already goes on. */
  beginEditing(): void {
    if (!this.editing) this.edit(true)
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

  /**
   * From the first step of the guide, or the first look at a broken lab: without what was built.
   * @param sure nothing in it was made by hand
   */
  async startAgain(sure: boolean): Promise<void> {
    if (this.live.hasContent) await this.standing.stop(sure)
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
}

const contextKey = Symbol('app')
export const provideApp = (app: App): App => setContext(contextKey, app)
export const useApp = (): App => getContext<App>(contextKey)
