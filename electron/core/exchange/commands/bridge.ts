/** `bridge vlan add|del`, `bridge link set`: what ports are set to. */
import { quote } from '../../lab/describe.js'
import { portSettings, type PortSetting } from '../../lab/lab.js'
import { addVlan, deleteVlan } from '../network/bridge.js'
import { findDevice } from '../network/links.js'
import type { Device } from '../network/network.js'
import type { Word } from '../shell/word.js'
import { Cursor, harmless, leftOut, nothingThere, refused, success, wholeNumber } from './command.js'
import type { Context, Outcome } from './command.js'
import { tunnelFdb } from './ip-tunnel.js'
import { findNamespace } from './namespaces.js'
import { said } from '../../words/said.js'

export function bridge(context: Context, words: readonly Word[]): Outcome {
  const cursor = new Cursor(words, 1)
  let at = context
  for (let word = cursor.peek(); word?.text.startsWith('-'); word = cursor.peek()) {
    cursor.next()
    if (!/^--?n(?:etns)?$/.test(word.text)) continue
    const name = cursor.next()
    const namespace = findNamespace(context.network, name?.text ?? '')
    if ('message' in namespace) return refused(namespace, name)
    at = { ...context, namespace }
  }
  const object = cursor.next()
  const verb = cursor.next()
  const looks = verb === undefined || /^(?:show|list|monitor)$/.test(verb.text)
  if (looks || object === undefined) return harmless
  if (object.text === 'vlan' && /^(?:add|del|delete)$/.test(verb.text))
    return portVlan(at, cursor, verb.text === 'add', verb)
  if (object.text === 'link' && verb.text === 'set') return portSet(at, cursor)
  if (object.text === 'fdb' && /^(?:append|add|replace|del|delete)$/.test(verb.text)) return tunnelFdb(at, cursor, verb)
  return leftOut(said`A lab file has no words for ${quote(`bridge ${object.text}`)}.`, null, object)
}

/** A bridge, or one of its ports. */
function switchPart({ namespace }: Context, name: Word | undefined, self: boolean): Device | Outcome {
  const device = findDevice(namespace, name?.text ?? '')
  if ('message' in device) return refused(device, name)
  if (self ? device.kind === 'bridge' : device.master?.kind === 'bridge') return device
  return noPort(device, name)
}

export const noPort = ({ name }: Device, word: Word | undefined): Outcome =>
  refused(
    {
      message: said`${quote(name)} is no port of a bridge at this point.`,
      hint: said`Write \`ip link set ${name} master BRIDGE\` before it.`,
    },
    word,
  )

function portVlan(context: Context, cursor: Cursor, isAdded: boolean, verb: Word): Outcome {
  let [name, range]: [Word | undefined, Word | undefined] = [undefined, undefined]
  const flags = new Set<string>()
  for (let word = cursor.next(); word; word = cursor.next()) {
    if (word.text === 'dev') name = cursor.next()
    else if (word.text === 'vid') range = cursor.next()
    else if (/^(?:pvid|untagged|self|master)$/.test(word.text)) flags.add(word.text)
    else return leftOut(said`${quote(word.text)} of a port's VLAN is nothing a lab file can say.`, null, word)
  }
  const device = switchPart(context, name, flags.has('self'))
  if ('status' in device) return device
  const [first, last] = (range?.text ?? '').split('-').map((text) => wholeNumber(text, 1, 4094))
  if (first === undefined || first === null || last === null || (last ?? first) < first)
    return leftOut(said`${quote(range?.text ?? '')} is no VLAN from 1 to 4094.`, null, range ?? verb)
  const { state } = device
  let had = false
  for (let id = first; id <= (last ?? first); id++)
    if (isAdded) addVlan(state, { id, pvid: flags.has('pvid'), untagged: flags.has('untagged') })
    else had = deleteVlan(state, id) || had
  return isAdded || had ? success : nothingThere
}

function portSet(context: Context, cursor: Cursor): Outcome {
  if (cursor.peek()?.text === 'dev') cursor.next()
  const name = cursor.next()
  const device = switchPart(context, name, false)
  if ('status' in device) return device
  setSwitches(context, cursor, device)
  return success
}

/** Words of a port: `hairpin on`, `isolated on`; what a lab file has no word for is named. */
export function setSwitches({ tell }: Context, cursor: Cursor, device: Device): void {
  for (let word = cursor.next(); word; word = cursor.next()) {
    const { text, offset } = word
    if (text === 'self' || text === 'master') continue
    const value = cursor.next()
    const setting = portSettings.find((each): each is PortSetting => each === text)
    if (setting) device.state.switches.set(setting, /^(?:on|1)$/.test(value?.text ?? ''))
    else
      tell(offset, {
        message: said`${quote(`${text} ${value?.text ?? ''}`.trim())} of a bridge port is left out; a lab file has no word for it.`,
        hint: null,
      })
  }
}
