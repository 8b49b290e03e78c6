import { isLinkLocalIpv6, parseAddress } from '../address.js'
import { quote } from '../describe.js'
import { isResponder } from '../dnsmasq.js'
import { error, warning } from '../finding.js'
import { canonicalSocket, inTheWay, type ServiceSocket } from '../service.js'
import { badAddress } from './addresses.js'
import type { Rule } from './lab-index.js'
import { said } from '../../words/said.js'

/** What dnsmasq listens on for each kind of service, on every address of the namespace; advertisements need no port. */
const taking: readonly (readonly [kind: string, sockets: readonly ServiceSocket[]])[] = [
  ['dns', (['tcp', 'udp'] as const).map((listen) => ({ listen, port: 53 }))],
  ['dhcp', [{ listen: 'udp', port: 67 }]],
]

export const serviceRules: Rule = function* (lab) {
  for (const { name, path, entry, addresses } of lab.namespaces.values()) {
    const services = entry.services ?? []
    const servers = taking.filter(([kind]) => services.some((each) => kind in each)).flatMap(([, sockets]) => sockets)
    /** By protocol and port: a namespace may have thousands. */
    const taken = new Map(servers.map((socket) => [`${socket.listen} ${socket.port}`, [socket]]))
    for (const [i, service] of services.entries()) {
      if (!isResponder(service)) continue
      const at = [...path, 'services', i]
      const { listen, port, address: text } = service
      const socket = canonicalSocket(service)
      const others = taken.get(`${listen} ${port}`) ?? []
      if (others.some((each) => inTheWay(each, socket))) {
        yield error(
          'service-twice',
          [...at, 'port'],
          said`Something listens on ${listen} port ${port} in ${quote(name)} already.`,
          said`Choose another port.`,
        )
      }
      taken.set(`${listen} ${port}`, [...others, socket])
      if (text === undefined) continue
      const address = parseAddress(text)
      if (!address) yield badAddress(text, [...at, 'address'])
      else if (isLinkLocalIpv6(address))
        yield error(
          'service-address',
          [...at, 'address'],
          said`${text} is a link-local address, which every interface may have; a service cannot listen there.`,
          said`Name a global address, or none.`,
        )
      else if (!isLoopback(address.text) && !addresses.has(address.text))
        yield warning(
          'service-address',
          [...at, 'address'],
          said`No interface of ${quote(name)} has the address ${text}; nobody reaches the service there.`,
          said`Give it to an interface, or leave "address" out to listen on every one.`,
        )
    }
  }
}

/** `lo` has these without being told: the first is all of 127.0.0.0/8. */
const isLoopback = (address: string): boolean => /^127\.|^::1$/.test(address)
