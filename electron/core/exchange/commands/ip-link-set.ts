/** `ip link set`: all its words, in the order in which the kernel takes them (do_setlink, net/core/rtnetlink.c). */
import { quote } from '../../lab/describe.js'
import type { LinkSetting } from '../../lab/lab.js'
import { findDevice, moveDevice, renameDevice, setMaster } from '../network/links.js'
import { dropNeighbours } from '../network/neighbours.js'
import type { Device, Namespace, Network } from '../network/network.js'
import type { Word } from '../shell/word.js'
import { leftOut, refused, success, wholeNumber } from './command.js'
import type { Context, Cursor, Outcome } from './command.js'
import { setSwitches } from './bridge.js'
import { readBondOptions } from './bond-options.js'
import { netnsOf } from './ip-words.js'
import { linkWord, takenFor } from './link-words.js'
import { applyLinkOptions, parseMac, readBridgeOptions } from './link-options.js'
import { said } from '../../words/said.js'

interface Wanted {
  device: Word | null
  options: { mac: string | null; mtu: number | null; up: boolean | null }
  settings: Partial<Record<LinkSetting, number>>
  namespace: { readonly to: Namespace; readonly word: Word | undefined } | null
  name: Word | null
  /** Undefined: stays as it is. */
  master: Device | null | undefined
}

/** Words that a lab needs no word for: they change nothing that anybody in it can see. */
const ignored = new Set(['alias'])

/** What a lab file cannot say of an interface; the rest of the command counts. Whether a value follows. */
const unsaid: Readonly<Record<string, boolean>> = {
  ...{ allmulticast: true, dynamic: true, trailers: true, carrier: true },
  ...{ protodown: true, addrgenmode: true, broadcast: true, brd: true, gso_max_size: true },
  ...{ gso_max_segs: true, gro_max_size: true, mode: true, state: true },
}

export function ipLinkSet(context: Context, cursor: Cursor): Outcome {
  const wanted: Wanted = {
    ...{
      device: null,
      options: { mac: null, mtu: null, up: null },
      settings: {},
      namespace: null,
      name: null,
      master: undefined,
    },
  }
  if (cursor.peek()?.text === 'group')
    return leftOut(said`Groups of interfaces are left out.`, said`Name the interfaces one by one.`, cursor.peek())
  for (let word = cursor.next(); word; word = cursor.next()) {
    if (linkWord(word.text) === 'type') {
      const device = findDevice(context.namespace, wanted.device?.text ?? '')
      if ('message' in device) return refused(device, wanted.device ?? word)
      const kind = cursor.next()
      if (kind?.text === 'bridge_slave' && device.master?.kind === 'bridge') {
        setSwitches(context, cursor, device)
        break
      }
      if (kind?.text === 'bond' && device.bond) {
        const bond = readBondOptions(context, cursor, device.bond)
        if (!('mode' in bond)) return bond
        device.bond = bond
        break
      }
      if (kind?.text !== 'bridge')
        return leftOut(said`Settings of a ${quote(kind?.text ?? '')} are left out.`, null, kind ?? word)
      readBridgeOptions(context, cursor, device)
      break
    }
    const wrong = readWord(context, cursor, word, wanted)
    if (wrong) return wrong
  }
  const device = findDevice(context.namespace, wanted.device?.text ?? '')
  if ('message' in device) return refused(device, wanted.device ?? undefined)
  return carryOut(context.network, device, wanted)
}

function readWord(context: Context, cursor: Cursor, word: Word, wanted: Wanted): Outcome | null {
  const meant = linkWord(word.text)
  switch (meant) {
    case 'dev':
      wanted.device = cursor.next() ?? null
      return null
    case 'up':
    case 'down':
      wanted.options.up = meant === 'up'
      return null
    case 'netns': {
      const value = cursor.next()
      const to = netnsOf(context, value)
      if ('message' in to) return refused(to, value)
      wanted.namespace = { to, word: value }
      return null
    }
    case 'name':
      wanted.name = cursor.next() ?? null
      return null
    case 'address': {
      const value = cursor.next()
      wanted.options.mac = parseMac(value?.text ?? '')
      if (wanted.options.mac !== null) return null
      return leftOut(said`${quote(value?.text ?? '')} is no hardware address.`, takenFor(word, meant), value ?? word)
    }
    case 'mtu': {
      const value = cursor.next()
      wanted.options.mtu = wholeNumber(value?.text, 68, 65535)
      if (wanted.options.mtu !== null) return null
      return leftOut(said`${quote(value?.text ?? '')} is no MTU from 68 to 65535.`, null, value ?? word)
    }
    case 'vrf':
    case 'master': {
      const value = cursor.next()
      const master = findDevice(context.namespace, value?.text ?? '')
      if ('message' in master) return refused(master, value)
      wanted.master = master
      return null
    }
    case 'multicast':
    case 'promisc':
    case 'arp': {
      const value = cursor.next()
      if (value?.text !== 'on' && value?.text !== 'off')
        return leftOut(said`${quote(word.text)} is either on or off.`, null, value ?? word)
      wanted.settings[meant] = Number(value.text === 'on')
      return null
    }
    case 'txqueuelen':
    case 'txqlen':
    case 'qlen':
    case 'group': {
      const value = cursor.next()
      const number = value?.text === 'default' ? 0 : wholeNumber(value?.text, 0, 2147483647)
      if (number === null)
        return leftOut(said`${quote(value?.text ?? '')} is no number for ${quote(word.text)}.`, null, value ?? word)
      wanted.settings[meant === 'group' ? 'group' : 'txqueuelen'] = number
      return null
    }
    case 'nomaster':
      wanted.master = null
      return null
    default:
      if (meant !== null && Object.hasOwn(unsaid, meant)) {
        const value = unsaid[meant] ? cursor.next() : undefined
        const what = [word.text, value?.text].filter((text) => text !== undefined).join(' ')
        context.tell(word.offset, {
          message: said`${quote(what)} is left out; a lab file has no word for it.`,
          hint: takenFor(word, meant),
        })
        return null
      }
      if (meant !== null && ignored.has(meant)) {
        cursor.next()
        return null
      }
      if (meant !== null || wanted.device !== null)
        return leftOut(said`${quote(word.text)} in \`ip link set\` is nothing a lab file can say.`, null, word)
      wanted.device = word
      return null
  }
}

function carryOut(network: Network, device: Device, wanted: Wanted): Outcome {
  const { options, settings, namespace, name, master } = wanted
  if (namespace) {
    const wrong = moveDevice(network, device, namespace.to)
    if (wrong) return refused(wrong, namespace.word)
  }
  if (name) {
    const wrong = renameDevice(device, name.text)
    if (wrong) return refused(wrong, name)
  }
  applyLinkOptions(device, { ...options, up: null })
  // As when the MAC address changes (arp_netdev_event, net/ipv4/arp.c).
  if (settings.arp !== undefined) dropNeighbours(device, { proxies: false })
  device.settings = { ...device.settings, ...settings }
  if (master !== undefined) {
    const wrong = setMaster(device, master)
    if (wrong) return refused(wrong)
  }
  applyLinkOptions(device, { mac: null, mtu: null, up: options.up })
  return success
}
