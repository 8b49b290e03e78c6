/** `arp -s` and `arp -d`: neighbours that are given, and addresses that an interface answers for. */
import { parseAddress } from '../../../lab/address.js'
import { quote } from '../../../lab/describe.js'
import { said } from '../../../words/said.js'
import { findDevice } from '../../network/links.js'
import { deleteNeighbour, setNeighbour } from '../../network/neighbours.js'
import type { Device } from '../../network/network.js'
import type { Word } from '../../shell/word.js'
import { harmless, leftOut, nothingThere, outcomeOf, refused, success } from '../command.js'
import type { Context, Outcome } from '../command.js'
import { parseMac } from '../link-options.js'

/** Options whose value follows. */
const valued = /^-[iHApt]$/

export function arp(context: Context, words: readonly Word[]): Outcome {
  const [program, ...rest] = words
  let name: Word | null = null
  const flags = new Set<string>()
  const plain: Word[] = []
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] as Word
    // `dev` stands behind the address, as a word (arp(8)).
    if (/^(?:-i|--device|dev)$/.test(word.text)) name = rest[++at] ?? null
    else if (valued.test(word.text) || word.text === 'netmask') at++
    else if (/^-[a-zA-Z]+$/.test(word.text)) for (const letter of word.text.slice(1)) flags.add(letter)
    else if (word.text.startsWith('--')) flags.add(word.text[2] ?? '')
    else plain.push(word)
  }
  if (flags.has('f')) return leftOut(said`The file of ${quote('arp')} is not read.`, said`Write its commands out.`)
  if (!flags.has('s') && !flags.has('d')) return harmless
  const [host, hardware] = plain
  const address = parseAddress(host?.text ?? '')
  if (!host || address?.family !== 'ipv4')
    return leftOut(said`${quote(host?.text ?? '')} is no address.`, null, host ?? program)
  const device = name ? findDevice(context.namespace, name.text) : neighbourOf(context, host)
  if ('message' in device) return refused(device, name ?? host)
  const isPublic = plain.some(({ text }) => text === 'pub')
  const entry = { family: 'ipv4' as const, address: address.text }
  if (flags.has('d')) {
    const known = deleteNeighbour(device, { ...entry, mac: '' })
    return deleteNeighbour(device, { ...entry, mac: null }) || known ? success : nothingThere
  }
  if (isPublic) return outcomeOf(setNeighbour(device, { ...entry, mac: null }, 'replace'), host)
  const mac = parseMac(hardware?.text ?? '')
  if (mac === null) return leftOut(said`${quote(hardware?.text ?? '')} is no hardware address.`, null, hardware ?? host)
  const temporary = plain.find(({ text }) => text === 'temp')
  if (temporary)
    return leftOut(
      said`A neighbour that is only ${quote('temp')} is left out; the lab's namespaces learn it by themselves.`,
      said`Leave the word out for one that stays.`,
      temporary,
    )
  return outcomeOf(setNeighbour(device, { ...entry, mac }, 'replace'), host)
}

/** Without `-i` it is the interface that the address is behind (arp_req_set, net/ipv4/arp.c). */
function neighbourOf({ namespace }: Context, host: Word): Device | NonNullable<Parameters<typeof refused>[0]> {
  const address = parseAddress(host.text)
  if (address) for (const device of namespace.subnets.reaching(address, 0)) if (device.up) return device
  return {
    message: said`${quote(host.text)} is on no subnet that ${quote(namespace.name)} is connected to at this point.`,
    hint: said`Add \`-i\` and the interface.`,
  }
}
