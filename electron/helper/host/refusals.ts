/** Why a lab on the machine itself is not built, changed or taken down, in words. */
import { failure } from '../../core/failure.js'
import type { Failure } from '../../core/rpc.js'
import { said } from '../../core/words/said.js'
import type { Undone } from '../journal/undo.js'
import { vethlab } from '../own-command.js'

export const busy = failure(
  'host-busy',
  said`Another Vethlab session has a lab on this machine; one at a time. Stop that one, or close its window.`,
)

export const notShown = failure(
  'not-shown',
  said`Nothing was changed: on this machine only that runs which has been shown. Look at the plan first.`,
)

export const planChanged = failure(
  'plan-changed',
  said`Nothing of this plan was carried out: this machine has changed since it was shown. Look at the plan as it is now.`,
)

export const nobodyThere = failure(
  'halted',
  said`Nobody is there any more for whom the lab would be built; nothing of it stays.`,
)

export const refusal = ({ refused }: Undone): Failure | null =>
  refused.length === 0
    ? null
    : failure(
        'undo-refused',
        refused.length === 1
          ? said`One thing that the lab made on this machine could not be undone; the rest is. Try again with: ${vethlab('recover')}`
          : said`${refused.length} things that the lab made on this machine could not be undone; the rest is. Try again with: ${vethlab('recover')}`,
        null,
        refused.join('\n'),
      )
