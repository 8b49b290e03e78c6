/** What this machine can do for labs, and what is missing: one report for the command line and for the window. */
import { release } from 'node:os'
import type { Capabilities, Failure, Feature, Tool } from '../core/rpc.js'
import type { DoctorFinding, ShellResults } from '../core/rpc-shell.js'
import { said, type Said } from '../core/words/said.js'
import { readMachine, toolsOutside, type Machine } from './machine.js'
import { neededNode, nodeIsRecent } from './node-version.js'

export interface DoctorReport extends Machine {
  readonly ok: boolean
  /** Why the sandbox does not start. */
  readonly error: Failure | null
  readonly node: { readonly version: string; readonly ok: boolean; readonly needed: string }
  readonly kernel: string
  /** The way it starts: many-ids, one-id or root. */
  readonly sandbox: string | null
  readonly tools: readonly Tool[]
  /** Empty where there is no sandbox to try them in. */
  readonly features: readonly Feature[]
}

/** @param tryOut asks a sandbox */
export async function examine(tryOut: () => Promise<Capabilities | Failure>): Promise<DoctorReport> {
  const tried = await tryOut()
  const can = 'code' in tried ? null : tried
  const outside = toolsOutside()
  const known = can?.tools ?? []
  return {
    ok: can !== null,
    error: 'code' in tried ? tried : null,
    node: { version: process.versions.node, ok: nodeIsRecent(process.versions.node), needed: neededNode },
    kernel: release(),
    sandbox: can?.variant ?? null,
    tools: [...known, ...outside.filter(({ name }) => !known.some((tool) => tool.name === name))],
    features: can?.features ?? [],
    ...readMachine(),
  }
}

/** Without these there is hardly a lab; all other features are used by labs that ask for them. */
const usual: ReadonlySet<string> = new Set(['veth', 'bridge', 'nftables', 'conntrack'])

/** What this kernel has not, and what most labs do without: no fault of anybody's. */
export const optionalMissing = (features: readonly Feature[]): readonly string[] =>
  features.filter(({ name, available }) => !available && !usual.has(name)).map(({ name }) => name)

/** How each way of starting is called where people read it. */
export const sandboxWays: Readonly<Record<string, Said>> = {
  'many-ids': said`starts without a password, with your range of ids from /etc/subuid`,
  'one-id': said`starts without a password, with one id (programs that change their user may refuse; install uidmap for more)`,
  root: said`starts as root, without a user namespace`,
}

/** The report as a list: what is wrong says what to do. */
export function findingsOf(report: DoctorReport): ShellResults['doctor/run'] {
  const { node, tools, features, docker, error, sandbox } = report
  const finding = (name: string, ok: boolean, found: Said, hint: Said | null = null): DoctorFinding => ({
    name,
    ok,
    found,
    hint,
  })
  const optional = optionalMissing(features)
  const findings = [
    error === null
      ? finding('sandbox', true, sandboxWays[sandbox ?? ''] ?? said`${sandbox ?? ''}`)
      : finding(
          'sandbox',
          false,
          error.output === null ? said`does not start` : said`${error.output}`,
          error.said ?? said`${error.message}`,
        ),
    finding('node', node.ok, said`${node.version}`, node.ok ? null : said`Install Node ${node.needed} or later.`),
    finding('kernel', true, said`${report.kernel}`),
    ...tools.map(({ name, path, version, package: holder }) =>
      path === null
        ? finding(name, false, said`missing`, said`${`sudo apt-get install ${holder}`}`)
        : finding(name, true, said`${version ?? path}`),
    ),
    ...features
      .filter(({ name }) => !optional.includes(name))
      .map(({ name, available, reason }) =>
        finding(
          name,
          available,
          available ? said`yes` : reason === null ? said`not there` : said`${reason}`,
          available ? null : said`This kernel is built without it; labs that need it leave it out.`,
        ),
      ),
    ...(optional.length === 0
      ? []
      : [finding('optional', true, said`not in this kernel: ${optional.join(', ')}; a lab that uses one says so`)]),
  ]
  if (docker.bridgeNetfilter === 'on')
    findings.push(
      finding(
        'bridge netfilter',
        true,
        said`bridged packets pass iptables on the real host; sandboxed labs are not touched`,
      ),
    )
  return { ok: report.ok, findings }
}
