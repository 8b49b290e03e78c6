import type { Fault } from './fault-labs.js'

export const natFaults: readonly Fault[] = []
