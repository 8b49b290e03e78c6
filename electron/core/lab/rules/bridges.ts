import { quote } from '../describe.js'
import { error, warning } from '../finding.js'
import type { Finding } from '../finding.js'
import { isShare } from '../lab.js'
import type { IndexedNamespace, LabIndex, Rule } from './lab-index.js'
import { interfaceExists } from './references.js'
import { said } from '../../words/said.js'

/** BR_MAX_PORTS less port number 0 (net/bridge/br_private.h): one more port and the kernel says EXFULL. */
const maxPorts = 1023

export const bridgeRules: Rule = function* (lab) {
  for (const namespace of lab.namespaces.values()) yield* portsOf(lab, namespace)
}

function* portsOf(lab: LabIndex, namespace: IndexedNamespace): Iterable<Finding> {
  const taken = new Map<string, string>()
  for (const [bridge, entry] of Object.entries(namespace.entry.bridges ?? {})) {
    const base = [...namespace.path, 'bridges', bridge, 'ports']
    const ports = entry?.ports ?? []
    if (ports.length > maxPorts) {
      yield error(
        'too-many-ports',
        base,
        said`Bridge ${quote(bridge)} has ${ports.length} ports; the kernel allows ${maxPorts}.`,
        said`Split it into two bridges joined by a link.`,
      )
    }
    for (const [i, port] of ports.entries()) {
      const path = [...base, i]
      const before = taken.get(port)
      if (before !== undefined) {
        const message =
          before === bridge
            ? said`Port ${quote(port)} is listed twice.`
            : said`${quote(port)} is a port of bridge ${quote(before)} already.`
        yield error('port-twice', path, message, said`An interface is a port of one bridge.`)
        continue
      }
      taken.set(port, bridge)
      yield* interfaceExists(lab, namespace.name, port, path)
      const device = namespace.interfaces.get(port)
      if (port === 'lo') yield error('bad-port', path, said`"lo" cannot be a port of a bridge.`)
      else if (device?.mentions.some((mention) => mention.kind === 'bridge')) {
        yield error(
          'bad-port',
          path,
          said`${quote(port)} is a bridge; a bridge cannot be a port of a bridge.`,
          said`Join the two with a link: one end in each.`,
        )
      } else if (device?.mentions.some(isShare)) {
        yield error(
          'bad-port',
          path,
          said`${quote(port)} shares the cable of another interface; a lab makes it no port of a bridge.`,
          said`Give the bridge that interface, or a cable of its own.`,
        )
      } else if (device && device.addresses.length > 0) {
        yield warning(
          'address-on-port',
          path,
          said`${quote(port)} is a port of ${quote(bridge)} but has an address of its own.`,
          said`A port works at layer 2; give the address to ${bridge}.`,
        )
      }
    }
  }
}
