/**
 * `vethlab import --from miniedit`: a topology that Mininet's MiniEdit has saved (`.mn`, JSON) as a lab. Hosts and legacy
 * routers become namespaces, switches bridges of the host, where Mininet has them, too.
 */
import { decode } from '../../lab/decode.js'
import { isRecord } from '../../lab/schema-shape.js'
import { readYaml } from '../../lab/yaml-read.js'
import { plainValue } from '../../lab/yaml-value.js'
import { quote } from '../../lab/describe.js'
import { said } from '../../words/said.js'
import { failedImport, finishImport, labNameFrom, ofYaml, unreadable, type Imported } from '../imported.js'
import { emptyNetwork } from '../network/network.js'
import { labOf } from '../network/to-lab.js'
import { collectNotices, leftOutFor } from '../notice.js'
import { PlacedValues } from '../placed-values.js'
import { Interpreter } from '../shell/interpret.js'
import { oneSource } from '../sources.js'
import { readLinks } from './links.js'
import { readNodes } from './nodes.js'
import { setUp } from './set-up.js'

/** `file` is the name that places carry; the lab is called after it. Never throws, and takes bounded time. */
export function importMiniEdit(input: string | Uint8Array, file: string): Imported {
  const decoded = decode(input)
  if (decoded.finding) return unreadable(decoded, file)
  const { text } = decoded
  // JSON is YAML, and its reader knows the place of everything.
  const read = readYaml(text)
  if (!read.document) return failedImport(text, file, read.findings.map(ofYaml))
  const plain = plainValue(read.document)
  if (plain.findings.length > 0) return failedImport(text, file, plain.findings.map(ofYaml))
  const notices = collectNotices(oneSource(file, text))
  const values = new PlacedValues(read.document, plain.value, notices.tell)
  if (!isRecord(plain.value) || !Array.isArray(plain.value['hosts']) || !Array.isArray(plain.value['switches'])) {
    const message = said`This is no topology of MiniEdit: it has no lists of \`hosts\` and \`switches\`.`
    return failedImport(text, file, [{ code: 'no-miniedit', message, hint: null, offset: 0 }])
  }
  leaveOutRest(values)
  const network = emptyNetwork()
  const nodes = readNodes(values, network)
  readLinks(values, network, nodes)
  setUp(values, nodes, new Interpreter(network, notices.tell))
  return finishImport(labOf(network, labNameFrom(file), notices.tell), notices.list())
}

const known = new Set(['hosts', 'switches', 'links', 'controllers', 'application', 'version'])

function leaveOutRest(values: PlacedValues): void {
  for (const key of values.keys([]).filter((each) => !known.has(each))) values.leaveOut([key], leftOutFor(key))
  values.list(['controllers']).forEach((_, i) => {
    const name = values.text(['controllers', i, 'opts', 'hostname']) ?? 'c0'
    values.leaveOut(
      ['controllers', i],
      said`The controller ${quote(name)} is left out: bridges of a lab learn by themselves, as the usual controller has it.`,
    )
  })
  for (const [path, key] of [
    [['application', 'netflow'], 'nflowTarget'],
    [['application', 'sflow'], 'sflowTarget'],
    [['application'], 'dpctl'],
  ] as const)
    if ((values.text([...path, key]) ?? '') !== '') values.leaveOut([...path, key], leftOutFor(key))
  const first = (['hosts', 'switches'] as const).find((list) => values.list([list]).length > 0)
  if (first !== undefined && values.at([first, 0, 'x']) !== undefined)
    values.leaveOut([first, 0, 'x'], said`The places of the drawing are left out: switches are no boxes of a lab.`)
}
