/** What can be known of this machine without a sandbox and without root. */
import { spawnSync } from 'node:child_process'
import { accessSync, readdirSync, readFileSync } from 'node:fs'
import type { Tool } from '../core/rpc.js'
import { findProgram } from './sandbox.js'

/** Reading a table takes milliseconds; another iptables that holds the lock is not waited for long (milliseconds). */
const readLimitMs = 2000

export interface Machine {
  /** The way to root, for labs whose host is the machine's own default namespace. */
  readonly elevation: { readonly pkexec: string | null; readonly agent: string | null; readonly root: boolean }
  readonly docker: {
    readonly installed: boolean
    /** Whether bridged packets go through the machine's own iptables (`net.bridge.bridge-nf-call-iptables`). */
    readonly bridgeNetfilter: 'on' | 'off' | 'absent' | 'unknown'
    /** What happens to forwarded packets that no rule of iptables names. Only root may read it: else `unknown`. */
    readonly forwardPolicy: 'ACCEPT' | 'DROP' | 'unknown'
  }
}

/** Programs the sandbox's own report does not name, or that are needed to start it; with their Debian packages. */
const tools: readonly (readonly [name: string, packaged: string])[] = [
  ['setpriv', 'util-linux'],
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['ip', 'iproute2'],
  ['iptables', 'iptables'],
  ['nft', 'nftables'],
  ['newuidmap', 'uidmap'],
  ['slirp4netns', 'slirp4netns'],
]

export const toolsOutside = (): Tool[] =>
  tools.map(([name, packaged]) => ({ name, path: findProgram(name), version: null, package: packaged }))

export const readMachine = (): Machine => ({
  elevation: { pkexec: findProgram('pkexec'), agent: findAgent(), root: process.getuid?.() === 0 },
  docker: {
    installed: findProgram('dockerd') !== null || exists('/sys/class/net/docker0'),
    bridgeNetfilter: bridgeNetfilter(),
    forwardPolicy: forwardPolicy(),
  },
})

function exists(path: string): boolean {
  try {
    accessSync(path)
    return true
  } catch {
    return false
  }
}

function bridgeNetfilter(): Machine['docker']['bridgeNetfilter'] {
  const directory = '/proc/sys/net/bridge'
  if (!exists(directory)) return 'absent'
  try {
    return readFileSync(`${directory}/bridge-nf-call-iptables`, 'utf8').trim() === '0' ? 'off' : 'on'
  } catch {
    return 'unknown'
  }
}

/** A policy of REJECT does not exist; what is left is that nobody may ask, or that there is no iptables. */
function forwardPolicy(): Machine['docker']['forwardPolicy'] {
  const iptables = findProgram('iptables')
  if (process.getuid?.() !== 0 || iptables === null) return 'unknown'
  const { stdout } = spawnSync(iptables, ['-S', 'FORWARD'], { encoding: 'utf8', timeout: readLimitMs })
  const policy = /^-P FORWARD (ACCEPT|DROP)$/m.exec(stdout ?? '')?.[1]
  return policy === 'ACCEPT' || policy === 'DROP' ? policy : 'unknown'
}

/** Beginnings of the names of the usual authentication agents; /proc/PID/comm holds 15 characters (proc(5)). */
const agents = [
  'polkit-gnome-au',
  'polkit-kde-auth',
  'polkit-mate-aut',
  'lxqt-policykit',
  'lxpolkit',
  'xfce-polkit',
  'gnome-shell',
  'cinnamon',
  'pkttyagent',
  'hyprpolkitagent',
  'soteria',
]

/** Looks among the user's own processes: an agent serves its own session. */
function findAgent(): string | null {
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    try {
      const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
      if (agents.some((agent) => name.startsWith(agent.slice(0, 15)))) return name
    } catch {
      // It has ended meanwhile.
    }
  }
  return null
}
