/** Starts a keeper: a process of its own session, which outlives the command and its terminal. */
import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { lineChannel } from '../../core/channel.js'
import type { LabFile } from '../../core/lab/schema.js'
import { maxMessageBytes, type DeployFailure, type DeployReport, type Failure } from '../../core/rpc.js'
import { programFile } from '../programs.js'
import type { RunningLab } from './entry.js'
import type { KeepStage } from './keep.js'
import type { KeeperOrder, KeeperWord } from './keeper-words.js'

export type BackgroundResult =
  | { readonly ok: true; readonly entry: RunningLab; readonly report: DeployReport }
  | { readonly ok: false; readonly stage: KeepStage; readonly failure: Failure | DeployFailure }

export interface BackgroundOptions {
  readonly lab: LabFile
  /** Absolute; `-` for standard input. */
  readonly file: string
  progress(done: number, total: number, text: string): void
  /** Told at once how to give the order up again: the keeper takes down what it has, and ends. */
  owns(giveUp: () => Promise<void>): void
}

/** Resolves when the lab is up, or when it is certain that it will not be. */
export async function startInBackground({ lab, file, progress, owns }: BackgroundOptions): Promise<BackgroundResult> {
  const child = spawn(process.execPath, [programFile('keeper.js')], {
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
  owns(async () => {
    socket.destroy()
    await gone
  })
  const last = new Promise<Exclude<KeeperWord, { word: 'progress' }>>((resolve) => {
    channel.onText((text) => {
      const word = JSON.parse(text) as KeeperWord
      if (word.word === 'progress') progress(word.done, word.total, word.text)
      else resolve(word)
    })
  })
  const order: KeeperOrder = { lab, file }
  await channel.send(JSON.stringify(order)).catch(() => {})
  const word = await Promise.race([last, gone])
  if (word?.word === 'up') {
    child.unref()
    socket.destroy()
    return { ok: true, entry: word.entry, report: word.report }
  }
  await gone
  socket.destroy()
  if (word?.word === 'refused') return { ok: false, stage: word.stage, failure: word.failure }
  if (word?.word === 'bug') throw new Error(word.text)
  return { ok: false, stage: 'sandbox', failure: keeperDied }
}

const keeperDied: Failure = {
  code: 'keeper-died',
  message:
    'The process that was to keep the lab running ended by itself. Try again; vethlab doctor says what this machine can do.',
  where: 'keeper',
  output: null,
}
