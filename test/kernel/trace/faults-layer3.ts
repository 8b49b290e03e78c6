import type { Fault } from './fault-labs.js'

export const layer3Faults: readonly Fault[] = []
