/** The sentences of a diagnosis are written where causes are found; the window has them by the same keys. */
import { sentences } from '../../../electron/core/diagnosis/words.js'

type Prefixed = { readonly [Key in keyof typeof sentences as `cause.${Key}`]: (typeof sentences)[Key] }

export const diagnosis = Object.fromEntries(
  Object.entries(sentences).map(([key, sentence]) => [`cause.${key}`, sentence]),
) as Prefixed
