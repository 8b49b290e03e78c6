/** `vconfig add|rem`, which older texts use for VLAN sub-interfaces. */
import { quote } from '../../../lab/describe.js'
import { said } from '../../../words/said.js'
import { addSubInterface, deleteDevice, findDevice } from '../../network/links.js'
import type { Word } from '../../shell/word.js'
import { harmless, leftOut, nothingThere, outcomeOf, refused, success, wholeNumber } from '../command.js'
import type { Context, Outcome } from '../command.js'
import { vlanOnShare } from '../share.js'

export function vconfig({ network, namespace }: Context, words: readonly Word[]): Outcome {
  const [, verb, name, value] = words
  if (!verb) return harmless
  switch (verb.text) {
    case 'add': {
      const parent = findDevice(namespace, name?.text ?? '')
      if ('message' in parent) return refused(parent, name)
      if (parent.share) return vlanOnShare(parent, name ?? verb)
      const id = wholeNumber(value?.text, 1, 4094)
      if (id === null) return leftOut(said`${quote(value?.text ?? '')} is no VLAN from 1 to 4094.`, null, value ?? verb)
      // As the kernel names it where nobody has said otherwise (register_vlan_device, net/8021q/vlan.c).
      const made = addSubInterface(namespace, `${parent.name}.${id}`, { parent, id, protocol: '802.1q' })
      return 'message' in made ? refused(made, name) : success
    }
    case 'rem': {
      const device = findDevice(namespace, name?.text ?? '')
      return 'message' in device || !device.vlan ? nothingThere : outcomeOf(deleteDevice(network, device), name)
    }
    case 'set_name_type':
      if (name?.text === 'DEV_PLUS_VID_NO_PAD') return success
      return leftOut(
        said`The names of ${quote(name?.text ?? '')} are left out; a sub-interface is called as in eth0.5.`,
        said`Write \`ip link add link eth0 name vlan5 type vlan id 5\`.`,
        name ?? verb,
      )
    default:
      return leftOut(said`${quote(`vconfig ${verb.text}`)} is nothing a lab file can say.`, null, verb)
  }
}
