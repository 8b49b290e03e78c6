/**
 * `vethlab import --from script`: a shell script that builds a network, as a lab. The script is read, never run: what
 * its commands would make is worked out in a model, in the order in which they stand.
 */
import { decode } from '../lab/decode.js'
import { finishImport, labNameFrom, unreadable, type Imported } from './imported.js'
import { emptyNetwork } from './network/network.js'
import { labOf } from './network/to-lab.js'
import { collectNotices } from './notice.js'
import { interpret } from './shell/interpret.js'

/** `file` is the name that places carry; the lab is called after it. Never throws, and takes bounded time. */
export function importScript(input: string | Uint8Array, file: string): Imported {
  const decoded = decode(input)
  if (decoded.finding) return unreadable(decoded, file)
  const text = decoded.text.replace(/^\ufeff/, ' ')
  const network = emptyNetwork()
  const notices = collectNotices(text, file)
  interpret(text, network, notices.tell)
  const labFile = labOf(network, labNameFrom(file), notices.tell)
  return finishImport(labFile, notices.list())
}
