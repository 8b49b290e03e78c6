/** `ip link add|set|del`. */
import type { LabShare, VlanProtocol } from '../../lab/lab.js'
import { quote } from '../../lab/describe.js'
import { isTunnelKind } from '../../lab/tunnel.js'
import { addDevice, addPair, addSubInterface, deleteDevice, findDevice, freeName } from '../network/links.js'
import type { Device, Namespace } from '../network/network.js'
import type { Notice } from '../notice.js'
import type { Word } from '../shell/word.js'
import { abbreviated, harmless, leftOut, nothingThere, refused, success, wholeNumber } from './command.js'
import type { Context, Cursor, Outcome } from './command.js'
import { netnsOf, showing } from './ip-words.js'
import { addTunnel } from './ip-tunnel.js'
import { ipLinkSet } from './ip-link-set.js'
import { linkWord, takenFor } from './link-words.js'
import { applyLinkOptions, parseMac, readBridgeOptions, type LinkOptions } from './link-options.js'
import { routeTable } from './route-table.js'
import { readShare, vlanOnShare } from './share.js'
import { readBondOptions } from './bond-options.js'
import { tableWord } from '../../lab/table.js'
import { said } from '../../words/said.js'

export function ipLink(context: Context, cursor: Cursor): Outcome {
  const verb = cursor.next()
  if (!verb) return harmless
  // In the order of iproute2: `ip link s` sets (ip/iplink.c).
  switch (abbreviated(verb.text, ['add', 'set', 'change', 'replace', 'delete', ...showing])) {
    case 'add':
    case 'replace':
      return ipLinkAdd(context, cursor, verb)
    case 'set':
    case 'change':
      return ipLinkSet(context, cursor)
    case 'delete':
      return ipLinkDelete(context, cursor)
    case null:
      return leftOut(said`${quote(`ip link ${verb.text}`)} is not understood.`, null, verb)
    default:
      return ipLinkShow(context, cursor)
  }
}

/** Whether an interface is there is known: `ip link show br0 || ip link add br0 type bridge`. */
function ipLinkShow({ namespace }: Context, cursor: Cursor): Outcome {
  if (cursor.peek()?.text === 'dev') cursor.next()
  const name = cursor.next()
  if (!name || cursor.peek() || name.text === 'up') return harmless
  return namespace.devices.has(name.text) ? success : nothingThere
}

function ipLinkDelete({ network, namespace }: Context, cursor: Cursor): Outcome {
  if (cursor.peek()?.text === 'dev') cursor.next()
  const name = cursor.next()
  const device = findDevice(namespace, name?.text ?? '')
  if ('message' in device) return nothingThere
  const kept = deleteDevice(network, device)
  return kept ? refused(kept, name) : success
}

/** One end of a new link, as far as its words say. */
interface NewEnd {
  name: Word | null
  namespace: Namespace
  /** What it is to stand on. */
  parent: Word | null
  readonly options: { -readonly [K in keyof LinkOptions]: LinkOptions[K] }
}

const makeEnd = (namespace: Namespace): NewEnd => ({
  name: null,
  namespace,
  parent: null,
  options: { mac: null, mtu: null, up: null },
})

/** Reads the words that every kind of link has, up to one that is none of them; a problem ends the reading. */
function readEnd(context: Context, cursor: Cursor, end: NewEnd): Outcome | null {
  for (let word = cursor.peek(); word; word = cursor.peek()) {
    const meant = linkWord(word.text)
    if (meant === 'type' || word.text === 'peer') return null
    cursor.next()
    switch (meant) {
      case 'name':
      case 'dev':
        end.name = cursor.next() ?? null
        break
      case 'address': {
        const value = cursor.next()
        const mac = parseMac(value?.text ?? '')
        if (mac === null)
          return leftOut(
            said`${quote(value?.text ?? '')} is no hardware address.`,
            takenFor(word, meant),
            value ?? word,
          )
        end.options.mac = mac
        break
      }
      case 'mtu': {
        const value = cursor.next()
        const mtu = wholeNumber(value?.text, 68, 65535)
        if (mtu === null)
          return leftOut(said`${quote(value?.text ?? '')} is no MTU from 68 to 65535.`, null, value ?? word)
        end.options.mtu = mtu
        break
      }
      case 'netns': {
        const value = cursor.next()
        const namespace = netnsOf(context, value)
        if ('message' in namespace) return refused(namespace, value)
        end.namespace = namespace
        break
      }
      case 'link':
        end.parent = cursor.next() ?? null
        break
      // It has none yet.
      case 'nomaster':
        break
      case 'up':
        end.options.up = true
        break
      case 'down':
        end.options.up = false
        break
      case 'numtxqueues':
      case 'numrxqueues':
      case 'txqueuelen':
      case 'txqlen':
      case 'qlen':
        cursor.next()
        break
      default:
        if (meant !== null || end.name !== null)
          return leftOut(
            said`${quote(word.text)} in \`ip link add\` is not understood.`,
            meant === null ? null : takenFor(word, meant),
            word,
          )
        end.name = word
    }
  }
  return null
}

function ipLinkAdd(context: Context, cursor: Cursor, verb: Word | undefined): Outcome {
  const end = makeEnd(context.namespace)
  const wrong = readEnd(context, cursor, end)
  if (wrong) return wrong
  cursor.next()
  const kind = cursor.next()
  if (!kind)
    return leftOut(
      said`\`ip link add\` does not say of which type.`,
      said`Add \`type veth\`, \`type bridge\` ...`,
      verb,
    )
  switch (kind.text) {
    case 'veth':
      return addVeth(context, cursor, end, kind)
    case 'bridge':
      return addBridge(context, cursor, end, kind)
    case 'vlan':
      return addVlan(context, cursor, end, kind)
    case 'macvlan':
    case 'ipvlan':
      return addShare(context, cursor, end, kind, kind.text)
    case 'bond':
      return addBond(context, cursor, end, kind)
    case 'vrf':
      return addVrf(context, cursor, end, kind)
    case 'dummy':
    case 'ifb': {
      const extra = readEnd(context, cursor, end)
      if (extra) return extra
      const name = end.name?.text ?? freeName(end.namespace, kind.text, '')
      return finish(end, addDevice(end.namespace, 'dummy', name, { exact: kind.text === 'dummy' }))
    }
    case 'wireguard':
      return leftOut(
        said`WireGuard of a script is not followed: its keys are in files.`,
        said`Add a tunnel of type wireguard to the lab; its keys are made when it is built.`,
        kind,
      )
    default: {
      if (kind.text === 'vxlan' || isTunnelKind(kind.text)) {
        const made = addTunnel(context, cursor, end, kind)
        return 'status' in made ? made : finish(end, made)
      }
      return leftOut(
        said`A lab file has no ${quote(kind.text)} devices.`,
        said`It has veth pairs, bridges, vlan, macvlan, ipvlan, vrf, bond, dummy, and tunnels such as vxlan and gre.`,
        kind,
      )
    }
  }
}

function finish(end: NewEnd, made: Device | Notice): Outcome {
  if ('message' in made) return refused(made, end.name ?? undefined)
  applyLinkOptions(made, end.options)
  return success
}

function addVeth(context: Context, cursor: Cursor, end: NewEnd, kind: Word): Outcome {
  const far = makeEnd(context.namespace)
  const wrong = readEnd(context, cursor, end)
  if (wrong) return wrong
  if (cursor.peek()?.text === 'peer') {
    cursor.next()
    const wrongPeer = readEnd(context, cursor, far)
    if (wrongPeer) return wrongPeer
  }
  const rest = cursor.peek()
  if (rest) return leftOut(said`${quote(rest.text)} in \`ip link add\` is not understood.`, null, rest)
  const name = end.name?.text ?? freeName(end.namespace, 'veth', far.name?.text ?? '')
  const farName = far.name?.text ?? freeName(far.namespace, 'veth', end.namespace === far.namespace ? name : '')
  const made = addPair(context.network, { namespace: end.namespace, name }, { namespace: far.namespace, name: farName })
  if ('message' in made) return refused(made, end.name ?? kind)
  applyLinkOptions(made[0], end.options)
  applyLinkOptions(made[1], far.options)
  return success
}

function addBridge(context: Context, cursor: Cursor, end: NewEnd, kind: Word): Outcome {
  // `ip link add type bridge name br0` names it behind its type.
  if (end.name === null && (cursor.peek()?.text === 'name' || cursor.peek()?.text === 'dev')) {
    cursor.next()
    end.name = cursor.next() ?? null
  }
  const made = addDevice(end.namespace, 'bridge', end.name?.text ?? freeName(end.namespace, 'bridge', ''))
  if ('message' in made) return refused(made, end.name ?? kind)
  readBridgeOptions(context, cursor, made)
  return finish(end, made)
}

function addVlan(context: Context, cursor: Cursor, end: NewEnd, kind: Word): Outcome {
  const parent = findDevice(context.namespace, end.parent?.text ?? '')
  if ('message' in parent) return refused(parent, end.parent ?? kind)
  if (parent.share) return vlanOnShare(parent, kind)
  if (end.namespace !== context.namespace)
    return leftOut(
      said`A lab has a VLAN sub-interface in the namespace of the interface that it is on.`,
      said`Move that interface first, and make the sub-interface there.`,
      kind,
    )
  let id: number | null = null
  let protocol: VlanProtocol = '802.1q'
  for (let word = cursor.next(); word; word = cursor.next()) {
    const value = cursor.next()
    const key = abbreviated(word.text, ['protocol', 'id'])
    if (key === 'id') id = wholeNumber(value?.text, 1, 4094)
    else if (key === 'protocol') protocol = /^(?:802\.1ad|0x88a8)$/i.test(value?.text ?? '') ? '802.1ad' : '802.1q'
    else {
      const message = said`${quote(word.text)} of the sub-interface is left out; a lab file has no word for it.`
      context.tell(word.offset, { message, hint: null })
    }
  }
  if (id === null || end.name === null)
    return leftOut(
      said`A VLAN sub-interface needs a name and an \`id\` from 1 to 4094.`,
      said`Add what is missing.`,
      kind,
    )
  return finish(end, addSubInterface(end.namespace, end.name.text, { parent, id, protocol }))
}

function addShare(context: Context, cursor: Cursor, end: NewEnd, kind: Word, share: LabShare['kind']): Outcome {
  const parent = findDevice(context.namespace, end.parent?.text ?? '')
  if ('message' in parent) return refused(parent, end.parent ?? kind)
  const name = end.name?.text ?? freeName(end.namespace, share, '')
  const read = readShare(context, cursor, share, parent, name)
  if (read && 'message' in read) return refused(read, kind)
  return finish(end, addDevice(end.namespace, share, name, { share: read }))
}

function addBond(context: Context, cursor: Cursor, end: NewEnd, kind: Word): Outcome {
  if (end.name === null) return leftOut(said`A bond needs a name.`, said`Add what is missing.`, kind)
  const bond = readBondOptions(context, cursor, { mode: 'balance-rr', primary: null, miimon: null })
  if (!('mode' in bond)) return bond
  return finish(end, addDevice(end.namespace, 'bond', end.name.text, { bond }))
}

function addVrf(context: Context, cursor: Cursor, end: NewEnd, kind: Word): Outcome {
  const word = cursor.next()
  if (word?.text !== 'table' || end.name === null)
    return leftOut(said`A VRF needs a name and a \`table\`.`, said`Add what is missing.`, word ?? kind)
  const table = routeTable(context, cursor.next(), word)
  if (typeof table !== 'number') return table
  if (tableWord(table) !== null)
    return leftOut(
      said`Table ${table} is the table ${tableWord(table) ?? ''} of every namespace.`,
      said`Give the VRF a table of its own: any other number.`,
      word,
    )
  return finish(end, addDevice(end.namespace, 'vrf', end.name.text, { table }))
}
