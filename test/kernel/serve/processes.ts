/** Processes that descend from one of ours. */
import { readFileSync } from 'node:fs'

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

const childrenOf = (pid: number): number[] =>
  read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number)

/** Those that run this script themselves, and not a program that was given its name. */
export function childrenNamed(pid: number, script: string): number[] {
  return childrenOf(pid).flatMap((child) => [
    ...(read(`/proc/${child}/cmdline`).split('\0')[1]?.endsWith(script) ? [child] : []),
    ...childrenNamed(child, script),
  ])
}
