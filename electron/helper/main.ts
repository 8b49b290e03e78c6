/**
 * The helper process. Inside the sandbox it is started by `sandbox-init.sh` with its channel on descriptor 3; when the
 * other side of that channel is gone, so is the helper, and with it everything it made.
 *
 * `helper.js elevated` works on the machine itself, as root: when its session ends it undoes what it changed there.
 */
import { Socket } from 'node:net'
import { createMessageConnection } from 'vscode-jsonrpc/node'
import { lineChannel } from '../core/channel.js'
import { maxMessageBytes } from '../core/rpc.js'
import { probeCapabilities } from './capabilities.js'
import { intake } from './intake.js'
import { startKernelWorker } from './kernel/client.js'
import { endProgramsWithUs, netnsDirectory } from './run.js'
import { HelperServer } from './server.js'

/** Kernel settings that explain why packets go where they go; read with every namespace. */
const watchedSysctls = [
  'net.ipv4.ip_forward',
  'net.ipv4.ip_default_ttl',
  'net.ipv4.conf.all.rp_filter',
  'net.ipv4.conf.default.rp_filter',
  'net.ipv6.conf.all.forwarding',
  'net.ipv6.conf.all.disable_ipv6',
  'net.ipv6.conf.default.accept_dad',
  'net.bridge.bridge-nf-call-iptables',
  'net.bridge.bridge-nf-call-ip6tables',
  'net.bridge.bridge-nf-call-arptables',
] as const

/**
 * Closing sockets takes a moment; a helper that hangs on it is ended all the same (milliseconds). On the machine itself
 * it has time to undo what it made, process by process for rules; what is not undone by then stands in the journal.
 */
const closeLimitMs = { sandbox: 500, elevated: 60_000 } as const

const channelDescriptor = 3

async function main(): Promise<void> {
  const variant = process.argv[2] ?? 'unknown'
  const mode = variant === 'elevated' ? 'elevated' : 'sandbox'
  if (mode === 'elevated' && process.geteuid?.() !== 0) throw new Error('only root may work on the machine itself')
  const channel = lineChannel(new Socket({ fd: channelDescriptor }), maxMessageBytes)
  const { reader, writer } = intake(channel, maxMessageBytes)
  const connection = createMessageConnection(reader, writer)
  const worker = startKernelWorker()
  worker.onFailure((error) => {
    // Without its worker the helper can do nothing, and must not pretend to.
    process.stderr.write(`vethlab-helper: the kernel worker ended: ${error.stack ?? error.message}\n`)
    process.exit(99)
  })
  let capabilities: ReturnType<typeof probeCapabilities> | null = null
  const server = new HelperServer(
    connection,
    worker,
    () => (capabilities ??= probeCapabilities(worker, mode, variant)),
    mode,
  )
  const end = (): void => {
    setTimeout(() => process.exit(0), closeLimitMs[mode]).unref()
    void server.close().finally(() => process.exit(0))
  }
  channel.onEnd(end)
  if (mode === 'elevated') {
    endProgramsWithUs()
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
    // Typed at a terminal it is meant for the program there; when that ends, so does the channel.
    process.on('SIGINT', () => {})
  }
  await server.start(netnsDirectory, watchedSysctls)
}

main().catch((error: unknown) => {
  process.stderr.write(`vethlab-helper: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(98)
})
