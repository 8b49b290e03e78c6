import { containsAddress, parseAddress } from '../../lab/address.js'
import type { LabDnsmasq } from '../../lab/dnsmasq.js'
import type { LiveDhcpClient } from '../../live/state.js'
import { execWithin } from '../../plan/exec-within.js'
import { commandLine } from '../../plan/shell-quote.js'
import { departureOf } from '../death.js'
import { reach } from '../frames.js'
import { bare, isIpv6, type Network } from '../network.js'
import type { Question } from '../question.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { segment, type Place } from '../segment.js'
import { say, type Message } from '../words.js'

/** Namespaces of the segment that are asked who serves DHCP there; more than these are no segment of a person's. */
const mostAsked = 8

/** Who sends should get an address by DHCP, and has none yet: who was asked, and what came of it. */
export const noLease: Rule = {
  code: 'no-lease',
  suspect: (scene) => {
    const found = waiting(scene)
    if (!found) return null
    const { client, place } = found
    const { namespace, link } = place
    const beside = segment(scene.network, place)
    // Who is known to serve it comes first, and is never one too many.
    const servers = beside.filter((each) => servedBy(scene.network, each)).map((each) => each.namespace)
    const others = [...new Set([...servers, ...beside.map((each) => each.namespace)])].filter(
      (each) => each !== namespace,
    )
    const linkQuestion: Question = { namespace, ask: 'link', dev: link.name }
    const listeners = others
      .slice(0, mostAsked)
      .map((each): Question => ({ namespace: each, ask: 'listeners', protocol: 'udp' }))
    return {
      ask: [linkQuestion, ...listeners],
      ruledOut: say('not-no-lease', { namespace }),
      judge: (answers): Finding => {
        const isWhole =
          others.length <= mostAsked &&
          !leadsOff(scene, place) &&
          listeners.every((question) => answers.of(question).status === 0)
        const serving = listeners.find((question) => /:67\s/.test(answers.of(question).output))
        return {
          namespace,
          interface: link.name,
          message: messageOf(scene, place, beside, serving?.namespace ?? null, isWhole),
          evidence: [
            { command: commandLine([...execWithin(namespace), ...asking(client, link.name)]), output: client.last },
            ...answers.evidence(linkQuestion, ...(serving ? [serving] : listeners)),
          ],
          repair: null,
          // An address given by hand would help, and is not what is wrong.
          final: true,
        }
      },
    }
  },
}

const asking = ({ program }: LiveDhcpClient, dev: string): readonly string[] =>
  program === 'dhcpcd' ? [program, dev] : [program, '-i', dev]

function waiting({ death, network }: Scene): { readonly client: LiveDhcpClient; readonly place: Place } | null {
  const departure = departureOf(death)
  if (!departure || isIpv6(departure.dst)) return null
  const { namespace } = departure
  for (const client of network.namespace(namespace)?.dhcp ?? []) {
    const link = network.link(namespace, client.dev)
    const isBare = network.addresses(namespace, client.dev).every(({ address }) => isIpv6(address))
    const route = network.route(namespace, departure.dst)
    // What goes another way misses nothing that this lease would bring.
    const isMissed = route === undefined || route.dev === client.dev
    if (client.lease === null && link && isBare && isMissed) return { client, place: { namespace, link } }
  }
  return null
}

/** What the dnsmasq that the lab keeps there gives away by this interface. */
const servedBy = (network: Network, { namespace, link }: Place): LabDnsmasq['dhcp'][number] | undefined =>
  network.namespace(namespace)?.dnsmasq?.dhcp.find((each) => each.interface === link.name)

/** The segment goes on where no namespace is that could be asked. */
const leadsOff = ({ network }: Scene, place: Place): boolean =>
  reach(network, place).some(
    ({ link }) => link.kind === 'physical' || link.kind === 'tun' || (link.kind === 'veth' && !network.peer(link)),
  )

function messageOf(
  scene: Scene,
  { namespace, link }: Place,
  beside: readonly Place[],
  serving: string | null,
  /** Everybody who might serve it was asked. */
  isWhole: boolean,
): Message {
  const at = { namespace, interface: link.name }
  if (!link.up) return say('no-lease-down', at)
  if (!link.carrier) return say('no-lease-cable', at)
  if (serving === null) return say(isWhole ? 'no-lease-nobody' : 'no-lease-unknown', at)
  const range = fullRange(scene, serving, beside)
  return range === null
    ? say('no-lease', { ...at, server: serving })
    : say('no-lease-full', { ...at, server: serving, range })
}

/** The range that the server gives away on this segment, where everything of it is given away. */
function fullRange({ network }: Scene, server: string, beside: readonly Place[]): string | null {
  const served = beside.flatMap((each) => (each.namespace === server ? (servedBy(network, each) ?? []) : []))[0]
  if (!served) return null
  const [first, last] = served.range.map(numberOf) as [number, number]
  const subnet = network
    .addresses(server, served.interface)
    .find(({ address }) => containsAddress(address, served.range[0]))
  const given = new Set(
    network.live.namespaces.flatMap(({ dhcp = [] }) =>
      dhcp.flatMap(({ lease }) => {
        const address =
          lease && subnet && containsAddress(subnet.address, bare(lease.address)) ? numberOf(bare(lease.address)) : -1
        return address >= first && address <= last ? [address] : []
      }),
    ),
  )
  return given.size > last - first ? served.range.join('-') : null
}

/** Of an IPv4 address. */
const numberOf = (text: string): number =>
  (parseAddress(text)?.bytes ?? []).reduce((sum: number, byte) => sum * 256 + byte, 0)
