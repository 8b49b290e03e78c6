/**
 * slirp4netns(1): carries what the sandbox sends to its tap into the user's own network, as ordinary sockets of the user.
 * It runs outside the sandbox, needs no privileges, and ends with whoever started it.
 */
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import type { Duplex, Readable } from 'node:stream'
import type { Failure, Result } from '../../core/rpc.js'
import { rootNamespaceOf } from '../running/enter.js'
import { findProgram } from '../sandbox.js'
import { failure } from '../../core/failure.js'
import { said, type Said } from '../../core/words/said.js'

/** slirp4netns makes and configures its tap in some 10 ms; a machine under load may take long (milliseconds). */
const readyLimitMs = 15_000
/** Said at every start, and no reason for anything. */
const chatter = /^(?:sent|received) tapfd=.*$/gm
/** Told to end, it ends at once; one that does not is ended by force (milliseconds). */
const endLimitMs = 1000
/** Kept of what it says (characters): the last words explain. */
const keptWords = 4096
/** Most that slirp4netns can take, less one: large segments save it work (bytes; its manual recommends it). */
const mtu = 65_520
/** The device that a tap is made with (tun(4)). */
const tunDevice = '/dev/net/tun'

export interface Slirp {
  /** Resolves once, when the process is gone, with its last words. */
  readonly ended: Promise<string>
  /** Ends it; resolves when it is gone, and its tap with it. */
  end(): Promise<void>
}

/**
 * @param anchor a process of the sandbox, whose network the tap is made in
 * @param tap name of the interface
 */
export async function startSlirp(anchor: number, tap: string): Promise<Result<{ readonly slirp: Slirp }>> {
  const [program, setpriv] = [findProgram('slirp4netns'), findProgram('setpriv')]
  if (program === null) return { ok: false, failure: missing('slirp4netns', 'slirp4netns') }
  if (setpriv === null) return { ok: false, failure: missing('setpriv', 'util-linux') }
  const noTun = refusedTun()
  if (noTun !== null) return { ok: false, failure: noTun }
  const userNamespace = rootNamespaceOf(anchor)
  const child = spawn(
    setpriv,
    [
      ...['--pdeathsig', 'KILL', program, '--configure', `--mtu=${mtu}`, '--disable-host-loopback'],
      // A real root has powers to lose; slirp4netns needs none of them once its tap is open.
      ...(process.getuid?.() === 0 ? ['--enable-sandbox'] : []),
      ...(userNamespace === null ? [] : [`--userns-path=${userNamespace}`]),
      ...['--ready-fd=3', '--exit-fd=4', String(anchor), tap],
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
      cwd: '/',
    },
  )
  let words = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => void (words = (words + text).slice(-keptWords)))
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', () => resolve(words.replace(chatter, '').trim()))
  })
  const ready = child.stdio[3] as Readable
  // Closing this end is what ends it: by us, or by the kernel when we are killed.
  const lifeline = child.stdio[4] as Duplex
  for (const stream of [ready, lifeline]) stream.on('error', () => {})
  const end = async (): Promise<void> => {
    lifeline.destroy()
    const stuck = setTimeout(() => child.kill('SIGKILL'), endLimitMs)
    await ended
    clearTimeout(stuck)
  }
  const limit = setTimeout(() => child.kill('SIGKILL'), readyLimitMs)
  const refusal = await Promise.race([
    new Promise<null>((resolve) => ready.once('data', () => resolve(null))),
    ended.then((said) => explainSlirp(said, tap)),
  ])
  clearTimeout(limit)
  ready.destroy()
  if (refusal === null) return { ok: true, slirp: { ended, end } }
  lifeline.destroy()
  return { ok: false, failure: refusal }
}

const missing = (program: string, packaged: string): Failure =>
  failure(
    'tool-missing',
    said`The uplink needs the program "${program}", which is missing. Install the package ${packaged}, for example: sudo apt-get install ${packaged}`,
    program,
  )

const uplinkFailure = (code: string, message: Said, output: string | null): Failure =>
  failure(code, message, 'uplink', output)

/** Every desktop system lets every user make a tap in a network that is his; some containers do not. */
function refusedTun(): Failure | null {
  try {
    accessSync(tunDevice, constants.R_OK | constants.W_OK)
    return null
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return uplinkFailure(
      'tun-refused',
      code === 'ENOENT'
        ? said`The kernel has no ${tunDevice}, from which the uplink's interface is made. Load its module: sudo modprobe tun (in a container: pass the device in).`
        : said`You may not open ${tunDevice}, from which the uplink's interface is made. It is open to every user on most systems (mode 0666); ask who looks after this machine.`,
      message,
    )
  }
}

/** Why it did not come up, from what slirp4netns 1.x prints. */
export function explainSlirp(printed: string, tap: string): Failure {
  if (/TUNSETIFF\)?: (Device or resource busy|Invalid argument|File exists)/.test(printed))
    return uplinkFailure(
      'uplink-name-taken',
      said`The lab's host has an interface named ${tap} already; the uplink would take that name. Remove it or give it another name.`,
      printed,
    )
  if (/\/dev\/net\/tun/.test(printed))
    return uplinkFailure(
      'tun-refused',
      said`${tunDevice} cannot be opened, from which the uplink's interface is made. Load its module: sudo modprobe tun`,
      printed,
    )
  return uplinkFailure(
    'uplink-refused',
    printed
      ? said`slirp4netns could not plug the uplink in: ${printed.split('\n').at(-1) ?? ''}. The lab runs without it.`
      : said`slirp4netns could not plug the uplink in. The lab runs without it.`,
    printed || null,
  )
}
