import type { Message } from './catalogue.js'
import type { en } from './en.js'
import { challenge } from './zh-CN/challenge.js'
import { diagnosis } from './zh-CN/diagnosis.js'
import { dock } from './zh-CN/dock.js'
import { edit } from './zh-CN/edit.js'
import { file } from './zh-CN/file.js'
import { files } from './zh-CN/files.js'
import { frame } from './zh-CN/frame.js'
import { glossary } from './zh-CN/glossary.js'
import { guide } from './zh-CN/guide.js'
import { host } from './zh-CN/host.js'
import { inspector } from './zh-CN/inspector.js'
import { machine } from './zh-CN/machine.js'
import { predict } from './zh-CN/predict.js'
import { record } from './zh-CN/record.js'
import { diagnosisTitles, fields, trace } from './zh-CN/trace.js'
import { traffic } from './zh-CN/traffic.js'

/** The compiler asks for every key of the English catalogue. */
export const zhCN: Readonly<Record<keyof typeof en, Message>> = {
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
}
