/** The uplink on the command line: it takes both, the lab that asks for it and the person who allows it. */
import type { Lab } from '../core/lab/lab.js'
import type { Failure } from '../core/rpc.js'
import type { PluggedUplink } from '../core/rpc-shell.js'
import { failure, type CommonOptions } from './failure.js'
import { isLabFile } from './lab-input.js'
import { note, paintNote, printable } from './output.js'

export interface UplinkOptions extends CommonOptions {
  /** The user's explicit wish. */
  readonly uplink?: boolean
}

/** A wish that the lab does not share; null where there is none. */
export const unaskedUplink = ({ name, uplink }: Lab, options: UplinkOptions): Failure | null =>
  options.uplink && !uplink
    ? failure(
        'uplink-unasked',
        `The lab ${name} does not ask for an uplink. Add "uplink: on" to its file, or leave --uplink out.`,
        '--uplink',
      )
    : null

/** A wish that comes too late; null where there is none. */
export const misplacedUplink = (argument: string, options: UplinkOptions): Failure | null =>
  options.uplink && !isLabFile(argument)
    ? failure(
        'uplink-of-running',
        'A running lab has the uplink that it was started with; --uplink goes with a lab file.',
        '--uplink',
      )
    : null

/** Said before anything is built. */
export function noteUnplugged({ name, uplink }: Lab, options: UplinkOptions): void {
  if (options.json || !uplink || options.uplink) return
  note(
    `${name} asks for an uplink, which stays unplugged: with it, programs of the lab reach your own network as you do. To allow that, add --uplink.`,
  )
}

/** What is there now, and what it cannot do. */
export function notePlugged(
  { interface: tap, address, gateway, nameserver, resolves, pingRefusedBy }: PluggedUplink,
  options: UplinkOptions,
): void {
  if (options.json) return
  note(
    `${paintNote('yellow', 'uplink plugged in:')} ${tap} ${address} via ${gateway}, DNS ${nameserver}. Programs of the lab reach your own network as you do.`,
  )
  if (pingRefusedBy !== null)
    note(
      printable(
        `  ping ends at ${gateway}: net.ipv4.ping_group_range (${pingRefusedBy}) holds no group of yours. TCP and UDP pass.`,
      ),
    )
  if (!resolves) note(`  Names are not looked up inside; ask ${nameserver} by hand.`)
}

/** It ended by itself. */
export function noteLost({ message, output }: Failure, options: CommonOptions): void {
  if (options.json) return
  note(`${paintNote('yellow', 'vethlab:')} ${printable(message)}`)
  if (output !== null) note(printable(`  ${output}`))
}
