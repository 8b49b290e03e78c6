/** What this machine can do, found by trying: kernel features in a scratch namespace, tools by asking them. */
import { release } from 'node:os'
import type { Capabilities, Feature, Tool } from '../core/rpc.js'
import type { KernelWorker } from './kernel/client.js'
import { dhcpProgram } from './dhcp-programs.js'
import { programPath, runIn } from './run.js'
import { hostNamespace } from '../core/lab/lab.js'

/** Program, how to ask its version, Debian package. Order is the order of the report. */
const toolList: readonly { readonly name: string; readonly ask: readonly string[]; readonly package: string }[] = [
  { name: 'ip', ask: ['-V'], package: 'iproute2' },
  { name: 'bridge', ask: ['-V'], package: 'iproute2' },
  { name: 'tc', ask: ['-V'], package: 'iproute2' },
  { name: 'iptables', ask: ['-V'], package: 'iptables' },
  { name: 'nft', ask: ['-v'], package: 'nftables' },
  { name: 'sysctl', ask: ['-V'], package: 'procps' },
  { name: 'nsenter', ask: ['-V'], package: 'util-linux' },
  { name: 'ping', ask: ['-V'], package: 'iputils-ping' },
  { name: 'conntrack', ask: ['-V'], package: 'conntrack' },
  { name: 'tcpdump', ask: ['--version'], package: 'tcpdump' },
  { name: 'traceroute', ask: ['--version'], package: 'traceroute' },
]

export async function probeCapabilities(
  worker: KernelWorker,
  mode: Capabilities['mode'],
  variant: string,
): Promise<Capabilities> {
  const [features, tools] = await Promise.all([probeFeatures(worker), Promise.all(toolList.map(askTool))])
  return { mode, variant, kernel: release(), features, tools }
}

async function probeFeatures(worker: KernelWorker): Promise<readonly Feature[]> {
  const { features } = await worker.request('features', {})
  return [...features, ...programFeatures()]
}

/** Programs that a lab may need beside the kernel. */
const programFeatures = (): readonly Feature[] =>
  Object.entries({ dnsmasq: programPath('dnsmasq') !== null, dhcp: dhcpProgram() !== null }).map(
    ([name, available]) => ({ name, available, reason: available ? null : 'not installed' }),
  )

async function askTool({ name, ask, package: holder }: (typeof toolList)[number]): Promise<Tool> {
  const path = programPath(name)
  if (path === null) return { name, path, version: null, package: holder }
  const { stdout, stderr } = await runIn(hostNamespace, name, ask)
  const line = (stdout || stderr).split('\n', 1)[0]?.trim()
  return { name, path, version: line || null, package: holder }
}
