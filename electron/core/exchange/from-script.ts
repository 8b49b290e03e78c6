/**
 * `vethlab import --from script`: a shell script that builds a network, as a lab. The script is read, never run: what
 * its commands would make is worked out in a model, in the order in which they stand.
 */
import { decode } from '../lab/decode.js'
import type { LabFile } from '../lab/schema.js'
import { finishImport, labNameFrom, unreadable, type Imported } from './imported.js'
import { emptyNetwork } from './network/network.js'
import { labOf } from './network/to-lab.js'
import { collectNotices } from './notice.js'
import { oneSource } from './sources.js'
import { templateIn } from './template.js'
import type { Fates } from './shell/fates.js'
import { interpret } from './shell/interpret.js'
import type { Standing } from './shell/standing.js'

/** `file` is the name that places carry; the lab is called after it. Never throws, and takes bounded time. */
export function importScript(input: string | Uint8Array, file: string): Imported {
  const decoded = decode(input)
  if (decoded.finding) return unreadable(decoded, file)
  const text = decoded.text.replace(/^\ufeff/, ' ').replace(/\r\n/g, '\n')
  const name = labNameFrom(file)
  const whole = follow(text, file, name)
  const until = whole.standing.before(whole.labFile === null)
  if (until === null) return { ...finishImport(whole.file, whole.notices), followed: whole.followed }
  const before = follow(text, file, name, until)
  return { ...finishImport(before.file, before.notices), followed: before.followed }
}

interface Followed {
  readonly file: LabFile
  /** The lab, or null where it is none. */
  readonly labFile: LabFile | null
  readonly notices: Imported['notices']
  readonly standing: Standing
  readonly followed: NonNullable<Imported['followed']>
}

function follow(text: string, file: string, name: string, until?: number): Followed {
  const network = emptyNetwork()
  const notices = collectNotices(oneSource(file, text))
  const template = templateIn(text)
  if (template) notices.tell(template.offset, template.notice)
  const { standing, fates } = interpret(text, network, notices.tell, until)
  const made = labOf(network, name, notices.tell)
  const followed = {
    understood: fates.count('understood'),
    named: fates.count('named'),
    harmless: fates.count('without-effect'),
  }
  return { file: made, labFile: finishImport(made, []).labFile, notices: notices.list(), standing, followed }
}

/** What became of each command of the script, by the offset at which it stands. */
export function accountOf(text: string): Fates {
  return interpret(text, emptyNetwork(), () => {}).fates
}
