/** What can be broken in a lab, and mended again: the words of the catalogue. */
import type { LabChange } from '../change/lab-change.js'
import type { DiagnosisCode } from '../diagnosis/diagnosis.js'
import type { Lab } from '../lab/lab.js'
import type { LabFile } from '../lab/schema.js'
import type { Way } from './way.js'

/** A fault at one place of one lab. */
export interface Injection {
  /** Of the fault in the catalogue. */
  readonly fault: string
  /** What the diagnosis of a check that it breaks must call it. */
  readonly code: DiagnosisCode
  readonly namespace: string
  readonly interface: string | null
  readonly changes: readonly LabChange[]
  /** The shortest known way back; the lab then says what it said before. */
  readonly repair: readonly LabChange[]
}

/** A healthy lab, and the ways of its checks. */
export interface Healthy {
  readonly file: LabFile
  readonly lab: Lab
  readonly ways: readonly Way[]
}

export type Place = Omit<Injection, 'fault' | 'interface'> & { readonly interface?: string | null }

export interface Fault {
  readonly id: string
  /** Everywhere that it can be put so that it lies on the way of a check. */
  readonly places: (healthy: Healthy, way: Way) => readonly Place[]
}
