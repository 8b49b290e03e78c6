/**
 * `ifconfig`. It sets where `ip addr` adds: an interface has one address of its own name, and one of each label such as
 * `eth0:1` (devinet_ioctl, net/ipv4/devinet.c).
 */
import { parseAddress, parsePrefixOrAddress, type Address, type Prefix } from '../../../lab/address.js'
import { quote } from '../../../lab/describe.js'
import { said } from '../../../words/said.js'
import { addAddress, deleteAddress } from '../../network/addresses.js'
import { findDevice, setMac, setUp } from '../../network/links.js'
import { dropNeighbours } from '../../network/neighbours.js'
import type { Device, Refusal } from '../../network/network.js'
import type { Word } from '../../shell/word.js'
import { Cursor, harmless, leftOut, nothingThere, outcomeOf, refused, success, wholeNumber } from '../command.js'
import type { Context, Outcome } from '../command.js'
import { parseMac } from '../link-options.js'
import { classLength, maskLength, withLength } from './mask.js'

interface Target {
  readonly context: Context
  readonly device: Device
  /** `eth0`, or `eth0:1`. */
  readonly label: string
}

export function ifconfig(context: Context, words: readonly Word[]): Outcome {
  const cursor = new Cursor(words, 1)
  while (/^-[asv]$/.test(cursor.peek()?.text ?? '')) cursor.next()
  const name = cursor.next()
  if (/^inet6?$/.test(cursor.peek()?.text ?? '')) cursor.next()
  if (!name || cursor.done) return harmless
  const device = findDevice(context.namespace, name.text.replace(/:.*/, ''))
  if ('message' in device) return refused(device, name)
  const target: Target = { context, device, label: name.text }
  // Every word is carried out by itself, whatever became of the one before.
  let last: Outcome = success
  for (let word = cursor.next(); word; word = cursor.next()) {
    if (last.notice) context.tell(last.offset ?? word.offset, last.notice)
    last = carryOut(target, cursor, word)
  }
  return last
}

/** Flags by their words; a dash before one takes it back. */
const flags = { arp: 'arp', promisc: 'promisc', multicast: 'multicast' } as const
const isFlag = (word: string): word is keyof typeof flags => Object.hasOwn(flags, word)

function carryOut(target: Target, cursor: Cursor, word: Word): Outcome {
  const { device, label } = target
  const bare = word.text.replace(/^-/, '')
  if (isFlag(bare)) {
    const setting = flags[bare]
    if (setting === 'arp') dropNeighbours(device, { proxies: false })
    device.settings = { ...device.settings, [setting]: Number(bare === word.text) }
    return success
  }
  switch (word.text) {
    case 'up':
    case 'down':
      if (label === device.name) setUp(device, word.text === 'up')
      else if (word.text === 'down') return takeAway(target)
      return success
    case 'mtu':
    case 'txqueuelen':
      return setNumber(device, word, cursor.next())
    case 'hw': {
      const kind = cursor.next()
      const value = cursor.next()
      const mac = kind?.text === 'ether' ? parseMac(value?.text ?? '') : null
      if (mac === null) return leftOut(said`${quote(value?.text ?? '')} is no hardware address.`, null, value ?? word)
      setMac(device, mac)
      return success
    }
    case 'netmask': {
      const value = cursor.next()
      const length = maskLength(value?.text ?? '')
      return length === null
        ? leftOut(said`${quote(value?.text ?? '')} is no netmask.`, said`Write it as 255.255.255.0.`, value ?? word)
        : setMask(target, length, word)
    }
    // The kernel works out the one that everybody means.
    case 'broadcast':
      cursor.next()
      return success
    case '-broadcast':
    case 'inet':
    case 'inet6':
      return success
    case 'add':
    case 'del':
      return addOrDelete(target, word, cursor.next())
    default:
      return valued.has(word.text) ? leftOutPair(word, cursor.next()) : setAddress(target, word)
  }
}

/** Words whose value is the next one, and which a lab file has none for (ifconfig(8)). */
const valued = new Set('metric pointopoint dstaddr tunnel outfill keepalive media irq io_addr mem_start'.split(' '))

const leftOutPair = (word: Word, value: Word | undefined): Outcome =>
  unsaid(value ? { ...word, text: `${word.text} ${value.text}` } : word)

const unsaid = (word: Word): Outcome =>
  leftOut(said`${quote(word.text)} in \`ifconfig\` is nothing a lab file can say.`, null, word)

function setNumber(device: Device, word: Word, value: Word | undefined): Outcome {
  const number = wholeNumber(value?.text, word.text === 'mtu' ? 68 : 0, word.text === 'mtu' ? 65535 : 2147483647)
  if (number === null)
    return leftOut(said`${quote(value?.text ?? '')} is no number for ${quote(word.text)}.`, null, value ?? word)
  if (word.text === 'mtu') device.mtu = number
  else device.settings = { ...device.settings, txqueuelen: number }
  return success
}

/** The address that the name stands for: the first one of it. */
function ownAddress({ device, label }: Target): Prefix | undefined {
  const labelled = new Set(device.labels.values())
  if (label === device.name) return device.addresses.find((each) => each.family === 'ipv4' && !labelled.has(each))
  const own = device.labels.get(label)
  return own && device.addresses.includes(own) ? own : undefined
}

function takeAway(target: Target): Outcome {
  const own = ownAddress(target)
  return own ? outcomeOf(deleteAddress(target.device, own)) : nothingThere
}

function put(target: Target, prefix: Prefix): Refusal {
  const { device, label } = target
  const refusal = addAddress(device, prefix)
  if (!refusal && label !== device.name) device.labels.set(label, prefix)
  return refusal
}

function setMask(target: Target, length: number, word: Word): Outcome {
  const own = ownAddress(target)
  if (!own)
    // 127.0.0.1/8 is on every lo, and is no address of the lab.
    return target.device.kind === 'loopback'
      ? success
      : refused({ message: said`${quote(target.label)} has no address at this point.`, hint: null }, word)
  if (own.length === length) return success
  return outcomeOf(deleteAddress(target.device, own) ?? put(target, { ...own, length }), word)
}

/** `ADDRESS`, or `ADDRESS/LENGTH`; it switches the interface on. 0.0.0.0 takes the address away. */
function setAddress(target: Target, word: Word): Outcome {
  const [text = '', bits] = word.text.split('/')
  const address = parseAddress(text)
  if (address?.family === 'ipv6')
    return refused({ message: said`ifconfig sets no IPv6 address.`, hint: said`Write \`inet6 add\` before it.` }, word)
  if (!address) return unsaid(word)
  const { device, label } = target
  const own = ownAddress(target)
  const length = bits === undefined ? classLength(address) : wholeNumber(bits, 0, 32)
  if (length === null) return leftOut(said`${quote(word.text)} is no address.`, null, word)
  const stays = own?.text === address.text && (bits === undefined || own.length === length)
  const refusal = stays ? null : replace(target, own, address, length)
  if (refusal) return refused(refusal, word)
  if (label === device.name) setUp(device, true)
  return success
}

function replace(target: Target, own: Prefix | undefined, address: Address, length: number): Refusal {
  const refusal = own ? deleteAddress(target.device, own) : null
  return refusal ?? (address.text === '0.0.0.0' ? null : put(target, withLength(address, length)))
}

/** `add` and `del` are for IPv6; of IPv4 they make labels of their own counting. */
function addOrDelete({ device }: Target, word: Word, value: Word | undefined): Outcome {
  const prefix = parsePrefixOrAddress(value?.text ?? '')
  if (prefix?.family !== 'ipv6')
    return leftOut(
      said`${quote(`${word.text} ${value?.text ?? ''}`.trim())} of ifconfig is for IPv6 addresses.`,
      said`Write \`ip addr ${word.text} ... dev ${device.name}\`.`,
      value ?? word,
    )
  if (word.text === 'add') return outcomeOf(addAddress(device, prefix), value)
  return deleteAddress(device, prefix) ? nothingThere : success
}
