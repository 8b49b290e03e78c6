/** How far the learner has come in each guide, by the lab's name. */
import { z } from 'zod'
import { furtherProgress } from '../../core/rpc-shell.js'
import type { GuideProgress } from '../../core/rpc-shell.js'
import { StateFile } from './state.js'

/** Labs remembered; the one that was worked on longest ago goes first. */
const maxGuides = 200

const schema = z.array(
  z.object({ lab: z.string(), step: z.int().min(0), answers: z.array(z.int()), ...furtherProgress }),
)

export class Guides {
  private readonly file: StateFile<z.infer<typeof schema>>

  constructor(directory: string) {
    this.file = new StateFile(directory, 'guides.json', schema, [])
  }

  read(): Promise<readonly GuideProgress[]> {
    return this.file.read()
  }

  /** Rejects as `node:fs` does. */
  write(progress: GuideProgress): Promise<void> {
    return this.file.change((known) =>
      [progress, ...known.filter(({ lab }) => lab !== progress.lab)].slice(0, maxGuides),
    )
  }
}
