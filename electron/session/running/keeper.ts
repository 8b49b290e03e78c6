/**
 * The process behind `up`: holds one running lab until it is told to stop or its sandbox ends. It has no terminal, so that
 * no key pressed there reaches it or the sandbox. Descriptor 3 leads to the command that started it: while the lab comes
 * up, and after that where the lab is to end with that command.
 */
import { Socket } from 'node:net'
import { lineChannel } from '../../core/channel.js'
import { maxMessageBytes, type Failure } from '../../core/rpc.js'
import { machineRefusal } from '../machine-refusal.js'
import { refuseInspector } from '../no-inspector.js'
import { runtimeDirectory } from './directory.js'
import { keepLab, type KeepResult } from './keep.js'
import type { KeeperOrder, KeeperWord } from './keeper-words.js'

const startDescriptor = 3
/** Teardown that hangs is cut off here (milliseconds); the sandbox dies with this process in any case. */
const endLimitMs = 5000

const starter = lineChannel(new Socket({ fd: startDescriptor }), maxMessageBytes)
const say = (word: KeeperWord): Promise<void> => starter.send(JSON.stringify(word)).catch(() => {})

refuseInspector()

let end: () => Promise<void> = () => Promise.resolve()
/** Whether the lab goes on without the one who gave the order. */
let independent = false
/** The lab's name until it is up, or until it is certain that it will not be. */
let comingUp: string | null = null

function leave(status: number): void {
  setTimeout(() => process.exit(status), endLimitMs).unref()
  void end().finally(() => process.exit(status))
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  process.on(signal, () => {
    if (comingUp !== null) void say({ word: 'refused', stage: 'sandbox', failure: stopped(comingUp) })
    leave(0)
  })

/** For whoever waits for it. */
const stopped = (name: string): Failure => ({
  code: 'stopped',
  message: `The lab ${name} was stopped while it was coming up: somebody else took it down. Nothing of it is left.`,
  where: name,
  output: null,
})
// Whoever gave the order has gone. Before the lab is up nobody knows of it; an attached one goes along in any case.
starter.onEnd(() => {
  if (!independent) leave(0)
})
starter.onText((text) => {
  const order = JSON.parse(text) as KeeperOrder
  comingUp = order.lab.name
  void bringUp(order)
    .catch((error: unknown) => {
      const refused = machineRefusal(error)
      if (refused !== null) return { ok: false, stage: 'sandbox', failure: refused } as const
      return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    })
    .then(async (outcome) => {
      comingUp = null
      if ('failed' in outcome) await say({ word: 'bug', text: outcome.failed })
      else if (!outcome.ok) await say({ word: 'refused', stage: outcome.stage, failure: outcome.failure })
      else {
        independent = !order.attached
        const { entry, report, session, uplink } = outcome.kept
        void session.ended.then(async ({ reason, message }) => {
          if (reason === 'died' && order.attached) await say({ word: 'died', message })
          leave(1)
        })
        void uplink?.ended.then((ended) => {
          if (ended !== null && order.attached) void say({ word: 'unplugged', failure: ended })
        })
        await say({ word: 'up', entry, report, uplink: uplink?.plugged ?? null })
        if (independent) starter.end()
        return
      }
      leave(1)
    })
})

async function bringUp({ lab, file, uplink }: KeeperOrder): Promise<KeepResult> {
  const directory = runtimeDirectory()
  if (!directory.ok) return { ok: false, stage: 'name', failure: directory.failure }
  return keepLab({
    directory: directory.path,
    lab,
    file,
    uplink,
    progress: (done, total, text) => void say({ word: 'progress', done, total, text }),
    owns: (free) => void (end = free),
  })
}
