/** What happens to the parts of the window as its connection, the sandbox behind it and the lab in it come and go. */
import { createLabText } from '../../electron/core/lab/print.js'
import { hostNamespace } from '../../electron/core/lab/lab.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import { protocolVersion } from '../../electron/core/rpc.js'
import type { ShellResults } from '../../electron/core/rpc-shell.js'
import type { Said } from '../../electron/core/words/said.js'
import { attempt } from '../connection/rpc.js'
import { textOf } from '../i18n/text.svelte.js'
import { tell } from './tell.js'
import type { Parts } from './parts.js'

export class Lifecycle {
  private seenBefore = false

  constructor(private readonly parts: Parts) {}

  /** Never rejects: what goes wrong is a state on screen. */
  async connected(answer: ShellResults['shell/open']): Promise<void> {
    const { host, link, machine, session, settings, uplink } = this.parts
    // A browser knows its user better than the environment that the server was started in.
    if (answer.shell === 'desktop') settings.systemLanguageIs(answer.language)
    session.shell = answer
    uplink.plugged = answer.uplink
    try {
      void machine.look()
      if (!this.seenBefore) await this.firstConnection(answer)
      this.seenBefore = true
      host.left = answer.left
      if (answer.running) await this.openSession()
      else await this.startSandbox()
    } catch (error) {
      // The connection broke meanwhile: the link is at it already, and everything comes again.
      if (link.state.kind === 'up') tell({ code: 'bug', message: String(error), where: null, output: null })
    }
  }

  private async firstConnection(answer: ShellResults['shell/open']): Promise<void> {
    const { files, link, progress } = this.parts
    await Promise.all([files.load(), progress.load()])
    // What was asked for counts when the window is opened; when it is loaded again, what was open in it.
    const asked = link.fresh && (answer.file !== null || answer.fileFailure !== null)
    if (asked && answer.file) await files.openFile(answer.file)
    else if (!files.restoreTab() && asked && answer.fileFailure) {
      files.failure = answer.fileFailure
      tell(answer.fileFailure)
    }
    void files.offer(answer.recovered)
  }

  async startSandbox(): Promise<void> {
    this.forgetSandbox()
    if (await this.parts.session.start()) await this.openSession()
  }

  /** A sandbox that does not answer is ended by its shell, and another one started. */
  async endSilent(): Promise<void> {
    const { link, session } = this.parts
    await attempt(link.request('helper/stop', {}))
    session.silentSince = null
    await this.startSandbox()
  }

  helperEnded(message: string, said: Said): void {
    const { host, session } = this.parts
    this.forgetSandbox()
    host.open = false
    session.silentSince = null
    session.phase = { kind: 'ended', message, said }
    void host.readLeft()
  }

  /** The elevated helper is there instead of the sandbox. */
  async hostEntered(): Promise<void> {
    this.forgetSandbox()
    await this.openSession()
  }

  private async openSession(): Promise<void> {
    const { challenge, commands, deploy, document, host, link, live } = this.parts
    const { recorder, session, terminals, traces, traffic, twin } = this.parts
    const known = live.state?.revision
    const opened = await link.request('session/open', {
      protocol: protocolVersion,
      ...(known === undefined ? {} : { revision: known }),
    })
    session.capabilities = opened.capabilities
    live.replace(opened.live)
    commands.replace(opened.commands)
    if (!document.isOpen && opened.lab)
      document.open({ path: null, text: createLabText(opened.lab), fingerprint: null })
    deploy.found(opened.lab)
    challenge.restore()
    twin.restore()
    recorder.restore()
    if (opened.capabilities.mode === 'elevated') host.left = opened.left?.kept ? null : opened.left
    else await this.settleStanding(opened.lab)
    session.phase = { kind: 'ready' }
    void traces.refresh()
    void traffic.resume()
    await terminals.restore(opened.terminals)
    if (terminals.tabs.length === 0) await terminals.open(hostNamespace)
  }

  /** A window that was opened with a lab of its own finds another one standing. */
  private async settleStanding(lab: LabFile | null): Promise<void> {
    const { commands, dialogs, document, files, live, standing } = this.parts
    if (!lab || !document.isOpen || document.lab?.name === lab.name) return
    const asked = { standing: textOf(lab.title ?? lab.name), next: document.title, unkept: 0 }
    const stopped = (await dialogs.ask('stop', asked)) === 'stop' && (await standing.takeDown())
    if (stopped) {
      commands.leaveFormer(document.id)
      return live.readAgain()
    }
    if (await files.mayLeave()) this.openAgain(lab)
  }

  /** The lab that stands in the kernel, as the one that is open. */
  async showStanding(): Promise<void> {
    const { deploy, document, files } = this.parts
    const file = deploy.standingFile
    if (file && document.labFile?.name !== file.name && (await files.mayLeave())) this.openAgain(file)
  }

  private openAgain(lab: LabFile): void {
    this.parts.document.open({ path: null, text: createLabText(lab), fingerprint: null })
    this.labOpened()
  }

  private forgetSandbox(): void {
    const { checks, commands, deploy, live, recorder, terminals, traces, traffic } = this.parts
    recorder.forget()
    live.clear()
    deploy.forget()
    terminals.clear()
    commands.replace([])
    checks.clear()
    traces.clear()
    traffic.clear()
  }

  /** Another lab is in the window: nothing of the former one is carried over. */
  labOpened(): void {
    const { checks, commands, deploy, document, editor, find, goals, guide, machine, menus } = this.parts
    const { predicting, recorder, selection, settings, task, traces, view } = this.parts
    machine.leave()
    selection.target = null
    checks.clear()
    traces.clear()
    predicting.forget()
    traces.form.reset()
    deploy.failure = null
    deploy.report = null
    deploy.runningPlan = null
    recorder.labOpened()
    editor.letGo()
    find.end()
    menus.open = null
    guide.opened()
    task.opened()
    goals.checks.clear()
    const { lab } = document
    // A guide is followed in what runs: there its keys mean what its buttons say.
    if (lab && (lab.guide.length + lab.goal.length > 0 || task.key)) {
      editor.show(false)
      settings.set({ left: 'guide' })
      // What it speaks of is typed there.
      view.tab = 'terminal'
    }
    // What is wrong with a file is said where it can be read.
    if (document.broken) settings.set({ inspector: true })
    settings.set({ welcomed: true })
    // The other lab is still in the kernel; what is drawn is the one that is open.
    deploy.found(deploy.standingFile)
    commands.opened(document.id, deploy.isStanding)
  }

  /** Somebody wants the window closed: it asks for what would be lost. */
  async close(): Promise<void> {
    const { files, host, link } = this.parts
    if (!(await files.mayLeave()) || !(await host.settle())) return
    await attempt(link.request('window/state', { title: 'Vethlab', unsaved: false, onHost: false }))
    window.close()
  }
}
