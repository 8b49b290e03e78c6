/** The helper that looks, asked as a shell asks it, inside the emulated machine; and the twin in a sandbox. */
import { spawn } from 'node:child_process'
import type { Params, RequestName, Results } from '../../../electron/core/rpc.js'
import { said } from '../../../electron/core/words/said.js'
import { connect } from '../../../electron/session/connection.js'
import { bareEnvironment, HelperProcess } from '../../../electron/session/helper-process.js'

export interface Looker {
  ask<N extends RequestName>(name: N, params: Params<N>): Promise<Results[N]>
  close(): Promise<void>
}

/** Everything takes longer in an emulated machine that shares its processors with others (milliseconds). */
const patienceMs = 120_000

/** @param under words of a program that is to start it: nothing, or strace(1) */
export async function startLooker(under: readonly string[] = []): Promise<Looker> {
  const [program = '', ...words] = [...under, process.execPath, 'dist/node/helper.js', 'look']
  const helper = new HelperProcess(
    spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], env: bareEnvironment() }),
  )
  const { channel, end } = helper.talk(patienceMs)
  const session = await connect(channel, {
    limit: new Promise((resolve) => setTimeout(resolve, patienceMs).unref()),
    anchorPid: () => null,
    lastWords: () => helper.lastWords,
    died: () => said`ended`,
    end,
    gone: helper.exited,
  })
  if (session === null) throw new Error(`the looker did not start: ${helper.lastWords}`)
  return { ask: (name, params) => session.request(name, params), close: () => session.close() }
}
