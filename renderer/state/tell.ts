/** Short words that come and go by themselves: what was done, and what could not be done. */
import { toast } from 'svelte-sonner'
import type { Failure } from '../../electron/core/rpc.js'

export function say(text: string): void {
  toast(text)
}

/** The kernel's own words follow the sentence, where there are any. */
export function tell(failure: Failure): void {
  toast.error(
    failure.message,
    failure.output && !failure.message.includes(failure.output) ? { description: failure.output } : {},
  )
}
