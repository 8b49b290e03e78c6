/** Sentences that core, the helper and the shell say (`said` in their source), by their English pattern. */
import { helper } from './said/helper.js'
import { labMeaning } from './said/lab-meaning.js'
import { labText } from './said/lab-text.js'
import { session } from './said/session.js'

export const saidInChinese: Readonly<Record<string, string>> = { ...labText, ...labMeaning, ...helper, ...session }
