/** `ip addr add|del|flush`. */
import { addressBits, type Prefix } from '../../lab/address.js'
import { quote } from '../../lab/describe.js'
import { addAddress, deleteAddress, dropAddresses } from '../network/addresses.js'
import { findDevice } from '../network/links.js'
import type { Word } from '../shell/word.js'
import { abbreviated, harmless, leftOut, nothingThere, outcomeOf, refused, success } from './command.js'
import type { Context, Cursor, Outcome } from './command.js'
import { givenPrefix } from './given-prefix.js'
import { isShowing, type IpOptions } from './ip-words.js'
import { said } from '../../words/said.js'

export function ipAddress(context: Context, cursor: Cursor, { family }: IpOptions): Outcome {
  if (isShowing(cursor)) return harmless
  const verb = cursor.next()
  const action = abbreviated(verb?.text ?? '', ['add', 'change', 'replace', 'delete', 'flush'])
  if (action === null) return leftOut(said`${quote(`ip addr ${verb?.text ?? ''}`)} is not understood.`, null, verb)
  let [prefix, name, peer]: [Prefix | null, Word | null, Word | null] = [null, null, null]
  for (let word = cursor.next(); word; word = cursor.next()) {
    switch (abbreviated(word.text, ['broadcast']) ?? word.text) {
      case 'dev':
        name = cursor.next() ?? null
        break
      // The kernel works out the one that everybody means; labels and scopes of use are for programs.
      case 'brd':
      case 'broadcast':
      case 'label':
      case 'valid_lft':
      case 'preferred_lft':
        cursor.next()
        break
      case 'scope': {
        const scope = cursor.next()
        if (scope?.text === 'global' || action === 'flush') break
        const message = said`The scope ${quote(scope?.text ?? '')} of the address is left out; a lab file has no word for it.`
        context.tell((scope ?? word).offset, { message, hint: null })
        break
      }
      case 'nodad':
      case 'home':
      case 'mngtmpaddr':
      case 'noprefixroute':
      case 'autojoin':
        if (word.text === 'noprefixroute')
          context.tell(word.offset, {
            message: said`"noprefixroute" is left out; a lab file has no word for it.`,
            hint: null,
          })
        break
      case 'local':
        break
      case 'peer':
      case 'remote':
        peer = cursor.next() ?? word
        break
      default: {
        const read = givenPrefix(word.text)
        if (!read || prefix)
          return leftOut(said`${quote(word.text)} in \`ip addr\` is nothing a lab file can say.`, null, word)
        prefix = read
      }
    }
  }
  if (peer && prefix) {
    // The kernel joins its own address, which is alone, to that of the other side (inet_rtm_newaddr, net/ipv4/devinet.c).
    prefix = { ...prefix, length: addressBits(prefix.family) }
    if (action !== 'delete')
      context.tell(peer.offset, {
        message: said`The peer ${quote(peer.text)} of the address is left out; a lab file has no word for it.`,
        hint: said`Add a route to it: ip route add ${peer.text} dev ${name?.text ?? 'NAME'}`,
      })
  }
  if (!name) return leftOut(said`\`ip addr\` does not say on which interface.`, said`Add \`dev\` and its name.`, verb)
  const device = findDevice(context.namespace, name.text)
  if ('message' in device) return action === 'add' || action === 'replace' ? refused(device, name) : nothingThere
  if (action === 'flush') {
    dropAddresses(device, family)
    return success
  }
  if (!prefix) return leftOut(said`\`ip addr\` names no address.`, said`Write it as 192.168.1.2/24.`, verb)
  if (action === 'delete') return deleteAddress(device, prefix) ? nothingThere : success
  const there = device.addresses.some((each) => each.text === prefix.text && each.length === prefix.length)
  return there && action !== 'add' ? success : outcomeOf(addAddress(device, prefix), verb)
}
