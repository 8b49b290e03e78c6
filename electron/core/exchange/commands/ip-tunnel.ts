/** Tunnels of scripts: `ip link add ... type gre`, `ip tunnel add ... mode gre`, and `bridge fdb append`. */
import { parseAddress, type Address } from '../../lab/address.js'
import { quote } from '../../lab/describe.js'
import { defaultGenevePort, isTunnelKind, type TunnelKind } from '../../lab/tunnel.js'
import { addDevice, findDevice } from '../network/links.js'
import type { Device, Namespace, TunnelSaid } from '../network/network.js'
import type { Notice } from '../notice.js'
import type { Word } from '../shell/word.js'
import { Cursor, leftOut, nothingThere, refused, success, wholeNumber } from './command.js'
import type { Context, Outcome } from './command.js'
import { parseMac } from './link-options.js'
import { said } from '../../words/said.js'

/** Where nobody says which port, Linux takes this one and not IANA's 4789 (drivers/net/vxlan/vxlan_core.c). */
const kernelVxlanPort = 8472

/** Bytes of Ethernet, and what the kernel takes off for a VXLAN that is told by which interface it leaves (vxlan_config_apply). */
const usualMtu = 1500
const headroom = { ipv4: 50, ipv6: 70 } as const

interface Told {
  local: Address | null
  remote: Address | null
  key: number | null
  ttl: number | null
  id: number | null
  port: number | null
  learning: boolean
  /** The interface that it is to leave by, and where that stands. */
  by: Device | null
  byOffset: number
}

/** Words that stand alone; all others that a lab file has no word for have a value. */
const lone = /^(?:no|learning$|proxy$|rsc$|udpcsum$|i?o?csum$|i?o?seq$|pmtudisc$|external$|ignore-df$)/

/** Reads the words of the tunnel; an outcome is what ends the reading. */
function readWords(context: Context, cursor: Cursor): Told | Outcome {
  const told: Told = {
    ...{ local: null, remote: null, key: null, ttl: null, id: null, port: null, learning: true, by: null, byOffset: 0 },
  }
  for (let word = cursor.next(); word; word = cursor.next()) {
    if (lone.test(word.text)) {
      if (/learning$/.test(word.text)) told.learning = word.text === 'learning'
      else tellLeftOut(context, word)
      continue
    }
    const value = cursor.next()
    if (word.text === 'srcport') {
      // The lowest and the highest.
      cursor.next()
      tellLeftOut(context, word)
      continue
    }
    const wrong = readWord(context, told, word, value)
    if (wrong) return wrong
  }
  return told
}

function tellLeftOut(context: Context, word: Word): void {
  const message = said`${quote(word.text)} of the tunnel is left out; a lab file has no word for it.`
  context.tell(word.offset, { message, hint: null })
}

function readWord(context: Context, told: Told, word: Word, value: Word | undefined): Outcome | null {
  const text = value?.text ?? ''
  switch (word.text) {
    case 'id':
    case 'vni':
      told.id = wholeNumber(text, 0, 16777215)
      return null
    case 'local':
    case 'remote':
      told[word.text] = text === 'any' ? null : parseAddress(text)
      return null
    case 'key':
    case 'ikey':
    case 'okey': {
      const key = wholeNumber(text, 0, 4294967295) ?? dotted(text)
      if (key === null) return leftOut(said`${quote(text)} is no key of a tunnel.`, null, value ?? word)
      if (told.key !== null && told.key !== key)
        return leftOut(said`A tunnel of a lab has the same key in both directions.`, null, value)
      told.key = key
      return null
    }
    case 'ttl':
    case 'hoplimit':
    case 'hlim':
      told.ttl = wholeNumber(text, 1, 255)
      return null
    case 'dstport':
      told.port = wholeNumber(text, 0, 65535)
      return told.port === null ? leftOut(said`${quote(text)} is no port.`, null, value ?? word) : null
    case 'dev': {
      const device = findDevice(context.namespace, text)
      if ('message' in device) return refused(device, value)
      told.by = device
      told.byOffset = word.offset
      return null
    }
    case 'mode':
      // A lab's carries whatever its kind can.
      if (text !== 'any') tellLeftOut(context, word)
      return null
    case 'tos':
    case 'tclass':
    case 'flowlabel':
    case 'encaplimit':
    case 'ageing':
    case 'maxaddress':
    case 'encap':
      tellLeftOut(context, word)
      return null
    default:
      return leftOut(said`${quote(word.text)} of a tunnel is nothing a lab file can say.`, null, word)
  }
}

/** A key may be written as an address. */
function dotted(text: string): number | null {
  const address = parseAddress(text)
  return address?.family === 'ipv4' ? address.bytes.reduce((sum, byte) => sum * 256 + byte, 0) : null
}

/** Null where words are missing. */
function settingsOf(kind: TunnelKind | 'vxlan', told: Told): TunnelSaid | null {
  const { local, remote, key, ttl, id, port, learning } = told
  const limit = ttl === null ? {} : { ttl }
  if (kind === 'vxlan') {
    if (id === null) return null
    const end = remote === null ? {} : { remote: remote.text }
    const learns = learning ? {} : { learning }
    return { type: kind, id, local: local?.text ?? null, ...end, port: port || kernelVxlanPort, ...limit, ...learns }
  }
  if (remote === null) return null
  if (kind === 'geneve')
    return id === null ? null : { type: kind, id, remote: remote.text, port: port || defaultGenevePort, ...limit }
  const ends = { local: local?.text ?? null, remote: remote.text, ...limit }
  if (kind === 'gre' || kind === 'gretap' || kind === 'ip6gre')
    return { type: kind, ...ends, ...(key === null ? {} : { key }) }
  return { type: kind, ...ends }
}

const needs = (kind: string): Notice => ({
  message:
    kind === 'vxlan'
      ? said`A tunnel of a lab needs \`id\`.`
      : kind === 'geneve'
        ? said`A tunnel of a lab needs \`id\` and \`remote\`.`
        : said`A tunnel of a lab needs \`remote\`.`,
  hint: said`Add what is missing.`,
})

/** The words behind `type gre`: makes the device. */
export function addTunnel(
  context: Context,
  cursor: Cursor,
  at: { readonly namespace: Namespace; readonly name: Word | null },
  kind: Word,
): Device | Outcome {
  const told = readWords(context, cursor)
  if ('status' in told) return told
  const type = kind.text
  if (type !== 'vxlan' && !isTunnelKind(type))
    return leftOut(said`A lab file has no ${quote(type)} devices.`, null, kind)
  const settings = settingsOf(type, told)
  if (!settings || at.name === null) {
    const { message, hint } = needs(type)
    return leftOut(message, hint, kind)
  }
  const { by, byOffset } = told
  const tunnelAt = { offset: kind.offset, by, byOffset }
  const made = addDevice(at.namespace, type, at.name.text, { tunnel: settings, tunnelAt })
  if ('message' in made) return refused(made, at.name)
  if (type === 'vxlan' && by) made.mtu = (by.mtu ?? usualMtu) - headroom[(told.remote ?? told.local)?.family ?? 'ipv4']
  return made
}

/** `ip tunnel`'s words for kinds (ip/iptunnel.c, ip/ip6tunnel.c). */
const modes: Readonly<Record<string, TunnelKind>> = {
  ...{ gre: 'gre', 'gre/ip': 'gre', ipip: 'ipip', 'ip/ip': 'ipip', sit: 'sit', 'ipv6/ip': 'sit' },
  ...{ ip6ip6: 'ip6tnl', 'ipv6/ipv6': 'ip6tnl', ipip6: 'ip6tnl', 'ip/ipv6': 'ip6tnl', any: 'ip6tnl', ip6gre: 'ip6gre' },
  'gre/ipv6': 'ip6gre',
}

/** `ip tunnel add NAME mode gre ...`; `ip -6 tunnel` speaks of those over IPv6. */
export function ipTunnel(context: Context, cursor: Cursor): Outcome {
  const verb = cursor.next()
  if (!verb || /^(?:show|list|lst|prl)$/.test(verb.text)) return success
  if (!/^a(?:dd)?$/.test(verb.text))
    return leftOut(said`${quote(`ip tunnel ${verb.text}`)} is left out; write it with \`ip link\`.`, null, verb)
  let [name, kind]: [Word | null, Word | null] = [null, null]
  const rest: Word[] = []
  for (let word = cursor.next(); word; word = cursor.next()) {
    if (word.text === 'mode') kind = cursor.next() ?? null
    else if (word.text === 'name') name = cursor.next() ?? null
    else if (name === null && rest.length === 0 && !/^(?:local|remote|ttl|key|dev|tos)$/.test(word.text)) name = word
    else rest.push(word)
  }
  const type = kind && modes[kind.text]
  if (!kind || !type || !Object.hasOwn(modes, kind.text))
    return leftOut(
      said`\`ip tunnel add\` needs a mode that a lab knows: gre, ipip, sit, ip6ip6 or ip6gre.`,
      null,
      kind ?? verb,
    )
  const made = addTunnel(context, new Cursor(rest), { namespace: context.namespace, name }, { ...kind, text: type })
  return 'status' in made ? made : success
}

/** `bridge fdb append MAC dev vx0 dst ADDRESS`. */
export function tunnelFdb(context: Context, cursor: Cursor, verb: Word): Outcome {
  let [mac, name, remote]: [Word | null, Word | null, Word | null] = [null, null, null]
  for (let word = cursor.next(); word; word = cursor.next()) {
    if (word.text === 'dev') name = cursor.next() ?? null
    else if (word.text === 'dst') remote = cursor.next() ?? null
    else if (/^(?:permanent|static|self)$/.test(word.text)) continue
    else if (mac === null && parseMac(word.text) !== null) mac = word
    else return leftOut(said`${quote(word.text)} of a forwarding entry is nothing a lab file can say.`, null, word)
  }
  const device = findDevice(context.namespace, name?.text ?? '')
  if ('message' in device) return refused(device, name ?? verb)
  const to = parseAddress(remote?.text ?? '')
  const { tunnel } = device
  if (tunnel?.type !== 'vxlan' || mac === null || to === null)
    return leftOut(said`A lab has forwarding entries of VXLANs only, each with an address and \`dst\`.`, null, verb)
  const entry = { mac: parseMac(mac.text) ?? '', remote: to.text }
  const isIt = (each: typeof entry): boolean => each.mac === entry.mac && each.remote === entry.remote
  const before = tunnel.fdb ?? []
  if (/^d/.test(verb.text)) {
    device.tunnel = { ...tunnel, fdb: before.filter((each) => !isIt(each)) }
    return before.some(isIt) ? success : nothingThere
  }
  if (!before.some(isIt)) device.tunnel = { ...tunnel, fdb: [...before, entry] }
  return success
}
