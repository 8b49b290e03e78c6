/** What a probe of a command line is sent from, aimed at, and with what. */
import { namespaceNamePattern } from '../core/lab/schema.js'
import { parsePortTarget } from '../core/lab/target.js'
import type { Failure } from '../core/rpc.js'
import { failure } from './failure.js'

export interface Aim {
  /** A namespace. */
  readonly from: string
  /** An address or a name; also `ADDRESS:PORT`, `[IPV6]:PORT` or `NAME:PORT`, as people copy it. */
  readonly to: string
  readonly proto?: 'icmp' | 'tcp' | 'udp'
  readonly port?: number
}

/** The names that a command takes, and how many characters its `--to` may have. */
export interface Names {
  readonly form: RegExp
  readonly most: number
  /** What `--to` may be, in a sentence. */
  readonly targets: string
}
/** Of a lab; a `--to` longer than any address with an interface is none (`trace/run`). */
const ofLab: Names = {
  form: namespaceNamePattern,
  most: 80,
  targets: 'an address, a namespace, or NAMESPACE:INTERFACE',
}
/** Whatever a container, a pod or a process is called (`machine/explain`). */
export const ofMachine: Names = { form: /^\S/, most: 4096, targets: 'an address, a name of `look`, or NAME:INTERFACE' }

/** Characters of a wrong word that a message repeats. */
const shown = 40
const quoted = (word: string): string => `"${word.length > shown ? `${word.slice(0, shown)}...` : word}"`

export const isName = (name: string, { form, most }: Names): boolean => form.test(name) && name.length <= most

/** Why nobody can be called so; null where somebody can. */
export function noSender(from: string, names: Names): Failure | null {
  if (isName(from, names)) return null
  const [name = ''] = from.split(':')
  const next =
    name !== from && isName(name, names)
      ? `The kernel chooses the interface by the routes there: --from ${name}`
      : '--from takes one name, for instance --from host.'
  return failure('no-such-namespace', `There is no namespace ${quoted(from)} to send from. ${next}`, '--from')
}

function noTarget(to: string, { most, targets }: Names): Failure | null {
  if (to.trim() !== '' && to.length <= most) return null
  return failure('no-target', `${quoted(to)} is nothing that a probe can be sent to: --to takes ${targets}.`, '--to')
}

/**
 * The same with its port and protocol apart, or what of it cannot be sent. `ADDRESS:PORT` is read as the window's field
 * reads it. A port alone means TCP, as with every other tool.
 * @param names of what can be aimed at, where that is no lab's
 */
export function aimed<T extends Aim>(options: T, names: Names = ofLab): T | Failure {
  const wrong = noSender(options.from, names) ?? noTarget(options.to, names)
  if (wrong !== null) return wrong
  const found = parsePortTarget(options.to, names.form)
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
