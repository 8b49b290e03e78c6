/** Commands of labs as they are typed on the machine: most namespaces there have no name that `ip netns` knows. */
import type { Diagnosis } from '../diagnosis/diagnosis.js'
import { commandLine, shellQuote } from '../plan/shell-quote.js'

/** A file that leads to the namespace of that key; null where `ip netns` knows it by just that name. */
export type FileOf = (key: string) => string | null

const name = '([a-zA-Z0-9][a-zA-Z0-9_.-]*)'
const executed = new RegExp(`\\bip netns exec ${name} `, 'g')
/** The tools' own way in knows names only; in front of the whole command, so that it stays one. */
const entered = new RegExp(`^((?:ip|tc|bridge)\\b(?: -[46])?) -n ${name} `)
/** `netns NAME` of `ip link` takes a path as well (ip-link(8)). */
const moved = new RegExp(` netns ${name}(?= |$)`, 'g')

/**
 * What a shell takes as it stands: within single quotes, behind a backslash, in a here document. A name of a namespace there
 * is none, and a path that is quoted anew would end the quotes around it.
 */
const literal = /('[^']*'|\\.| <<'\w+'\n[^]*$)/

/** Paths of mounts are anybody's, and may hold anything. */
export function typedBy(command: string, fileOf: FileOf): string {
  return command
    .split(literal)
    .map((part, at) => (at % 2 === 1 ? part : way(part, at === 0, fileOf)))
    .join('')
}

function way(part: string, isFirst: boolean, fileOf: FileOf): string {
  const into = (file: string): string => commandLine(['nsenter', `--net=${file}`])
  const whole = part.replace(executed, (former, key: string) => {
    const file = fileOf(key)
    return file === null ? former : `${into(file)} `
  })
  const begun = !isFirst
    ? whole
    : whole.replace(entered, (former, program: string, key: string) => {
        const file = fileOf(key)
        return file === null ? former : `${into(file)} ${program} `
      })
  return begun.replace(moved, (former, key: string) => {
    const file = key === 'exec' ? null : fileOf(key)
    return file === null ? former : ` netns ${shellQuote(file)}`
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
