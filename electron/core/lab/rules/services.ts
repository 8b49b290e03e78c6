import { isLinkLocalIpv6, parseAddress } from '../address.js'
import { quote } from '../describe.js'
import { isResponder } from '../dnsmasq.js'
import { error, warning } from '../finding.js'
import { canonicalSocket, inTheWay, type ServiceSocket } from '../service.js'
import { badAddress } from './addresses.js'
import type { Rule } from './lab-index.js'
import { said } from '../../words/said.js'

const dnsPort = 53

export const serviceRules: Rule = function* (lab) {
  for (const { name, path, entry, addresses } of lab.namespaces.values()) {
    /** By protocol and port: a namespace may have thousands. */
    const taken = new Map<string, ServiceSocket[]>()
    for (const [i, service] of (entry.services ?? []).entries()) {
      if (!isResponder(service)) {
        if ('dns' in service)
          for (const listen of ['tcp', 'udp'] as const) taken.set(`${listen} ${dnsPort}`, [{ listen, port: dnsPort }])
        continue
      }
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
