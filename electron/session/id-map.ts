/**
 * Many ids in the sandbox: the user is root there, and the user's range of subordinate ids (subuid(5)) the others.
 *
 * `unshare --map-auto` would do it too, but it forks a process for newuidmap that waits for ever when unshare is killed
 * in that moment. So unshare makes the user namespace alone and waits at a gate; newuidmap is started from here, for a
 * process that exists; and the gate opens. Whoever is killed meanwhile, nobody is left waiting.
 */
import { execFile, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'

/** newuidmap writes one line into /proc; longer than this is a hang (milliseconds). */
const limitMs = 3000

/** Says that the user namespace is there, waits for its ids, and becomes the program given, without this end of the pipes. */
export const gate = [
  '/bin/sh',
  '-c',
  'echo waiting; read -r _ || exit 1; exec "$@" </dev/null >/dev/null',
  'gate',
] as const

export interface IdRange {
  readonly start: number
  readonly count: number
}

/** First range of the user in /etc/subuid or /etc/subgid, or null. Lines are `name-or-uid:start:count`. */
export function subordinateRange(file: '/etc/subuid' | '/etc/subgid'): IdRange | null {
  try {
    const { username, uid } = userInfo()
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const [owner, start, count] = line.trim().split(':')
      if ((owner === username || owner === String(uid)) && Number(start) > 0 && Number(count) > 0)
        return { start: Number(start), count: Number(count) }
    }
  } catch {
    // No such file, or no such user: no range.
  }
  return null
}

/**
 * Waits for the gate, maps the ids, and opens it.
 * @returns null, or what the tools said against it; the child is to be ended then
 */
export async function passGate(child: ChildProcess, newuidmap: string, newgidmap: string): Promise<string | null> {
  const { pid, stdin, stdout } = child
  const [users, groups] = [subordinateRange('/etc/subuid'), subordinateRange('/etc/subgid')]
  if (pid === undefined || !stdin || !stdout || !users || !groups) return 'newuidmap: no range of subordinate ids'
  stdin.on('error', () => {})
  const waiting = await new Promise<boolean>((resolve) => {
    stdout.once('data', () => resolve(true))
    stdout.once('close', () => resolve(false))
  })
  stdout.resume()
  // It ended by itself, and has said on stderr why.
  if (!waiting) return ''
  const refused =
    (await map(newuidmap, pid, process.getuid?.() ?? 0, users)) ??
    (await map(newgidmap, pid, process.getgid?.() ?? 0, groups))
  if (refused === null) stdin.end('go\n')
  return refused
}

function map(program: string, pid: number, own: number, { start, count }: IdRange): Promise<string | null> {
  const args = [pid, 0, own, 1, 1, start, count].map(String)
  return new Promise((resolve) => {
    execFile(program, args, { timeout: limitMs, killSignal: 'SIGKILL' }, (error, _, stderr) =>
      resolve(error === null ? null : stderr.trim() || error.message),
    )
  })
}
