/** What stands beside a namespace of this machine: what kind of thing it is, and what else it is called. */
import { hostNamespace } from '../../electron/core/lab/lab.js'
import { plainLine } from '../../electron/core/lab/plain-text.js'
import type { MachineName, MachineNamespace } from '../../electron/core/machine/view.js'
import { elide } from '../canvas/measure.js'
import { t } from '../i18n/text.svelte.js'

/** Characters of a name on the picture and in a list; a hostile one may fill the screen. */
const shown = { picture: 24, list: 60 } as const

/** `docker container`, `systemd unit`, `ip netns`. */
export function kindWords({ kind, engine }: MachineName): string {
  return engine === null || kind === 'unit' ? t(`machine.kind.${kind}`) : `${engine} ${t(`machine.kind.${kind}`)}`
}

export const shortName = (name: string, most: number = shown.list): string => elide(plainLine(name), most)

/** @param key as the picture names it already */
export function captionOf({ names, default: isDefault }: MachineNamespace, key: string): string {
  if (isDefault) return t('machine.own')
  const [first, second] = names
  if (!first) return ''
  const own = first.name === key ? '' : ` ${shortName(first.name, shown.picture)}`
  const more = second ? t('machine.also', { name: shortName(second.name, shown.picture) }) : ''
  return `${kindWords(first)}${own}${more}`
}

/** What a person calls it in a list. */
export const titleOf = ({ names: [first], id, default: isDefault }: MachineNamespace): string =>
  isDefault ? hostNamespace : first ? shortName(first.name) : id
