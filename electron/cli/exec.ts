/** `vethlab exec LAB NS [-- CMD...]`: a command, or a shell, in a namespace of a running lab. The exit code is the command's. */
import { didYouMeanText } from '../core/lab/nearest.js'
import type { Failure } from '../core/rpc.js'
import { namespacesInside } from '../session/running/enter.js'
import { isAlive } from '../session/running/process-identity.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, failure } from './failure.js'
import { runInside } from './run-inside.js'
import { findLab } from './running-labs.js'
import { vethlab } from '../session/own-command.js'

export async function exec(lab: string, namespace: string, words: readonly string[]): Promise<ExitCode> {
  const found = findLab(lab)
  if (!found.ok) return fail(found.code, found.failure, {})
  const { anchor } = found.lab
  if (anchor === null)
    return fail(
      exitCode.machine,
      failure('starting', `The lab ${lab} is still coming up. Try again in a moment.`, lab),
      {},
    )
  const names = namespacesInside(anchor)
  // The number may have passed to another process; nobody must end up in that one's namespaces.
  if (names === null || !isAlive(anchor)) return fail(exitCode.machine, ended(lab), {})
  if (!names.includes(namespace)) return fail(exitCode.usage, noSuchNamespace(lab, namespace, names), {})
  // What stands before the command to mark its beginning is not part of it.
  const command = words[0] === '--' ? words.slice(1) : words
  return runInside({ lab, anchor, namespace }, command, true)
}

const ended = (lab: string): Failure =>
  failure('lab-ended', `The lab ${lab} has just ended. See what is running with: ${vethlab('ps')}`, lab)

/** Names shown where none is near. */
const listed = 8

function noSuchNamespace(lab: string, namespace: string, names: readonly string[]): Failure {
  const list = `${names.slice(0, listed).join(', ')}${names.length > listed ? ', ...' : ''}`
  const next = didYouMeanText(namespace, names) ?? `It has: ${list}.`
  return failure('no-such-namespace', `The lab ${lab} has no namespace "${namespace}". ${next}`, namespace)
}
