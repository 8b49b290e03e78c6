/** Gathers what a preflight must know of the machine. Reads, and changes nothing. */
import { readdirSync, readFileSync } from 'node:fs'
import { hostNamespace } from '../../core/lab/lab.js'
import { sysctlPath } from '../../core/lab/sysctl.js'
import type { HostFacts, Printed } from '../../core/host/facts.js'
import { commandLine } from '../../core/plan/shell-quote.js'
import { netnsDirectory, programPath, runIn } from '../run.js'

/** Which program to ask, and what it says when it runs. */
const questions: readonly {
  readonly name: keyof HostFacts['running']
  readonly program: string
  readonly words: readonly string[]
  readonly runs: RegExp
}[] = [
  { name: 'firewalld', program: 'firewall-cmd', words: ['--state'], runs: /^running/ },
  { name: 'ufw', program: 'ufw', words: ['status'], runs: /^Status: active/ },
  { name: 'networkManager', program: 'nmcli', words: ['-t', '-f', 'RUNNING', 'general'], runs: /^running/ },
  { name: 'networkd', program: 'systemctl', words: ['is-active', 'systemd-networkd'], runs: /^active/ },
]

export async function findRunning(): Promise<HostFacts['running']> {
  const answers = await Promise.all(
    questions.map(async ({ name, program, words, runs }) => {
      if (programPath(program) === null) return null
      const { stdout } = await runIn(hostNamespace, program, words)
      const said: Printed = { command: commandLine([program, ...words]), output: stdout.trimEnd() }
      return runs.test(stdout) ? ([name, said] as const) : null
    }),
  )
  return Object.fromEntries(answers.filter((answer) => answer !== null))
}

/** In the order of their weight (systemd.network(5)): a file hides those of its name in the later directories. */
const networkDirectories = [
  '/etc/systemd/network',
  '/run/systemd/network',
  '/usr/lib/systemd/network',
  '/lib/systemd/network',
]

export function readNetworkFiles(): HostFacts['networkFiles'] {
  const files = new Map<string, { path: string; text: string }>()
  for (const directory of networkDirectories)
    for (const name of namesIn(directory)) {
      if (!name.endsWith('.network') || files.has(name)) continue
      const path = `${directory}/${name}`
      const text = readText(path)
      if (text !== null) files.set(name, { path, text })
    }
  return [...files.values()]
}

export const namespaceNames = (): readonly string[] => namesIn(netnsDirectory)

/** A sysctl of the machine's own namespace, which is the process's. */
export function readHostSysctl(key: string): string | null {
  const path = sysctlPath(key)
  return path === null ? null : (readText(`/proc/sys/${path}`)?.trimEnd() ?? null)
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort()
  } catch {
    return []
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
