/** Starts a keeper: a process of its own session, which may outlive the command and its terminal. */
import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { lineChannel } from '../../core/channel.js'
import { maxMessageBytes, type DeployFailure, type DeployReport, type Failure } from '../../core/rpc.js'
import { withoutInspector } from '../no-inspector.js'
import { programFile } from '../programs.js'
import type { PluggedUplink } from '../../core/rpc-shell.js'
import type { RunningLab } from './entry.js'
import type { KeepStage } from './keep.js'
import type { KeeperOrder, KeeperWord } from './keeper-words.js'
import { vethlab } from '../own-command.js'

export interface Keeper {
  readonly entry: RunningLab
  readonly report: DeployReport
  readonly uplink: PluggedUplink | null
  /**
   * Resolves when an attached keeper has ended: with a sentence where its sandbox died, with null where it was told to
   * (by `vethlab down`). Never for one that is not attached.
   */
  readonly ended: Promise<string | null>
  /** Ends an attached keeper; resolves when it has taken everything down. */
  end(): Promise<void>
}

export type KeeperStart =
  | { readonly ok: true; readonly keeper: Keeper }
  | { readonly ok: false; readonly stage: KeepStage; readonly failure: Failure | DeployFailure }

export interface KeeperOptions extends KeeperOrder {
  progress(done: number, total: number, text: string): void
  /** Told at once how to give the order up again: the keeper takes down what it has, and ends. */
  owns(giveUp: () => Promise<void>): void
  /** The uplink of an attached keeper ended by itself. */
  uplinkLost(failure: Failure): void
}

/** A keeper cuts its own teardown off after 5 s; one that is stuck beyond that is ended by force (milliseconds). */
const endLimitMs = 6000

/** Resolves when the lab is up, or when it is certain that it will not be. */
export async function startKeeper(options: KeeperOptions): Promise<KeeperStart> {
  const { lab, file, attached, uplink, progress, owns } = options
  const child = spawn(process.execPath, [...withoutInspector(), programFile('keeper.js')], {
    // Its own session: no terminal's Ctrl-C or hang-up reaches it. No standard stream of the caller stays open in it.
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    // A lab that runs for days must not hold somebody's directory.
    cwd: '/',
    env: { ...process.env, ...(process.versions['electron'] ? { ELECTRON_RUN_AS_NODE: '1' } : {}) },
  })
  const gone = new Promise<null>((resolve) => {
    child.once('error', () => resolve(null))
    child.once('exit', () => resolve(null))
  })
  const socket = child.stdio[3] as Socket
  const channel = lineChannel(socket, maxMessageBytes)
  const end = async (): Promise<void> => {
    socket.destroy()
    const stuck = setTimeout(() => child.kill('SIGKILL'), endLimitMs)
    await gone
    clearTimeout(stuck)
  }
  owns(end)
  let lastMessage: string | null = null
  const last = new Promise<Exclude<KeeperWord, { word: 'progress' | 'unplugged' | 'died' }>>((resolve) => {
    channel.onText((text) => {
      const word = JSON.parse(text) as KeeperWord
      if (word.word === 'progress') progress(word.done, word.total, word.text)
      else if (word.word === 'unplugged') options.uplinkLost(word.failure)
      else if (word.word === 'died') lastMessage = word.message
      else resolve(word)
    })
  })
  const order: KeeperOrder = { lab, file, attached, uplink }
  await channel.send(JSON.stringify(order)).catch(() => {})
  const word = await Promise.race([last, gone])
  if (word?.word === 'up') {
    if (!attached) {
      child.unref()
      socket.destroy()
    }
    return {
      ok: true,
      keeper: { entry: word.entry, report: word.report, uplink: word.uplink, ended: gone.then(() => lastMessage), end },
    }
  }
  await gone
  socket.destroy()
  if (word?.word === 'refused') return { ok: false, stage: word.stage, failure: word.failure }
  if (word?.word === 'bug') throw new Error(word.text)
  return { ok: false, stage: 'sandbox', failure: keeperDied }
}

const keeperDied: Failure = {
  code: 'keeper-died',
  message: `The process that was to keep the lab running ended by itself. Try again; \`${vethlab('doctor')}\` says what this machine can do.`,
  where: 'keeper',
  output: null,
}
