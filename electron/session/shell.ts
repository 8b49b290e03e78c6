/**
 * What the desktop and the browser shell have in common: answers what a window asks of its shell, owns the helper, and
 * passes everything else on between window and helper, unread.
 */
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { createMessageConnection, type MessageConnection, type ResponseError } from 'vscode-jsonrpc/node'
import type { TextChannel } from '../core/channel.js'
import { printable } from '../core/lab/plain-text.js'
import { openDoor } from '../core/door/door.js'
import { refused } from '../core/door/refused.js'
import { errorCodes, requests, type Params, type RequestName, type Results } from '../core/rpc.js'
import {
  shellRequests,
  type OpenedFile,
  type ShellNotificationName,
  type ShellNotifications,
  type ShellParams,
  type ShellRequestName,
  type ShellResults,
} from '../core/rpc-shell.js'
import { examine, findingsOf } from './doctor.js'
import { readLeft } from './elevated/left.js'
import { HelperOwner } from './helper-owner.js'
import { languageOf } from './language.js'
import { LookOwner } from './look-owner.js'
import { ShellFiles } from './shell-files.js'
import { writeResult } from './submissions.js'
import { VariantMaker } from './variant-maker.js'
import { failure } from '../core/failure.js'
import { said, type Said } from '../core/words/said.js'
import { ownCommand } from './own-command.js'

/** What the user has chosen in a dialog of the desktop. */
export interface ChosenFile {
  /** Absolute. */
  readonly path: string
  /** The dialog has asked already whether a file of this name is to be replaced. */
  readonly mayReplace: boolean
}

export interface ShellOptions {
  readonly kind: ShellResults['shell/open']['shell']
  readonly version: string
  /** BCP 47; taken from the environment where the shell knows no better. */
  readonly language?: string
  /** A lab file the user asked for when starting. */
  readonly file?: string | null
  /** Where recent files and unsaved work are kept. */
  readonly stateDirectory?: string
  /** The desktop's file dialog, which begins in this folder. Without it, the window browses by itself. */
  choose?(params: ShellParams<'file/choose'>, directory: string): Promise<ChosenFile | null>
  windowState?(params: ShellParams<'window/state'>): void
}

type Answers = { readonly [N in ShellRequestName]: (params: ShellParams<N>) => Promise<ShellResults[N]> }

export class Shell {
  private readonly files: ShellFiles
  private readonly helper: HelperOwner
  private readonly looking = new LookOwner((shown) => this.notify('look/changed', { shown }))
  private readonly variants = new VariantMaker()
  private window: MessageConnection | null = null
  private windowChannel: TextChannel | null = null

  constructor(private readonly options: ShellOptions) {
    this.files = new ShellFiles((path) => this.notify('file/changed', { path }), options.stateDirectory)
    this.helper = new HelperOwner({
      relay: (name, params) => void this.window?.sendNotification(name, params).catch(() => {}),
      ended: (message, words) => this.notify('helper/ended', { message, said: words }),
      silent: (since) => this.notify('helper/silent', { since }),
      waiting: (what) => this.notify('helper/waiting', what),
      uplinkChanged: (uplink, ended) => this.notify('uplink/changed', { uplink, ended }),
    })
  }

  /**
   * Serves a window. There is one at a time: the one before is let go, and the new one finds the same helper.
   * @param secret handed to the window with the answer to `shell/open`
   */
  attach(channel: TextChannel, secret: string | null = null): void {
    this.windowChannel?.end()
    const connection = openDoor(channel, createMessageConnection, {
      requests: { ...shellRequests, ...requests },
      answer: (name, params) =>
        Object.hasOwn(shellRequests, name)
          ? this.answer(name as ShellRequestName, params as never, secret)
          : this.pass(name as RequestName, params as never),
      bug: (text) => void process.stderr.write(printable(`${text}\n`)),
    })
    this.window = connection
    this.windowChannel = channel
    this.files.stopWatching()
    void this.looking.close()
    channel.onEnd(() => {
      connection.dispose()
      if (this.window !== connection) return
      this.window = null
      this.windowChannel = null
      this.files.stopWatching()
      void this.looking.close()
      void this.variants.cancel()
      // Nobody is left who could be told of a password or a command.
      this.helper.cancel()
    })
  }

  /** What the helper refuses comes back as it said it. */
  private async pass<N extends RequestName>(name: N, params: Params<N>): Promise<Results[N] | ResponseError<Said>> {
    const { session } = this.helper
    if (session === null) return refused(errorCodes.notOpen, said`The helper is not running; start it first.`)
    try {
      return await session.request(name, params)
    } catch (error) {
      if (this.helper.session === session) throw error
      return refused(errorCodes.notOpen, said`The helper has ended; start it again.`)
    }
  }

  /** Tells the window, if there is one. */
  notify<N extends ShellNotificationName>(name: N, params: ShellNotifications[N]): void {
    void this.window?.sendNotification(name, params).catch(() => {})
  }

  /** Shows a file that the user has opened from outside. */
  async openFile(path: string): Promise<Awaited<ReturnType<ShellFiles['read']>>> {
    const read = await this.files.read(resolve(path))
    if (read.ok) this.notify('file/opened', { file: read.file })
    return read
  }

  /** Lets the window go and ends the helper; resolves when its processes are gone. */
  async close(): Promise<void> {
    this.windowChannel?.end()
    this.files.stopWatching()
    await Promise.all([this.looking.close(), this.variants.cancel(), this.helper.stop()])
  }

  private async answer<N extends ShellRequestName>(
    name: N,
    params: ShellParams<N>,
    secret: string | null,
  ): Promise<ShellResults[N]> {
    const result = await (this.answers[name] as (params: ShellParams<N>) => Promise<ShellResults[N]>)(params)
    return name === 'shell/open' ? { ...result, secret } : result
  }

  private get answers(): Answers {
    return {
      ...this.files.answers,
      'shell/open': () => this.open(),
      'helper/start': ({ placement }) => this.helper.start(placement ?? 'sandbox'),
      'helper/cancel': async () => {
        this.helper.cancel()
        return { ok: true }
      },
      'helper/stop': async () => {
        await this.helper.stop()
        return { ok: true }
      },
      'shell/beat': async () => ({ ok: true }),
      'helper/left': async () => ({ left: readLeft() }),
      'uplink/plug': () => this.helper.plug(),
      'uplink/unplug': async () => {
        await this.helper.unplug()
        return { ok: true }
      },
      'look/open': () => this.looking.open(),
      'look/close': async () => {
        await this.looking.close()
        return { ok: true }
      },
      'look/explain': (params) => this.looking.explain(params),
      'look/twin': (params) => this.looking.twin(params),
      'variant/make': (params) => this.variants.make(params),
      'variant/cancel': async () => {
        await this.variants.cancel()
        return { ok: true }
      },
      'result/write': async (params) => writeResult(params),
      'doctor/run': async () => findingsOf(await examine(() => this.helper.tryOut())),
      'file/choose': (params) => this.choose(params),
      'window/state': async (params) => {
        this.options.windowState?.(params)
        return { ok: true }
      },
    }
  }

  private async open(): Promise<ShellResults['shell/open']> {
    const { kind, version, language = languageOf() } = this.options
    const [{ file, fileFailure }, { recovered }] = await Promise.all([
      this.startFile(),
      this.files.answers['file/recover']({}),
    ])
    const running = this.helper.session !== null
    const uplink = this.helper.uplink?.plugged ?? null
    // While a lab runs there, the note on it is this session's own.
    const left = this.helper.session?.capabilities.mode === 'elevated' ? null : readLeft()
    return {
      ...{ version, shell: kind, language, home: homedir(), command: ownCommand },
      ...{ file, fileFailure, running, uplink, left, recovered, secret: null },
    }
  }

  private async startFile(): Promise<
    Pick<ShellResults['shell/open'], 'fileFailure'> & { readonly file: OpenedFile | null }
  > {
    const { file } = this.options
    if (file === undefined || file === null) return { file: null, fileFailure: null }
    const read = await this.files.read(resolve(file))
    return read.ok ? { file: read.file, fileFailure: null } : { file: null, fileFailure: read.failure }
  }

  private async choose(params: ShellParams<'file/choose'>): Promise<ShellResults['file/choose']> {
    if (this.options.choose) {
      const chosen = await this.options.choose(params, await this.files.startFolder.get())
      if (chosen) this.files.startFolder.used(chosen.path)
      this.files.mayReplace(chosen?.mayReplace ? chosen.path : null)
      return { ok: true, path: chosen?.path ?? null }
    }
    const message = said`This shell has no file dialog of its own. Choose the file in the window.`
    return { ok: false, failure: failure('no-dialog', message) }
  }
}
