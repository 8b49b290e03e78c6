/** What a probe of a command line is aimed at, and with what. */
import { parsePortTarget } from '../core/lab/target.js'
import type { Failure } from '../core/rpc.js'
import { failure } from './failure.js'

export interface Aim {
  /** An address or a name; also `ADDRESS:PORT`, `[IPV6]:PORT` or `NAME:PORT`, as people copy it. */
  readonly to: string
  readonly proto?: 'icmp' | 'tcp' | 'udp'
  readonly port?: number
}

/**
 * The same with its port and protocol apart, or what of it cannot be sent. `ADDRESS:PORT` is read as the window's field
 * reads it. A port alone means TCP, as with every other tool.
 * @param nameForm of what can be aimed at, where that is no lab's
 */
export function aimed<T extends Aim>(options: T, nameForm?: RegExp): T | Failure {
  const found = parsePortTarget(options.to, nameForm)
  const { proto } = options
  if (found && proto === 'icmp') {
    const message = `An echo has no port, and --to ${options.to} names one. Leave the port out, or write --proto tcp or udp.`
    return failure('port-of-icmp', message, '--to')
  }
  if (found && options.port !== undefined && options.port !== found.port) {
    const message = `--to ${options.to} names port ${found.port}, and --port ${options.port} another. Write one of them.`
    return failure('two-ports', message, '--port')
  }
  const port = found?.port ?? options.port
  if (proto === 'icmp' && port !== undefined)
    return failure('port-of-icmp', 'An echo has no port; add --proto tcp or --proto udp.', '--port')
  if (proto !== undefined && proto !== 'icmp' && port === undefined)
    return failure('no-port', `--proto ${proto} needs --port, for instance --port 80.`, '--port')
  if (port === undefined) return options
  const to = found ? (found.host.kind === 'address' ? found.host.text : found.host.name) : options.to
  return { ...options, to, port, proto: proto ?? 'tcp' }
}
