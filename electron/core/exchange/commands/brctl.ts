/** `brctl`, which older texts use for what `ip link` does. */
import { quote } from '../../lab/describe.js'
import { noPort } from './bridge.js'
import { addDevice, deleteDevice, findDevice, setMaster } from '../network/links.js'
import type { Word } from '../shell/word.js'
import { harmless, leftOut, nothingThere, outcomeOf, refused, success, wholeNumber } from './command.js'
import type { Context, Outcome } from './command.js'
import { said } from '../../words/said.js'

/** Seconds, and a number. */
const settings = { setfd: 'forward-delay', setageing: 'ageing', setbridgeprio: 'priority' } as const

export function brctl({ network, namespace }: Context, words: readonly Word[]): Outcome {
  const [, verb, first, ...rest] = words
  if (!verb) return harmless
  const bridge = (): ReturnType<typeof findDevice> => findDevice(namespace, first?.text ?? '')
  switch (verb.text) {
    case 'show':
    case 'showmacs':
    case 'showstp':
      return harmless
    case 'addbr': {
      const made = addDevice(namespace, 'bridge', first?.text ?? '')
      return 'message' in made ? refused(made, first) : success
    }
    case 'delbr': {
      const found = bridge()
      return 'message' in found ? nothingThere : outcomeOf(deleteDevice(network, found), first)
    }
    case 'addif':
    case 'delif': {
      const found = bridge()
      if ('message' in found) return refused(found, first)
      for (const word of rest) {
        const port = findDevice(namespace, word.text)
        if ('message' in port) return refused(port, word)
        const wrong = setMaster(port, verb.text === 'addif' ? found : null)
        if (wrong) return refused(wrong, word)
      }
      return success
    }
    case 'stp': {
      const found = bridge()
      if ('message' in found) return refused(found, first)
      found.stp = /^(?:on|yes|1)$/.test(rest[0]?.text ?? '')
      return success
    }
    case 'setfd':
    case 'setageing':
    case 'setbridgeprio': {
      const found = bridge()
      if ('message' in found) return refused(found, first)
      const [value] = rest
      const number = wholeNumber(value?.text.replace(/\.\d*$/, ''), 0, 1_000_000)
      if (number === null)
        return leftOut(said`${quote(value?.text ?? '')} is no number for ${quote(verb.text)}.`, null, value ?? verb)
      found.state.settings.set(settings[verb.text], number)
      return success
    }
    case 'hairpin': {
      const [name, value] = rest
      const port = findDevice(namespace, name?.text ?? '')
      if ('message' in port) return refused(port, name)
      if (port.master?.kind !== 'bridge' || port.master.name !== first?.text) return noPort(port, name)
      port.state.switches.set('hairpin', /^(?:on|yes|1)$/.test(value?.text ?? ''))
      return success
    }
    default:
      return leftOut(said`${quote(`brctl ${verb.text}`)} is nothing a lab file can say.`, null, verb)
  }
}
