/** What a keeper and the command that starts it say to each other, one JSON text per line. */
import type { LabFile } from '../../core/lab/schema.js'
import type { PluggedUplink } from '../../core/rpc-shell.js'
import type { DeployFailure, DeployReport, Failure } from '../../core/rpc.js'
import type { RunningLab } from './entry.js'
import type { KeepStage } from './keep.js'

/** Sent once. */
export interface KeeperOrder {
  readonly lab: LabFile
  /** Absolute; `-` for standard input. */
  readonly file: string
  /** Ends when whoever gave the order ends; otherwise the lab outlives it. */
  readonly attached: boolean
  /** The user has allowed the uplink that the lab asks for. */
  readonly uplink: boolean
}

/** Any number of `progress`, then exactly one of the others; after `up`, an attached keeper may say `unplugged` and `died`. */
export type KeeperWord =
  | { readonly word: 'progress'; readonly done: number; readonly total: number; readonly text: string }
  | {
      readonly word: 'up'
      readonly entry: RunningLab
      readonly report: DeployReport
      readonly uplink: PluggedUplink | null
    }
  | { readonly word: 'refused'; readonly stage: KeepStage; readonly failure: Failure | DeployFailure }
  /** The uplink ended by itself. */
  | { readonly word: 'unplugged'; readonly failure: Failure }
  /** The sandbox ended by itself. */
  | { readonly word: 'died'; readonly message: string }
  /** An exception nobody expected, with its stack. */
  | { readonly word: 'bug'; readonly text: string }
