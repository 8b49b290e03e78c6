/** A lab that is like what was found on a machine: what a sandbox cannot have is put into what it can, or is said. */
import { containsAddress, parseAddress, parsePrefix } from '../lab/address.js'
import type { LabFile } from '../lab/schema.js'
import { masterOf } from '../lab/lab.js'
import { replyPattern } from '../lab/plain-text.js'
import { socketText } from '../lab/service.js'
import { validateLabFile } from '../lab/validate.js'
import type { LiveLink, LiveNamespace, LiveService, LiveState } from '../live/state.js'
import { labFromLive, type ReadBack } from '../plan/read-back.js'
import { said, type Said } from '../words/said.js'
import type { MachineListener } from './view.js'
import { without } from './without.js'

/** Where everything begins that is not on this machine. */
const outsideName = 'outside'
/** Mistakes of a network that are taken out of its twin one by one; with more, the rest of the file is of no use. */
const mostMistakes = 500

export interface TwinSource {
  readonly live: LiveState
  /** By namespace. */
  readonly listeners: ReadonlyMap<string, readonly MachineListener[]>
}

export function twinOf({ live, listeners }: TwinSource, name: string): ReadBack {
  const notes: Said[] = []
  const served = live.namespaces.map((namespace) => ({
    ...namespace,
    services: servicesOf(namespace.name, listeners.get(namespace.name) ?? [], notes),
  }))
  const { lab, unexpressed } = labFromLive({ ...live, namespaces: withOutside(served, notes) }, name, false)
  const valid = withoutMistakes(lab)
  return { lab: valid.lab, unexpressed: [...notes, ...unexpressed, ...valid.notes] }
}

/** Listeners as services that answer; what only the namespace itself can reach is nobody's to reach in the twin either. */
function servicesOf(namespace: string, listeners: readonly MachineListener[], notes: Said[]): readonly LiveService[] {
  const services = new Map<string, LiveService>()
  for (const { protocol: listen, address, port, process } of listeners) {
    const where =
      process === null
        ? said`${namespace}: ${listen} port ${port}`
        : said`${namespace}: ${listen} port ${port} of ${process}`
    if (address.startsWith('127.') || address === '::1') {
      notes.push(said`${where} listens on ${address} only, which nothing else reaches.`)
      continue
    }
    const reply = `${process ?? 'hello'}\n`
    const service = {
      ...{ listen, port, reply: replyPattern.test(reply) ? reply : 'hello\n' },
      ...(address === '0.0.0.0' || address === '::' ? {} : { address }),
    }
    if (address.startsWith('fe80:')) notes.push(said`${where} listens on ${address}, which every interface may have.`)
    else services.set(socketText(service), service)
  }
  // A responder on every address is one on each of them.
  const found = [...services.values()]
  const everywhere = new Set(found.flatMap(({ listen, port, address }) => (address ? [] : [`${listen} ${port}`])))
  return found.filter(({ listen, port, address }) => !address || !everywhere.has(`${listen} ${port}`))
}

/** Interfaces that lead off the machine, or to where nobody could look, become cables to one namespace for all that is there. */
function withOutside(namespaces: readonly LiveNamespace[], notes: Said[]): readonly LiveNamespace[] {
  const known = new Map(namespaces.map(({ name, links }) => [name, new Set(links.map(({ index }) => index))]))
  const isLoose = ({ kind, peer }: LiveLink): boolean =>
    kind === 'physical' || (kind === 'veth' && !(peer?.namespace && known.get(peer.namespace)?.has(peer.index)))
  const taken = new Set(namespaces.map(({ name }) => name))
  let outside = outsideName
  for (let n = 2; taken.has(outside); n += 1) outside = `${outsideName}-${n}`
  const links: LiveLink[] = []
  const addresses: LiveNamespace['addresses'][number][] = []
  const plugged = namespaces.map((namespace) => ({
    ...namespace,
    links: namespace.links.map((link): LiveLink => {
      if (!isLoose(link)) return link
      const index = links.length + 2
      const dev = `eth${links.length}`
      const gateways = gatewaysBehind(namespace, link)
      const what =
        link.kind === 'physical' ? said`leads off this machine` : said`leads to a namespace that is not in the twin`
      const { name } = namespace
      notes.push(
        gateways.length === 0
          ? said`${name}: ${link.name} ${what}; in the twin it leads to ${outside}.`
          : said`${name}: ${link.name} ${what}; in the twin it leads to ${outside}, which has the gateway's address ${gateways.join(', ')}.`,
      )
      // What it was set to by hand is its own, and no part of where it leads.
      const { name: _name, index: _index, master: _master, vrf: _vrf, bond: _bond, port: _port, ...same } = link
      const { others: _others, ...alike } = same
      links.push({
        ...{ ...alike, name: dev, index, kind: 'veth', master: null, port: null, impair: null, up: true },
        peer: { namespace: namespace.name, index: link.index },
      })
      for (const address of gateways) {
        const family = address.includes(':') ? ('ipv6' as const) : ('ipv4' as const)
        addresses.push({ dev, family, address, scope: 'global', flags: ['permanent'] })
      }
      return { ...link, kind: 'veth', peer: { namespace: outside, index } }
    }),
  }))
  if (links.length === 0) return plugged
  const empty = { routes: [], rules: [], neighbours: [], fdb: [], ruleset: { nft: [], iptables: [] }, sysctls: {} }
  return [...plugged, { ...empty, name: outside, inode: 0, links, addresses, services: [] }]
}

/** Next hops of default routes that this interface, or the bridge or bond it is the first such port of, leads to; with prefix length. */
function gatewaysBehind({ routes, addresses, links }: LiveNamespace, link: LiveLink): readonly string[] {
  const own = masterOf(link)
  const first = links.find((each) => masterOf(each) === own && (each.kind === 'physical' || each.kind === link.kind))
  const devices = [link.name, ...(own !== null && first === link ? [own] : [])]
  const found = routes.flatMap(({ to, via, dev }) => {
    if ((to !== '0.0.0.0/0' && to !== '::/0') || via === null || dev === null || !devices.includes(dev)) return []
    const gateway = parseAddress(via)
    if (!gateway) return []
    const holding = addresses.find((each) => each.dev === dev && containsAddress(each.address, gateway))
    const length = holding ? parsePrefix(holding.address)?.length : undefined
    return length === undefined ? [] : [`${via}/${length}`]
  })
  return [...new Set(found)]
}

/**
 * A network may be wrong, and then its twin is: that is what `broken` says. What no lab may be at all is left out, each
 * with the sentence that refuses it.
 */
function withoutMistakes(lab: LabFile): { readonly lab: LabFile; readonly notes: readonly Said[] } {
  const errors = (file: LabFile) => validateLabFile(file).filter(({ severity }) => severity === 'error')
  if (errors(lab).length === 0) return { lab, notes: [] }
  const notes: Said[] = []
  let file: LabFile = { ...lab, broken: true }
  for (let n = 0; n < mostMistakes; n += 1) {
    const [first] = errors(file)
    if (!first) break
    notes.push(said`${first.path.join('.')}: ${first.said.message}`)
    file = without(file, first.path)
  }
  return { lab: file, notes }
}
