/** `ip link add link X name Y type macvlan|ipvlan mode M`. */
import { quote } from '../../lab/describe.js'
import type { LabShare } from '../../lab/lab.js'
import { ipvlanModes, macvlanModes } from '../../lab/schema.js'
import { shareRefusal } from '../network/shares.js'
import type { Device } from '../network/network.js'
import type { Notice } from '../notice.js'
import type { Word } from '../shell/word.js'
import { said } from '../../words/said.js'
import { leftOut, type Context, type Cursor, type Outcome } from './command.js'

/** iproute2's own where none is said (macvlan_common_newlink, ipvlan_link_new). */
const usualMode = { macvlan: 'vepa', ipvlan: 'l3' } as const
const modes: Readonly<Record<LabShare['kind'], readonly string[]>> = { macvlan: macvlanModes, ipvlan: ipvlanModes }

/** How the words say that a parent is shared; a notice where no lab, or no kernel, has it. */
export function readShare(
  context: Context,
  cursor: Cursor,
  kind: LabShare['kind'],
  parent: Device,
  name: string,
): Device['share'] | Notice {
  let mode: string = usualMode[kind]
  for (let word: Word | undefined = cursor.next(); word; word = cursor.next()) {
    const value = word.text === 'mode' ? cursor.next() : undefined
    const bare = modes[kind].includes(word.text) ? word.text : undefined
    const wanted = value?.text ?? bare
    if (wanted !== undefined && modes[kind].includes(wanted)) mode = wanted
    // What an ipvlan is anyway.
    else if (kind === 'ipvlan' && word.text === 'bridge') continue
    else if (word.text === 'mode')
      return {
        message: said`${quote(value?.text ?? '')} is no mode of a ${kind}.`,
        hint: said`Modes: ${modes[kind].join(', ')}.`,
      }
    else
      context.tell(word.offset, {
        message: said`${quote(word.text)} of the ${kind} is left out; a lab file has no word for it.`,
        hint: null,
      })
  }
  return shareRefusal(kind, parent, name, mode) ?? { parent, mode }
}

export const vlanOnShare = ({ name }: Device, word: Word): Outcome =>
  leftOut(
    said`${quote(name)} shares the cable of another interface; a lab puts no VLAN on it.`,
    said`Put the VLAN on that interface, and the other one on the VLAN.`,
    word,
  )
