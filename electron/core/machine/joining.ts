/** A diagnosis that tells how a container joins a network, with the names that container and network have on this machine. */
import { english } from '../diagnosis/words.js'
import type { Diagnosis } from '../diagnosis/diagnosis.js'
import type { LiveNamespace } from '../live/state.js'
import { shellQuote } from '../plan/shell-quote.js'
import type { EngineNetwork } from './networks.js'
import type { MachineName } from './view.js'

export interface Joining {
  /** What the namespace is called that the probe was sent from. */
  readonly names: readonly MachineName[]
  /** Who has the address that was probed; undefined where nobody that could be read has it. */
  readonly target: Pick<LiveNamespace, 'addresses' | 'routes'> | undefined
  readonly networks: readonly EngineNetwork[]
}

/** What is not known stays as it is: NETWORK, CONTAINER. */
export function withJoining(diagnosis: Diagnosis, { names, target, networks }: Joining): Diagnosis {
  const { message } = diagnosis
  const { connect } = message.params
  const engine = connect?.split(' ')[0]
  // Those two have a network in common already, and it takes another one.
  if (message.key === 'kept-docker-each-other') return diagnosis
  if (connect === undefined || engine === undefined || engine === '') return diagnosis
  const container = names.find((each) => each.kind === 'container' && each.engine === engine)?.name
  const own = target?.addresses.map(({ address }) => address.replace(/\/.*/, '')) ?? []
  const gateways = target?.routes.flatMap(({ via }) => via ?? []) ?? []
  const network = networks.find(
    (each) =>
      each.engine === engine &&
      (each.members.some((member) => own.includes(member)) || each.gateways.some((each) => gateways.includes(each))),
  )?.name
  const named = connect
    .replace('NETWORK', () => (network === undefined ? 'NETWORK' : shellQuote(network)))
    .replace(/CONTAINER$/, () => (container === undefined ? 'CONTAINER' : shellQuote(container)))
  const told = { ...message, params: { ...message.params, connect: named } }
  return { ...diagnosis, message: told, cause: english(told) }
}
