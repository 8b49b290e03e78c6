/** The uplink of a sandbox: off unless its user plugs it in, one cable, gone with the sandbox or with us. */
import { hostNamespace } from '../../core/lab/lab.js'
import type { Failure, Result } from '../../core/rpc.js'
import type { PluggedUplink } from '../../core/rpc-shell.js'
import type { Session } from '../session.js'
import { pingRefusedBy } from './ping.js'
import { setResolver } from './resolver.js'
import { startSlirp } from './slirp.js'
import { failure } from '../../core/failure.js'
import { said, type Said } from '../../core/words/said.js'

/** The name that tutorials have in `MASQUERADE -o eth0`. */
const tap = 'eth0'
/** slirp4netns's own network, 10.0.2.0/24, as it hands it out without further options. */
const addresses = { address: '10.0.2.100/24', gateway: '10.0.2.2', nameserver: '10.0.2.3' } as const

export interface Uplink {
  readonly plugged: PluggedUplink
  /** Resolves once: with a failure where it ended by itself, with null where it was asked to or went with its sandbox. */
  readonly ended: Promise<Failure | null>
  /** Pulls the plug; resolves when the interface is gone. */
  unplug(): Promise<void>
}

export async function plugUplink(session: Session): Promise<Result<{ readonly uplink: Uplink }>> {
  const refused = refusal(session)
  if (refused !== null) return { ok: false, failure: refused }
  const anchor = session.anchorPid as number
  const started = await startSlirp(anchor, tap)
  if (!started.ok) return started
  const { slirp } = started
  const resolver = setResolver(anchor, addresses.nameserver)
  let asked = false
  const unplug = async (): Promise<void> => {
    asked = true
    resolver?.restore()
    await slirp.end()
  }
  // The tap's file keeps its network alive: without this, a dead sandbox's would stay as long as slirp4netns.
  void session.ended.then(unplug)
  const ended = slirp.ended.then((words) => {
    if (asked) return null
    resolver?.restore()
    return failure(
      'uplink-ended',
      said`The uplink ended by itself: slirp4netns is gone, and ${tap} with it. The lab goes on without it; plug it in again.`,
      'uplink',
      words.split('\n').at(-1) || null,
    )
  })
  const plugged = { interface: tap, ...addresses, resolves: resolver !== null, pingRefusedBy: pingRefusedBy() }
  return { ok: true, uplink: { plugged, ended, unplug } }
}

function refusal({ anchorPid, capabilities, live }: Session): Failure | null {
  const refuse = (code: string, message: Said): Failure => failure(code, message, 'uplink')
  if (capabilities.mode !== 'sandbox')
    return refuse(
      'uplink-elevated',
      said`This lab runs on the real host, whose own uplink it has. Only a sandbox needs one plugged in.`,
    )
  if (anchorPid === null)
    return refuse('uplink-elsewhere', said`The uplink belongs to whoever started the sandbox; plug it in there.`)
  const taken = live.namespaces.find(({ name }) => name === hostNamespace)?.links.some(({ name }) => name === tap)
  return taken
    ? refuse(
        'uplink-name-taken',
        said`The lab's host has an interface named ${tap} already; the uplink would take that name. Remove it or give it another name.`,
      )
    : null
}
