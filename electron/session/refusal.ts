/**
 * Why a sandbox did not start, in words: what is missing or forbidden, and what to do. What was switched off as a
 * protection is never to be switched on again without knowing what for: each sentence says what a remedy costs, and the
 * way without it.
 */
import { existsSync, readFileSync } from 'node:fs'
import type { Failure } from '../core/rpc.js'
import { failure } from '../core/failure.js'
import { said, type Said } from '../core/words/said.js'
import { allowCommand } from './allow-checkout.js'
import { vethlab } from './own-command.js'

/** Debian package of each program the sandbox cannot do without. */
const packages = { setpriv: 'util-linux', unshare: 'util-linux', ip: 'iproute2' } as const

export function missingTool(tool: keyof typeof packages): Failure {
  return failure(
    'tool-missing',
    said`The program "${tool}" is missing. Install the package ${packages[tool]}, for example: sudo apt-get install ${packages[tool]}`,
    tool,
  )
}

/** What the machine says about user namespaces; a key that does not exist is null. */
export interface MachineFacts {
  readonly maxUserNamespaces: string | null
  readonly unprivilegedClone: string | null
  readonly apparmorRestricts: string | null
  /** Inside a container: by its marks, or because system calls are filtered (seccomp(2)). */
  readonly contained: boolean
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return null
  }
}

/** Docker and Podman leave these. */
const containerMarks = ['/.dockerenv', '/run/.containerenv'] as const

/** `Seccomp: 2` in /proc/PID/status: a filter decides about system calls (proc(5)). */
const isFiltered = (status: string | null): boolean => /^Seccomp:\s*2$/m.test(status ?? '')

export const readMachineFacts = (): MachineFacts => ({
  maxUserNamespaces: read('/proc/sys/user/max_user_namespaces'),
  unprivilegedClone: read('/proc/sys/kernel/unprivileged_userns_clone'),
  apparmorRestricts: read('/proc/sys/kernel/apparmor_restrict_unprivileged_userns'),
  contained: containerMarks.some(existsSync) || isFiltered(read('/proc/self/status')),
})

const elevatedInstead = said`Or leave that as it is and let Vethlab build labs with administrator rights (elevated mode, or as root): they then need no user namespace.`

interface Refused extends MachineFacts {
  /** What gives this checkout a profile; null where it is none. */
  readonly allow: string | null
  /** All that was left on stderr, in English (LC_ALL=C): by unshare(1), newuidmap(1), mount(8), and our own init. */
  readonly stderr: string
  readonly timedOut: boolean
}

interface Reason {
  readonly code: string
  holds(refused: Refused): boolean
  message(refused: Refused): Said
}

const notPermitted = /Operation not permitted|Permission denied/
const cannotUnshare = /unshare: unshare failed: (?:Operation not permitted|Permission denied)/
const mapping = /uid_map|gid_map|newuidmap|newgidmap|setgroups/

/** The first that holds is the one. */
const reasons: readonly Reason[] = [
  {
    code: 'tool-too-old',
    holds: ({ stderr }) => /(?:unrecognized|invalid|unknown) option/.test(stderr),
    message: ({ stderr }) =>
      said`The program "${/^(?:\S*\/)?(\w+): /m.exec(stderr)?.[1] ?? 'unshare'}" does not know an option that the sandbox needs. Install util-linux 2.38 or newer (a BusyBox in its place is not enough).`,
  },
  {
    code: 'user-namespaces-off',
    holds: ({ stderr, maxUserNamespaces }) =>
      maxUserNamespaces === '0' && (/No space left on device/.test(stderr) || stderr === ''),
    message: () =>
      said`User namespaces are turned off (user.max_user_namespaces is 0). To allow them: sudo sysctl -w user.max_user_namespaces=15000. That allows them to every program of this machine, and somebody may have turned them off to protect it: ask first. ${elevatedInstead}`,
  },
  {
    code: 'namespaces-used-up',
    holds: ({ stderr }) => /unshare failed: No space left on device/.test(stderr),
    message: ({ maxUserNamespaces }) =>
      said`No further namespaces can be made: a limit is reached, or namespaces lie in each other too deep (user.max_user_namespaces is ${maxUserNamespaces ?? 'unknown'}; see the other limits with: sysctl user). End what uses them, or run Vethlab outside of other sandboxes.`,
  },
  {
    code: 'user-namespaces-missing',
    holds: ({ stderr }) => /unshare failed: Invalid argument/.test(stderr),
    message: () =>
      said`This kernel has no user namespaces (it is built without CONFIG_USER_NS, or they are switched off on its command line). Take another kernel. ${elevatedInstead}`,
  },
  {
    code: 'user-namespaces-off',
    holds: ({ stderr, unprivilegedClone }) => cannotUnshare.test(stderr) && unprivilegedClone === '0',
    message: () =>
      said`User namespaces are turned off for users (kernel.unprivileged_userns_clone is 0). To allow them: sudo sysctl -w kernel.unprivileged_userns_clone=1. That allows them to every program of this machine, and hardened systems turn them off to protect it: ask first. ${elevatedInstead}`,
  },
  {
    code: 'namespaces-forbidden',
    holds: ({ stderr, contained }) =>
      contained && (cannotUnshare.test(stderr) || (mapping.test(stderr) && notPermitted.test(stderr))),
    message: () =>
      said`This container does not let programs make namespaces (its seccomp filter, or missing capabilities). Run Vethlab on the machine itself, or give the container that right when it is started, if it is yours to give.`,
  },
  {
    code: 'apparmor',
    // What is refused depends on how the sandbox is made: the ids, the other namespaces, or the mounts.
    holds: ({ stderr, apparmorRestricts, contained }) =>
      apparmorRestricts === '1' && !contained && (notPermitted.test(stderr) || mapping.test(stderr)),
    message: ({ allow }) =>
      allow === null
        ? said`AppArmor keeps user namespaces from programs without a profile (kernel.apparmor_restrict_unprivileged_userns is 1, as in Ubuntu since 23.10). The deb package of Vethlab brings a profile for Vethlab alone: install that. An AppImage cannot bring one. ${elevatedInstead}`
        : said`AppArmor keeps user namespaces from programs without a profile (kernel.apparmor_restrict_unprivileged_userns is 1, as in Ubuntu since 23.10). Give this checkout a profile, then start Vethlab again: ${allow} (a Node that is named there is allowed them in all it runs; the deb package allows them to Vethlab alone). ${elevatedInstead}`,
  },
  {
    code: 'namespaces-forbidden',
    holds: ({ stderr }) => cannotUnshare.test(stderr),
    message: () =>
      said`This machine does not let programs make namespaces: a security module (SELinux, AppArmor) or a filter around this session forbids it. Start Vethlab from an ordinary session, or ask who looks after this machine. ${elevatedInstead}`,
  },
  {
    code: 'id-mapping-refused',
    holds: ({ stderr }) => mapping.test(stderr),
    message: ({ stderr }) =>
      /range .* not allowed/.test(stderr)
        ? said`The range of ids in /etc/subuid or /etc/subgid is not allowed to you. Let it be made anew: sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 followed by your name. ${elevatedInstead}`
        : said`The kernel refused to map user ids into the sandbox. Check that newuidmap and newgidmap are root's with their setuid bit or capabilities (sudo apt-get install --reinstall uidmap), and that /etc/subuid and /etc/subgid name you. ${elevatedInstead}`,
  },
  {
    code: 'mount-refused',
    holds: ({ stderr }) => /mount/.test(stderr),
    message: ({ stderr, contained }) =>
      /mount \/proc/.test(stderr)
        ? contained
          ? said`The sandbox may not mount its own /proc, because parts of the one out here are masked, as containers do. Run Vethlab on the machine itself, or start the container with an unmasked /proc (podman: --security-opt unmask=/proc/*), if that is yours to decide. ${elevatedInstead}`
          : said`The sandbox may not mount its own /proc, because parts of the one out here are masked, as containers do. Run Vethlab on the machine itself. ${elevatedInstead}`
        : said`The sandbox may not mount its own /sys, /run or /etc. Run Vethlab on the machine itself, not in a container. ${elevatedInstead}`,
  },
  {
    code: 'sandbox-timeout',
    holds: ({ timedOut }) => timedOut,
    message: () =>
      said`The sandbox did not answer in time. Try again; if it stays so, \`${vethlab('doctor')}\` says what this machine can do.`,
  },
]

/** Somebody ended it, or the kernel did where memory ran out: that says nothing about what this machine allows. */
export const killedWhileStarting = (signal: NodeJS.Signals): Failure =>
  failure(
    'sandbox-killed',
    signal === 'SIGKILL'
      ? said`The sandbox was killed while it was starting, and nothing of it is left. Try again; where nobody killed it, this machine was out of memory, and \`dmesg\` says so.`
      : said`The sandbox was ended by ${signal} while it was starting, and nothing of it is left. Try again.`,
    'sandbox',
  )

/**
 * Classifies what the sandbox left on stderr.
 * @param stderr of programs that ran with LC_ALL=C
 */
export function explainRefusal(
  stderr: string,
  timedOut: boolean,
  facts: MachineFacts = readMachineFacts(),
  allow: string | null = allowCommand(),
): Failure {
  const refused: Refused = { ...facts, stderr, timedOut, allow }
  const reason = reasons.find((each) => each.holds(refused))
  const unexplained = stderr
    ? said`The sandbox ended before it was ready: ${lastWords(stderr)}. See \`${vethlab('doctor')}\`.`
    : said`The sandbox ended before it was ready. See \`${vethlab('doctor')}\`.`
  return failure(reason?.code ?? 'sandbox-failed', reason?.message(refused) ?? unexplained, 'sandbox', stderr || null)
}

/** Of a stack trace, the line that says something; otherwise the last one. */
function lastWords(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim())
  return (lines.find((line) => /^[A-Za-z]*Error\b/.test(line)) ?? lines.at(-1) ?? '').replace(/\.$/, '')
}
