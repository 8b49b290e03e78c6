/**
 * `vethlab import --from kathara`: a Kathara lab, which is a folder with `lab.conf` and start-up files, as a lab. Devices
 * become namespaces, collision domains bridges of the host; start-up files are followed as scripts of their device.
 */
import { decode } from '../../lab/decode.js'
import { quote } from '../../lab/describe.js'
import { said } from '../../words/said.js'
import { labConf, whyUnread, type Folder, type WhyUnread } from '../folder.js'
import { failedImport, finishImport, labNameFrom, unreadable, type Imported } from '../imported.js'
import { emptyNetwork } from '../network/network.js'
import { labOf } from '../network/to-lab.js'
import { collectNotices, leftOutFor, type Tell } from '../notice.js'
import { Interpreter } from '../shell/interpret.js'
import { Sources } from '../sources.js'
import { forwardIpv6, readDevices, type KatharaDevice } from './devices.js'
import { readLabConf, type LabConf } from './lab-conf.js'

/** `name`: what the lab is called where `lab.conf` does not say. Never throws, and takes bounded time. */
export function importKathara(folder: Folder, name: string): Imported {
  const file = `${folder.prefix}${labConf}`
  const decoded = decode(folder.files.get(labConf) ?? '')
  if (decoded.finding) return unreadable(decoded, file)
  const text = plain(decoded.text)
  const conf = readLabConf(text)
  if (conf.devices.length === 0) {
    const message = said`This is no lab of Kathara: no line says DEVICE[0]="DOMAIN".`
    return failedImport(text, file, [{ code: 'no-kathara', message, hint: null, offset: 0 }])
  }
  const sources = new Sources()
  sources.add(file, text)
  const notices = collectNotices(sources)
  const network = emptyNetwork()
  const title = aboutOf(conf, notices.tell)
  const shell = new Interpreter(network, notices.tell)
  const devices = readDevices(conf, network, notices.tell)
  const given = { folder, sources, shell, tell: notices.tell }
  tellRest(given, devices)
  for (const device of devices) start(given, device)
  forwardIpv6(devices)
  const lab = labOf(network, labNameFrom(title.name ?? name), notices.tell)
  const { description } = title
  return finishImport({ ...lab, ...(description === null ? {} : { description }) }, notices.list())
}

const plain = (text: string): string => text.replace(/^\ufeff/, ' ').replace(/\r\n/g, '\n')

interface Given {
  readonly folder: Folder
  readonly sources: Sources
  readonly shell: Interpreter
  readonly tell: Tell
}

function aboutOf({ about, strange }: LabConf, tell: Tell): { name: string | null; description: string | null } {
  let [name, description]: [string | null, string | null] = [null, null]
  for (const { key, value, offset } of about) {
    if (key === 'LAB_NAME') name = value
    else if (key === 'LAB_DESCRIPTION') description = value || null
    else tell(offset, { message: leftOutFor(key), hint: null })
  }
  for (const { offset, text } of strange)
    tell(offset, {
      message: said`${quote(text)} is left out: it is not of the form DEVICE[KEY]="VALUE".`,
      hint: null,
    })
  return { name, description }
}

/** What lies in the folder and is nobody's, or tells a program of a device what to do. */
function tellRest({ folder, tell }: Given, devices: readonly KatharaDevice[]): void {
  if (folder.alone)
    tell(0, {
      message: said`Only ${quote(labConf)} was read; the start-up files that lie beside it are left out.`,
      hint: said`Open it where it lies, or import the whole folder.`,
    })
  const names = new Set(devices.map(({ name }) => name))
  for (const path of folder.files.keys()) {
    const [, of] = /^(.+)\.startup$/.exec(path) ?? []
    if (of !== undefined && of !== 'shared' && !names.has(of))
      tell(0, { message: leftOutFor(path, said`${quote(labConf)} has no device of that name`), hint: null })
  }
  tellUnread(folder, tell)
  if (folder.lookedAt !== undefined)
    tell(0, {
      message: said`The folder holds more than the ${folder.lookedAt} files and folders that were looked at, those that lie nearest; what lies beyond is left out.`,
      hint: said`Move what is not of the lab out of the folder.`,
    })
  for (const path of folder.others) {
    const device = devices.find(({ name }) => path.startsWith(`${name}/`))
    if (/\.shutdown$|^lab\.dep$/.test(path)) continue
    const why = device
      ? said`a namespace shares the files of your machine`
      : path === 'lab.ext'
        ? said`a lab is connected to no interface of your machine`
        : null
    if (why) tell(device?.offset ?? 0, { message: leftOutFor(path, why), hint: null })
  }
}

/** Names of one kind that are listed. */
const maxUnread = 20

/** Each by its name, which a list of the kinds of what is left out would hide. */
function tellUnread({ unread = [] }: Folder, tell: Tell): void {
  const kinds = new Map<WhyUnread, string[]>()
  for (const { path, why } of unread) kinds.set(why, [...(kinds.get(why) ?? []), quote(path)])
  for (const [why, paths] of kinds) {
    const names = paths.slice(0, maxUnread).join(', ') + (paths.length > maxUnread ? ', ...' : '')
    tell(0, { message: said`Left out of the folder (${whyUnread[why]}): ${names}.`, hint: null })
  }
}

/** In Kathara's order: what is shared, the device's own, then its `exec` lines. */
function start({ folder, sources, shell, tell }: Given, device: KatharaDevice): void {
  shell.fresh(device.key)
  for (const file of ['hosts', 'resolv.conf']) {
    const text = textOf(folder, `${device.name}/etc/${file}`)
    if (text !== null) shell.has(`/etc/${file}`, text, device.offset)
  }
  for (const path of ['shared.startup', `${device.name}.startup`]) {
    const text = textOf(folder, path)
    if (text === null) {
      if (folder.files.has(path))
        tell(device.offset, { message: said`The file ${quote(path)} is not read.`, hint: null })
      continue
    }
    shell.whole(text, device.namespace, sources.add(`${folder.prefix}${path}`, text))
  }
  for (const { value, offset, text } of device.exec)
    shell.whole(value, device.namespace, offset + Math.max(text.indexOf(value), 0))
}

/** Null where there is no such file, or no text. */
function textOf({ files }: Folder, path: string): string | null {
  const bytes = files.get(path)
  if (bytes === undefined) return null
  const { text, finding } = decode(bytes)
  return finding ? null : plain(text)
}
