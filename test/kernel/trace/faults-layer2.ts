import type { Fault } from './fault-labs.js'

export const layer2Faults: readonly Fault[] = []
