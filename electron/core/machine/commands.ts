/** Commands of labs as they are typed on the machine: most namespaces there have no name that `ip netns` knows. */
import type { Diagnosis } from '../diagnosis/diagnosis.js'

/** A file that leads to the namespace of that key; null where `ip netns` knows it by just that name. */
export type FileOf = (key: string) => string | null

const name = '([a-zA-Z0-9][a-zA-Z0-9_.-]*)'
const executed = new RegExp(`\\bip netns exec ${name} `, 'g')
/** The tools' own way in knows names only; in front of the whole command, so that it stays one. */
const entered = new RegExp(`^((?:ip|tc|bridge)\\b(?: -[46])?) -n ${name} `)
/** `netns NAME` of `ip link` takes a path as well (ip-link(8)). */
const moved = new RegExp(` netns ${name}(?= |$)`, 'g')

export function typedBy(command: string, fileOf: FileOf): string {
  return command
    .replace(executed, (whole, key: string) => {
      const file = fileOf(key)
      return file === null ? whole : `nsenter --net=${file} `
    })
    .replace(entered, (whole, program: string, key: string) => {
      const file = fileOf(key)
      return file === null ? whole : `nsenter --net=${file} ${program} `
    })
    .replace(moved, (whole, key: string) => {
      const file = key === 'exec' ? null : fileOf(key)
      return file === null ? whole : ` netns ${file}`
    })
}

export function typedOnMachine(diagnosis: Diagnosis, fileOf: FileOf): Diagnosis {
  const typed = (command: string): string => typedBy(command, fileOf)
  const { fix, evidence } = diagnosis
  return {
    ...diagnosis,
    evidence: evidence.map((each) => ({ ...each, command: typed(each.command) })),
    fix: fix && { ...fix, commands: fix.commands.map(typed) },
  }
}
