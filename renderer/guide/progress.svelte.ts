/** How far the learner has come, by lab name: kept by the shell, over reloads and restarts. */
import type { GuideProgress } from '../../electron/core/rpc-shell.js'
import { attempt } from '../connection/rpc.js'
import type { Rpc } from '../connection/rpc.js'

export class Progress {
  private kept = $state.raw<readonly GuideProgress[]>([])

  constructor(private readonly rpc: Rpc) {}

  async load(): Promise<void> {
    this.kept = (await this.rpc.request('guide/read', {})).progress
  }

  of(lab: string | undefined): GuideProgress | null {
    return this.kept.find((each) => each.lab === lab) ?? null
  }

  keep(progress: GuideProgress): void {
    const finished = progress.finished || this.of(progress.lab)?.finished
    const entry = { ...progress, ...(finished ? { finished } : {}) }
    this.kept = [...this.kept.filter(({ lab }) => lab !== progress.lab), entry]
    void attempt(this.rpc.request('guide/write', entry))
  }
}
