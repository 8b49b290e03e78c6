/** What was typed into the fields of one object, made a change of the lab: each returns why not, or null. */
import type { LabChange } from '../../../electron/core/change/lab-change.js'
import { t } from '../../i18n/text.svelte.js'
import type { Editor } from '../editor.svelte.js'
import { whyNot } from '../why-not.js'

/** @param what the key, as the step's name says it */
export type Take = (what: string, ...changes: readonly LabChange[]) => string | null

/** @param name of the object, as the step's name says it */
export const takeFor =
  (editor: Editor, name: string): Take =>
  (what, ...changes) =>
    changes.length === 0 ? null : whyNot(editor.set(changes, t('edit.set', { what, name })))

/** A number of bytes; nothing typed is null, the kernel's choice. What an MTU may be is for the lab's own rules to say. */
export function takeMtu(take: Take, text: string, change: (mtu: number | null) => LabChange): string | null {
  if (text !== '' && !/^[0-9]{1,9}$/.test(text)) return t('edit.mtuWords')
  return take('MTU', change(text === '' ? null : Number(text)))
}
