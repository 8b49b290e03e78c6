import { broadcastOf, formatPrefix, isMulticast, networkPrefix, parseAddress, type Prefix } from '../address.js'
import { quote } from '../describe.js'
import { error, warning } from '../finding.js'
import type { Finding } from '../finding.js'
import type { LabPath } from '../problem.js'
import type { IndexedAddress, LabIndex, Rule } from './lab-index.js'
import { leastIpv6Mtu } from '../ipv6.js'
import { mtuOf } from './vlans.js'
import { said } from '../../words/said.js'

/** Addresses of interfaces: readable, with a prefix length, each once. */
export const addressRules: Rule = function* (lab) {
  for (const namespace of lab.namespaces.values()) {
    for (const device of namespace.interfaces.values()) {
      const seen = new Set<string>()
      for (const address of device.addresses) {
        yield* readable(address)
        if (!address.prefix) continue
        yield* taken(lab, namespace.name, device.name, address.path, address.prefix)
        if (seen.has(address.prefix.text)) {
          yield error(
            'address-twice',
            address.path,
            said`Interface ${quote(device.name)} has the address ${address.prefix.text} already.`,
            said`Remove one of them.`,
          )
        }
        seen.add(address.prefix.text)
      }
    }
  }
}

/** What the kernel refuses of an address, or drops without a word, whatever its subnet. */
function* taken(
  lab: LabIndex,
  namespace: string,
  device: string,
  path: LabPath,
  { family, bytes, text, length }: Prefix,
): Iterable<Finding> {
  const written = `${text}/${length}`
  const isZero = bytes.slice(0, -1).every((byte) => byte === 0)
  const last = bytes.at(-1)
  if (isZero && last === 0) {
    yield error(
      'bad-address',
      path,
      said`${quote(written)} stands for no address at all, and no interface can have it.`,
      said`Write an address of its subnet; a default route is written in "routes".`,
    )
    return
  }
  if (family === 'ipv4' || device === 'lo') return
  if (isZero && last === 1) {
    yield error('bad-address', path, said`${quote(written)} is the address of lo; no other interface takes it.`)
    return
  }
  const mtu = mtuOf(lab, { namespace, interface: device })
  if (mtu !== null && mtu < leastIpv6Mtu)
    yield error(
      'mtu-below-ipv6',
      path,
      said`Interface ${quote(device)} has an MTU of ${mtu}, and the kernel gives no IPv6 address to one below ${leastIpv6Mtu}.`,
      said`Raise the MTU to ${leastIpv6Mtu} or more, or leave the address out.`,
    )
}

function* readable({ text, path, prefix }: IndexedAddress): Iterable<Finding> {
  if (!prefix) {
    yield badPrefix(text, path)
    return
  }
  if (isMulticast(prefix)) {
    yield error('bad-address', path, said`${quote(text)} is a multicast group, not an address of an interface.`)
    return
  }
  const longest = prefix.family === 'ipv4' ? 31 : 128
  const network = networkPrefix(prefix)
  if (prefix.bytes.every((byte) => byte === 0)) return
  if (prefix.family === 'ipv4' && prefix.length < longest && network.text === prefix.text) {
    yield warning(
      'network-address',
      path,
      said`${quote(text)} is the network's own address, not a host in it.`,
      said`Change the last number or the prefix length.`,
    )
  } else if (broadcastOf(prefix) === prefix.text) {
    yield warning(
      'network-address',
      path,
      said`${quote(text)} is the broadcast address of ${formatPrefix(network)}.`,
      said`Change the last number or the prefix length.`,
    )
  }
}

/** Says what is wrong with text that should be `ADDRESS/LENGTH`. */
export function badPrefix(text: string, path: LabPath): Finding {
  const [head = '', length, ...rest] = text.split('/')
  const address = parseAddress(head)
  if (address && length === undefined) {
    const example = address.family === 'ipv4' ? 24 : 64
    return error(
      'missing-prefix-length',
      path,
      said`${quote(text)} has no prefix length.`,
      said`Write the size of its subnet behind it, as in ${head}/${example}.`,
    )
  }
  if (address && rest.length === 0) {
    const most = address.family === 'ipv4' ? 32 : 128
    return error(
      'bad-address',
      path,
      said`${quote(text)} has no prefix length between 0 and ${most}.`,
      said`Write /0 to /${most}.`,
    )
  }
  return badAddress(text, path)
}

/** Says what is wrong with text that should be an address or a prefix. */
export function badAddress(text: string, path: LabPath): Finding {
  const message = said`${quote(text)} is not an IPv4 or IPv6 address.`
  if (/^[0-9.]+(\/[0-9]+)?$/.test(text)) {
    const octal = /(^|\.)0[0-9]/.test(text)
    return error(
      'bad-address',
      path,
      message,
      octal ? said`Remove the leading zeros.` : said`IPv4 has four numbers from 0 to 255 with dots between them.`,
    )
  }
  return error('bad-address', path, message, text.includes('%') ? said`Leave out the % and what follows it.` : null)
}
