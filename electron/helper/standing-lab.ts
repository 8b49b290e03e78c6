/** A lab that stands, or is meant to: its file as it was sent, and what that means. */
import type { Lab } from '../core/lab/lab.js'
import type { LabFile } from '../core/lab/schema.js'

export interface StandingLab {
  readonly file: LabFile
  readonly lab: Lab
}
