/** Questions that need an answer before anything goes on. One at a time; each resolves with what was chosen. */
import type { Said } from '../../electron/core/words/said.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import type { Origin } from '../challenge/task.svelte.js'
import type { ForeignRead } from './foreign-file.js'
import type { RecoveredWork } from '../../electron/core/rpc-shell.js'

export type Question =
  | {
      readonly kind: 'unsaved'
      readonly title: string
      readonly answer: (chosen: 'save' | 'discard' | 'cancel') => void
    }
  | {
      readonly kind: 'overwrite'
      readonly path: string
      /**
       * `changed`: somebody else wrote to our file; `removed`: it is gone. `exists`: another file is in the way.
       * `protected`: it is not to be written to; `others`: another user's, who lets nobody write to it.
       */
      readonly why: 'changed' | 'removed' | 'exists' | 'protected' | 'others'
      readonly answer: (chosen: 'overwrite' | 'save-as' | 'cancel') => void
    }
  | {
      readonly kind: 'recovered'
      readonly work: readonly RecoveredWork[]
      readonly answer: (chosen: RecoveredWork | 'discard' | 'later') => void
    }
  | {
      readonly kind: 'uplink'
      readonly answer: (chosen: 'plug' | 'cancel') => void
    }
  | {
      readonly kind: 'browse'
      readonly purpose: 'open' | 'save'
      readonly suggested: string
      readonly answer: (path: string | null) => void
    }
  | ({
      /** What another tool reads, as a lab. */
      readonly kind: 'import'
      readonly answer: (chosen: 'open' | 'cancel') => void
    } & ForeignRead)
  | {
      /** A lab like this machine, and what it has otherwise. */
      readonly kind: 'twin'
      readonly lab: LabFile
      readonly unexpressed: readonly Said[]
      readonly answer: (chosen: 'open' | 'cancel') => void
    }
  | {
      /** Which variant of a lab is made; it answers with its text. */
      readonly kind: 'variant'
      readonly origin: Origin
      readonly answer: (text: string | null) => void
    }
  | {
      /** Whose work is handed in. */
      readonly kind: 'hand-in'
      readonly answer: (student: string | null) => void
    }
  | {
      /** What would do to the machine what was done to its twin. */
      readonly kind: 'repair'
      readonly commands: readonly string[]
      readonly answer: (chosen: 'close') => void
    }
  | {
      /** A network stands, and would go. */
      readonly kind: 'stop'
      /** What it is called; null: nobody knows. */
      readonly standing: string | null
      /** The lab that would be opened then; null: none. */
      readonly next: string | null
      /** Objects that were made or changed by hand and are in no lab. */
      readonly unkept: number
      /** `keep`: they go into the lab and it is saved, then it stops. */
      readonly answer: (chosen: 'stop' | 'keep' | 'cancel') => void
    }
  | {
      /** The network has what the lab that is saved has not. */
      readonly kind: 'unkept'
      readonly what: readonly string[]
      readonly answer: (chosen: 'keep' | 'without' | 'cancel') => void
    }
  | {
      /** A lab stands on this machine itself. */
      readonly kind: 'leave-host'
      readonly title: string
      readonly answer: (chosen: 'undo' | 'keep' | 'cancel') => void
    }

type Answer<K extends Question['kind']> = Parameters<Extract<Question, { kind: K }>['answer']>[0]
type Asked<K extends Question['kind']> = Omit<Extract<Question, { kind: K }>, 'kind' | 'answer'>

/** Windows over the window that ask nothing. */
export type Sheet = 'palette' | 'shortcuts' | 'settings'

export class Dialogs {
  question = $state.raw<Question | null>(null)
  sheet = $state<Sheet | null>(null)
  private queue: Promise<unknown> = Promise.resolve()

  ask<K extends Question['kind']>(kind: K, asked: Asked<K>): Promise<Answer<K>> {
    const answered = this.queue.then(
      () =>
        new Promise<Answer<K>>((resolve) => {
          const answer = (chosen: Answer<K>): void => {
            this.question = null
            resolve(chosen)
          }
          this.question = { kind, ...asked, answer } as unknown as Question
        }),
    )
    this.queue = answered
    return answered
  }
}
