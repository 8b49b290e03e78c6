/** The source of all message keys. One file per part of the window; `zh-CN.ts` must have the same keys. */
import { challenge } from './en/challenge.js'
import { diagnosis } from './en/diagnosis.js'
import { dock } from './en/dock.js'
import { edit } from './en/edit.js'
import { file } from './en/file.js'
import { files } from './en/files.js'
import { frame } from './en/frame.js'
import { glossary } from './en/glossary.js'
import { guide } from './en/guide.js'
import { host } from './en/host.js'
import { inspector } from './en/inspector.js'
import { machine } from './en/machine.js'
import { predict } from './en/predict.js'
import { record } from './en/record.js'
import { diagnosisTitles, fields, trace } from './en/trace.js'
import { traffic } from './en/traffic.js'

export const en = {
  ...frame,
  ...file,
  ...files,
  ...guide,
  ...glossary,
  ...challenge,
  ...predict,
  ...record,
  ...host,
  ...inspector,
  ...machine,
  ...dock,
  ...edit,
  ...trace,
  ...traffic,
  ...diagnosisTitles,
  ...fields,
  ...diagnosis,
} as const
