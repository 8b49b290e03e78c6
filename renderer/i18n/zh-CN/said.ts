/** Sentences that core, the helper and the shell say (`said` in their source), by their English pattern. */
import { change } from './said/change.js'
import { challenges } from './said/challenges.js'
import { conflicts } from './said/conflicts.js'
import { films } from './said/films.js'
import { helper } from './said/helper.js'
import { imports } from './said/imports.js'
import { labMeaning } from './said/lab-meaning.js'
import { recorder } from './said/recorder.js'
import { predictions } from './said/predictions.js'
import { readBacks } from './said/read-backs.js'
import { shares } from './said/shares.js'
import { labText } from './said/lab-text.js'
import { session } from './said/session.js'

export const saidInChinese: Readonly<Record<string, string>> = {
  ...labText,
  ...change,
  ...challenges,
  ...conflicts,
  ...imports,
  ...labMeaning,
  ...recorder,
  ...predictions,
  ...shares,
  ...readBacks,
  ...films,
  ...helper,
  ...session,
}
