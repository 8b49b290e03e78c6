/** Commands of a diagnosis as they are typed on the machine: most namespaces there have no name that `ip netns` knows. */
import type { Diagnosis } from '../diagnosis/diagnosis.js'

const inLab = /\bip netns exec ([a-zA-Z0-9][a-zA-Z0-9_.-]*) /g

/** @param fileOf a file that leads to the namespace of that key; null where `ip netns` knows it by just that name */
export function typedOnMachine(diagnosis: Diagnosis, fileOf: (key: string) => string | null): Diagnosis {
  const typed = (command: string): string =>
    command.replace(inLab, (whole, key: string) => {
      const file = fileOf(key)
      return file === null ? whole : `nsenter --net=${file} `
    })
  const { fix, evidence } = diagnosis
  return {
    ...diagnosis,
    evidence: evidence.map((each) => ({ ...each, command: typed(each.command) })),
    fix: fix && { ...fix, commands: fix.commands.map(typed) },
  }
}
