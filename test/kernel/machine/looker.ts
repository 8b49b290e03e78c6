/** A helper that looks at a test's machine, asked as a shell asks it: one for many questions. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Params, RequestName, Results } from '../../../electron/core/rpc.js'
import { connect } from '../../../electron/session/connection.js'
import { bareEnvironment, HelperProcess } from '../../../electron/session/helper-process.js'
import { root } from '../support/build.js'
import { patienceMs } from '../support/until.js'
import { said } from '../../../electron/core/words/said.js'

export interface Looker {
  ask<N extends RequestName>(name: N, params: Params<N>): Promise<Results[N]>
  /** How often it has said that the machine may be otherwise. */
  changes(): number
  close(): Promise<void>
}

/** @param into words in front of a program that is to run there */
export async function startLooker(into: readonly string[]): Promise<Looker> {
  const [program = '', ...words] = [...into, process.execPath, join(root, 'dist/node/helper.js'), 'look']
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
  let changes = 0
  session.on('machine/changed', () => (changes += 1))
  return { changes: () => changes, ask: (name, params) => session.request(name, params), close: () => session.close() }
}
