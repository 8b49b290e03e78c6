/** Carrying out many steps without keeping the thread for itself. */
import { ECANCELED, Refusal } from './errno.js'
import { Folds } from './fold.js'
import type { KernelError, WorkerRequests } from './protocol.js'
import { runLinkDeletes, runStep, type StepContext } from './steps.js'

/** Milliseconds of work before other messages are served. A step cannot be divided, and few take longer than 2 ms. */
const sliceMs = 8
/** Shortest time between two reports of progress, milliseconds: three frames. */
const progressMs = 50

/** `done` steps have been carried out; `error` is about the next one. */
export interface RunResult {
  readonly done: number
  readonly error: KernelError | null
}

export async function runSteps(
  context: StepContext,
  { steps, halt }: Pick<WorkerRequests['run'][0], 'steps' | 'halt'>,
  progress: (done: number) => void,
): Promise<RunResult> {
  let sliceStart = performance.now()
  let told = sliceStart
  let done = 0
  context.indices.clear()
  const folds = new Folds(steps)
  const halted = halt && new Int32Array(halt)
  for (;;) {
    const step = steps[done]
    if (!step) return { done, error: null }
    if (halted && Atomics.load(halted, 0) !== 0) return { done, error: Refusal.of(ECANCELED) }
    const together = step.op === 'link-delete' ? runLinkDeletes(context, steps, done) : 0
    if (together > 0) done += together
    else if (folds.has(done)) done += 1
    else {
      const unwritten = context.journal?.step(step) ?? null
      if (unwritten) return { done, error: unwritten }
      const folded = step.op === 'veth-add' && folds.run(context, step)
      const error = folded ? null : runStep(context, step)
      if (error) return { done, error }
      done += 1
    }
    const now = performance.now()
    if (now - told >= progressMs && done < steps.length) {
      told = now
      progress(done)
    }
    if (now - sliceStart < sliceMs) continue
    await new Promise<void>((resolve) => setImmediate(resolve))
    context.indices.clear()
    sliceStart = performance.now()
  }
}
