/** What stands in the kernel: how it is built, taken down, and gives way to another lab, and what is asked before. */
import type { Challenge } from '../challenge/challenge.svelte.js'
import { t, textOf } from '../i18n/text.svelte.js'
import type { Checks } from './checks.svelte.js'
import type { Deploy, HostChoices } from './deploy.svelte.js'
import type { Dialogs } from './dialogs.svelte.js'
import type { Host } from './host.svelte.js'
import type { LabDocument } from './lab-document.svelte.js'
import type { Live } from './live.svelte.js'
import type { Session } from './session.svelte.js'
import { say, tell, unsay } from './tell.js'
import type { Uplink } from './uplink.svelte.js'
import type { View } from './view.svelte.js'

/** Deploy and Stop speak of the same thing: what of the lab is in the kernel. */
const deployWords = 'deploy'

interface Parts {
  readonly document: LabDocument
  readonly session: Session
  readonly live: Live
  readonly deploy: Deploy
  readonly checks: Checks
  readonly uplink: Uplink
  readonly dialogs: Dialogs
  readonly view: View
  readonly host: () => Host
  readonly challenge: () => Challenge
  /** Saves the lab; false: it was not. */
  readonly save: () => Promise<boolean>
}

export class Standing {
  /** Differences that a save was to leave out; they are not asked about again. */
  private leftOut = ''

  constructor(private readonly parts: Parts) {}

  async build(): Promise<void> {
    const { deploy, session, uplink } = this.parts
    if (!deploy.canDeploy || !session.ready) return
    // On this machine itself, nothing is done that has not been shown.
    if (session.onHost) await this.parts.host().show()
    else {
      // It was plugged in for another lab.
      if (!uplink.asked) await uplink.unplug()
      await this.carryOut()
    }
  }

  async carryOut(choices: HostChoices = {}): Promise<boolean> {
    const { deploy, checks, view } = this.parts
    unsay(deployWords)
    const done = await deploy.deploy(choices)
    if (done) {
      const { report } = deploy
      say(t('deploy.done', { count: report?.steps ?? 0, ms: Math.round(report?.deployMs ?? 0) }), deployWords)
      checks.clear()
    } else view.showTab('plan')
    return done
  }

  /** What Stop would take down, as people call it; null: a network that was made by hand without any lab. */
  private get title(): string | null {
    const { deploy, document } = this.parts
    const { standingFile, isStanding } = deploy
    if (standingFile && !isStanding) return textOf(standingFile.title ?? standingFile.name)
    return document.isOpen ? document.title : null
  }

  /** @param sure whoever pressed a button that says so; what is in no lab is asked about all the same, and a riddle that is open */
  async stop(sure: boolean): Promise<void> {
    const { deploy } = this.parts
    if (!sure || deploy.unkept.length > 0 || this.parts.challenge().on)
      if (!(await this.mayGo(null, this.parts.save))) return
    // Whatever is not as it was has a dialog of its own.
    if ((await this.takeDown()) && deploy.aftermath === null) say(t('deploy.stopped'), deployWords)
  }

  /** @param next what would stand instead; null: nothing */
  private async mayGo(next: string | null, save: () => Promise<boolean>): Promise<boolean> {
    const { deploy, dialogs } = this.parts
    const chosen = await dialogs.ask('stop', { standing: this.title, next, unkept: deploy.unkept.length })
    return chosen !== 'cancel' && (chosen !== 'keep' || (await this.keepFirst(save)))
  }

  async takeDown(): Promise<boolean> {
    const { deploy, checks, session, uplink } = this.parts
    unsay(deployWords)
    await uplink.unplug()
    if (await deploy.stop()) {
      checks.clear()
      return true
    }
    const { failure } = deploy
    if (failure && !session.onHost) tell(failure)
    // What could not be undone on this machine stays in the journal: the banner says so, and undoes it once it can be.
    if (session.onHost) {
      if (failure) this.parts.host().notUndone(failure)
      await this.parts.host().readLeft()
    }
    return false
  }

  /** One lab at a time: what stands goes before another lab is opened. False: it is to stay, and so is its lab. */
  async mayReplace(next: string, again: boolean, save: () => Promise<boolean>): Promise<boolean> {
    const { document, session, live } = this.parts
    // The same lab once more, or a network that belongs to no lab yet.
    if (!document.isOpen || again) return true
    if (!session.ready || !live.hasContent) return true
    if (session.onHost) return this.parts.host().leave()
    if (!(await this.mayGo(next, save)) || !(await this.takeDown())) return false
    // The last changes are still on their way; the next lab must see none of them.
    await live.readAgain()
    return true
  }

  /** What was made by hand goes into the lab and to its file. False: it was not saved, so nothing may be lost yet. */
  private keepFirst(save: () => Promise<boolean>): Promise<boolean> {
    this.parts.deploy.keepAll()
    return save()
  }

  /** Before the lab is saved. False: it is not to be. */
  async askUnkept(): Promise<boolean> {
    const { deploy, dialogs, document } = this.parts
    const { unkept } = deploy
    const what = unkept.map((drift) => `${drift.namespace}  ${drift.what}`)
    const key = [document.id, ...what].join('\n')
    if (unkept.length === 0 || key === this.leftOut) return true
    const chosen = await dialogs.ask('unkept', { what })
    if (chosen === 'keep') deploy.keepAll()
    if (chosen === 'without') this.leftOut = key
    return chosen !== 'cancel'
  }
}
