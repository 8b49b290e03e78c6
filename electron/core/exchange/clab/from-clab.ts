/**
 * `vethlab import --from clab`: a containerlab topology as a lab. Nodes become namespaces, links veth pairs, and the
 * `exec` lines are followed as those of a script; no image is fetched and nothing is run.
 */
import { decode } from '../../lab/decode.js'
import { isRecord } from '../../lab/schema-shape.js'
import { readYaml } from '../../lab/yaml-read.js'
import { plainValue } from '../../lab/yaml-value.js'
import { setSysctl } from '../commands/sysctl.js'
import { failedImport, finishImport, labNameFrom, ofYaml, unreadable, type Imported } from '../imported.js'
import { emptyNetwork, type Network } from '../network/network.js'
import { labOf } from '../network/to-lab.js'
import { collectNotices, leftOutFor } from '../notice.js'
import { Interpreter } from '../shell/interpret.js'
import { splitWords } from '../shell/split.js'
import { readLinks } from './links.js'
import { readNodes, type Place } from './nodes.js'
import { oneSource } from '../sources.js'
import { templateIn } from '../template.js'
import { levelsOf, Topology } from './topology.js'
import { withoutEnvironment } from './words.js'
import { said } from '../../words/said.js'

/** `file` is the name that places carry. Never throws, and takes bounded time. */
export function importClab(input: string | Uint8Array, file: string): Imported {
  const decoded = decode(input)
  if (decoded.finding) return unreadable(decoded, file)
  const { text } = decoded
  const read = readYaml(text)
  const template = templateIn(text)
  const isRead = read.document !== null && plainValue(read.document).findings.length === 0
  if (template && !isRead)
    return failedImport(text, file, [{ code: 'template', offset: template.offset, ...template.notice }])
  if (!read.document) return failedImport(text, file, read.findings.map(ofYaml))
  const plain = plainValue(read.document)
  if (plain.findings.length > 0) return failedImport(text, file, plain.findings.map(ofYaml))
  const notices = collectNotices(oneSource(file, text))
  const topology = new Topology(read.document, plain.value, notices.tell)
  if (!isRecord(topology.at(['topology', 'nodes']))) {
    const message = said`This is no containerlab topology: it has no \`topology\` with \`nodes\`.`
    const hint = isRecord(plain.value) && 'vethlab' in plain.value ? said`It is a lab file already.` : null
    return failedImport(text, file, [{ code: 'no-topology', message, hint, offset: 0 }])
  }
  leaveOutRest(topology)
  const network = emptyNetwork()
  const places = readNodes(topology, network)
  readLinks(topology, network, places)
  runCommands(topology, network, places)
  const name = topology.text(['name'])
  return finishImport(
    labOf(network, name === null ? labNameFrom(file) : labNameFrom(`${name}.yml`), notices.tell),
    notices.list(),
  )
}

/** What stands around nodes and links. */
function leaveOutRest(topology: Topology): void {
  for (const key of topology.keys([])) {
    if (key === 'name' || key === 'topology') continue
    topology.leaveOut([key], leftOutFor(key, key === 'mgmt' ? said`a lab has no management network` : undefined))
  }
  for (const key of topology.keys(['topology'])) {
    if (!['nodes', 'links', 'defaults', 'kinds', 'groups'].includes(key))
      topology.leaveOut(['topology', key], leftOutFor(key))
  }
}

/** Settings and commands of every node, in the order of the file, after all links are there. */
function runCommands(topology: Topology, network: Network, places: ReadonlyMap<string, Place>): void {
  const interpreter = new Interpreter(network, topology.tell)
  for (const node of topology.keys(['topology', 'nodes'])) {
    const place = places.get(node)
    if (!place || place.bridge) continue
    for (const level of levelsOf(topology, node).paths) {
      for (const key of place.shared ? [] : topology.keys([...level, 'sysctls'])) {
        const path = [...level, 'sysctls', key]
        const outcome = setSysctl(place.namespace, key, topology.text(path) ?? '', {
          text: key,
          offset: topology.offset(path),
        })
        if (outcome.notice) topology.tell(outcome.offset ?? topology.offset(path), outcome.notice)
      }
      topology.list([...level, 'exec']).forEach((line, i) => {
        const path = [...level, 'exec', i]
        const offset = topology.valueOffset(path)
        const text = typeof line === 'string' ? withoutEnvironment(line) : null
        if (text !== null) interpreter.words(splitWords(text, offset), place.namespace)
        else
          topology.tell(offset, { message: said`This command depends on the environment of containerlab.`, hint: null })
      })
    }
  }
}
