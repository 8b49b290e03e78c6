/**
 * The helper process; when the other side of its channel is gone, so is the helper, and with it everything it made.
 *
 * `helper.js VARIANT`: inside the sandbox, started by `sandbox-init.sh` with its channel on descriptor 3.
 * `helper.js elevated`: on the machine itself, started by a shell that is root, with its channel on descriptor 3; when its
 * session ends it undoes what it changed there.
 * `helper.js look [--from INODE]`: on the machine itself too, as root or as a user; reads what is there, and changes nothing.
 * INODE is the network namespace of whoever asks, where the helper is started in another one.
 * `helper.js elevated --connect DIRECTORY`: the same as `elevated`, started by pkexec or sudo for a shell that waits in a directory.
 */
import { close as closeInspector, url } from 'node:inspector'
import { Socket } from 'node:net'
import { lineChannel } from '../core/channel.js'
import { printable } from '../core/lab/plain-text.js'
import { maxMessageBytes, type Capabilities } from '../core/rpc.js'
import { probeCapabilities } from './capabilities.js'
import { accountOf, callerId, type Account } from './elevated/caller.js'
import { keepDescriptors } from '../process/own-descriptors.js'
import { connectToShell } from './elevated/connect.js'
import { watchHeartbeat } from './elevated/heartbeat.js'
import { startKernelWorker } from './kernel/client.js'
import { LookServer } from './machine/look-server.js'
import { endProgramsWithUs, netnsDirectory } from './run.js'
import { HelperServer } from './server.js'

/** Kernel settings that explain why packets go where they go; read with every namespace. */
const watchedSysctls = [
  'net.ipv4.ip_forward',
  'net.ipv4.ip_default_ttl',
  'net.ipv4.icmp_echo_ignore_all',
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

/** Nothing has been done. */
const refusedStatus = 96

function refuse(reason: string): never {
  process.stderr.write(printable(`vethlab-helper: refused: ${reason}. Nothing was changed.\n`))
  process.exit(refusedStatus)
}

async function openStream(words: readonly string[]): Promise<Socket> {
  // Only our own end ends the stream: the shell learns from it that everything is taken down.
  if (words.length <= 1) return new Socket({ fd: channelDescriptor, allowHalfOpen: true })
  const [mode, option, directory] = words
  if (words.length !== 3 || mode !== 'elevated' || option !== '--connect' || directory === undefined)
    refuse('usage: elevated --connect DIRECTORY')
  const stream = await connectToShell(directory, process.env)
  return typeof stream === 'string' ? refuse(stream) : stream
}

/** Whose terminals they are: the user who asked for an elevated helper; null where that is whoever this process is. */
async function findAccount(mode: Capabilities['mode']): Promise<Account | null> {
  const caller = mode === 'elevated' ? callerId() : null
  if (caller === null || caller === 0) return null
  return (await accountOf(caller)) ?? refuse(`this machine has no account with the number ${caller}`)
}

/**
 * SIGUSR1 would open Node's inspector, through which anything can be run in here. A listener takes the signal from Node;
 * what it opened while we were being loaded is closed.
 */
function refuseInspector(): void {
  process.on('SIGUSR1', () => {})
  if (url() !== undefined) closeInspector()
}

async function main(): Promise<void> {
  refuseInspector()
  await keepDescriptors()
  const words = process.argv.slice(2)
  const variant = words[0] ?? 'unknown'
  if (variant === 'look') return look(words)
  const mode = variant === 'elevated' ? 'elevated' : 'sandbox'
  if (mode === 'elevated') {
    if (process.geteuid?.() !== 0) refuse('only root may work on the machine itself')
    process.chdir('/')
    // Standard error may lead to a shell that is gone.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  }
  const account = await findAccount(mode)
  const channel = lineChannel(await openStream(words), maxMessageBytes)
  const worker = startKernelWorker()
  worker.onFailure((error) => {
    // Without its worker the helper can do nothing, and must not pretend to.
    process.stderr.write(printable(`vethlab-helper: the kernel worker ended: ${error.stack ?? error.message}\n`))
    process.exit(99)
  })
  let capabilities: ReturnType<typeof probeCapabilities> | null = null
  const probe = (): ReturnType<typeof probeCapabilities> => (capabilities ??= probeCapabilities(worker, mode, variant))
  let ending = false
  const end = (status = 0): void => {
    if (ending) return
    ending = true
    setTimeout(() => process.exit(status), closeLimitMs[mode]).unref()
    void server.close().finally(() => process.exit(status))
  }
  const beat = mode === 'elevated' ? watchHeartbeat(() => end()) : undefined
  // Set by resources/script/prepare.sh, which ran a script here first.
  const found = process.env['VETHLAB_NETWORK'] === 'found'
  const server = new HelperServer(channel, worker, probe, {
    ...{ mode, account, found, broken: () => end() },
    ...(beat ? { beat } : {}),
  })
  channel.onEnd(() => end())
  if (mode === 'elevated') {
    endProgramsWithUs()
    // Even a bug must not leave behind what was done as root.
    process.on('uncaughtException', (error) => {
      process.stderr.write(printable(`vethlab-helper: ${error.stack ?? error.message}\n`))
      end(98)
    })
    // The keyboard of the terminal in which sudo was typed, or that terminal's end.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end())
  }
  await server.start(netnsDirectory, watchedSysctls)
}

/** Nothing is made, so there is nothing to take back: with its channel it ends. */
async function look([variant = '', option, inode = '', ...more]: readonly string[]): Promise<void> {
  if (option !== undefined && (option !== '--from' || !/^\d+$/.test(inode) || more.length > 0))
    refuse('usage: look --from INODE')
  const askedFrom = option === undefined ? null : Number(inode)
  process.chdir('/')
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  endProgramsWithUs()
  const channel = lineChannel(await openStream([variant]), maxMessageBytes)
  const worker = startKernelWorker()
  worker.onFailure((error) => {
    process.stderr.write(printable(`vethlab-helper: the kernel worker ended: ${error.stack ?? error.message}\n`))
    process.exit(99)
  })
  const server = new LookServer(channel, worker, { askedFrom, beat: watchHeartbeat(() => end()), broken: () => end() })
  const end = (status = 0): void => {
    setTimeout(() => process.exit(status), closeLimitMs.sandbox).unref()
    void server.close().finally(() => process.exit(status))
  }
  channel.onEnd(() => end())
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end())
  await server.start(watchedSysctls)
}

main().catch((error: unknown) => {
  process.stderr.write(printable(`vethlab-helper: ${error instanceof Error ? error.message : String(error)}\n`))
  process.exit(98)
})
