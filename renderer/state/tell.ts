/** Short words that come and go by themselves: what was done, and what could not be done. */
import { toast } from 'svelte-sonner'
import { sentenceOf } from '../i18n/text.svelte.js'
import type { Problem } from '../../electron/core/lab/problem.js'
import type { DeployFailure, Failure } from '../../electron/core/rpc.js'

export interface Offer {
  readonly label: string
  readonly run: () => void
}

/**
 * @param about what it speaks of: only the last word about one thing is shown
 * @param offer what can be done about it
 */
export function say(text: string, about?: string, offer?: Offer): void {
  toast(text, {
    ...(about !== undefined && { id: about }),
    ...(offer && { action: { label: offer.label, onClick: () => offer.run() } }),
  })
}

/** What was said about it is no longer so. */
export function unsay(about: string): void {
  toast.dismiss(about)
}

/** The command that was refused, and the kernel's own words, where the sentence does not have them. */
export function detailsOf(failure: Failure | DeployFailure): readonly string[] {
  const output = failure.output && !failure.message.includes(failure.output) ? failure.output : ''
  return ['command' in failure ? failure.command : '', output].filter((each) => each !== '')
}

/** What was refused and the kernel's own words follow the sentence, where there are any. */
export function tell(failure: Failure | DeployFailure): void {
  const details = detailsOf(failure)
  toast.error(sentenceOf(failure), details.length > 0 ? { description: details.join('\n') } : {})
}

/** Why the lab was not changed: one reason is enough to go on with. */
export function tellFirst(problems: readonly Problem[]): void {
  for (const { code, message, said } of problems.slice(0, 1))
    tell({ code, message, ...(said && { said: said.message }), where: null, output: null })
}
