/**
 * Names inside the sandbox while its uplink is plugged in. /etc is a layer of the sandbox's own there (sandbox-init.sh),
 * one for all of its namespaces: `ip netns exec`, nsenter and terminals all read this resolv.conf, unless the learner
 * gives a namespace another one in /etc/netns/NAME.
 *
 * It is written from outside, through the root of a process inside: the layer belongs to the user, as the sandbox does.
 */
import { lstatSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { identify, isAlive } from '../running/process-identity.js'

/** What was there before. */
type Former = { readonly link: string } | { readonly content: Buffer } | null

export interface Resolver {
  /** Puts back what was there. Nothing happens where the sandbox is gone. */
  restore(): void
}

const draftName = '.resolv.conf.vethlab'

/** Null where the sandbox has no /etc of its own: the machine's is never touched. */
export function setResolver(anchor: number, nameserver: string): Resolver | null {
  const directory = `/proc/${anchor}/root/etc`
  const process = identify(anchor)
  try {
    if (process === null || !hasOwnEtc(anchor)) return null
    const former = read(`${directory}/resolv.conf`)
    put(directory, {
      content: Buffer.from(
        `# While the uplink is plugged in; slirp4netns asks the machine's own resolver.\nnameserver ${nameserver}\n`,
      ),
    })
    return {
      restore() {
        try {
          if (isAlive(process) && hasOwnEtc(anchor)) put(directory, former)
        } catch {
          // The sandbox has ended meanwhile.
        }
      },
    }
  } catch {
    return null
  }
}

/** Whether /etc is a layer that was laid inside: fields 5 and, after the dash, the type (proc_pid_mountinfo(5)). */
function hasOwnEtc(anchor: number): boolean {
  const lines = readFileSync(`/proc/${anchor}/mountinfo`, 'utf8').split('\n')
  const last = lines.findLast((line) => line.split(' ')[4] === '/etc')
  return last !== undefined && / - overlay /.test(last) && last.includes('upperdir=/run/vethlab-etc/upper')
}

function read(path: string): Former {
  try {
    return lstatSync(path).isSymbolicLink() ? { link: readlinkSync(path) } : { content: readFileSync(path) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** By renaming: the file there may be the machine's, shining through the layer, or lead out of it. */
function put(directory: string, former: Former): void {
  const [draft, path] = [`${directory}/${draftName}`, `${directory}/resolv.conf`]
  rmSync(draft, { force: true })
  if (former === null) return rmSync(path, { force: true })
  if ('link' in former) symlinkSync(former.link, draft)
  else writeFileSync(draft, former.content, { mode: 0o644, flag: 'wx' })
  renameSync(draft, path)
}
