/** Whether a lab speaks IPv6 anywhere. If not, IPv6 is off in its namespaces and no neighbour discovery disturbs it. */
import { deviceEntries } from './device-tables.js'
import { familyOf, parseAddressPort } from './address.js'
import { isResponder } from './dnsmasq.js'
import type { CheckEntry, LabFile, ServiceEntry } from './schema.js'
import type { NamespaceEntry } from './rules/lab-index.js'
import { dottedSysctl } from './sysctl.js'

export function usesIpv6(labFile: LabFile): boolean {
  const entries = Object.values(labFile.namespaces ?? {})
  return (
    entries.some((entry) => entry !== null && namespaceUsesIpv6(entry)) ||
    (labFile.tunnels ?? []).some(
      (tunnel) =>
        tunnel.addresses?.some(isIpv6) ||
        (tunnel.type === 'wireguard'
          ? tunnel.peers?.some(({ endpoint, allowed }) => isIpv6(endpoint) || allowed.some(isIpv6))
          : isIpv6(tunnel.local) || isIpv6(tunnel.remote)),
    ) ||
    (labFile.checks ?? []).some(checkUsesIpv6)
  )
}

const isIpv6 = (text: string | undefined): boolean =>
  text !== undefined && text.includes(':') && (familyOf(text) ?? parseAddressPort(text)?.address.family) === 'ipv6'

const checkUsesIpv6 = (check: CheckEntry): boolean =>
  'dns' in check
    ? isIpv6(check.answer)
    : isIpv6('ping' in check ? check.ping : 'tcp' in check ? check.tcp : check.udp) || isIpv6(check.snat)

function serviceUsesIpv6(service: ServiceEntry): boolean {
  if (isResponder(service)) return isIpv6(service.address)
  if ('dns' in service)
    return Object.values(service.dns.records ?? {})
      .flat()
      .some(isIpv6)
  return 'ra' in service
}

function namespaceUsesIpv6(entry: NamespaceEntry): boolean {
  return (
    deviceEntries(entry).some(
      ([, , device]) => device?.['accept-ra'] === true || device?.addresses?.some(isIpv6) === true,
    ) ||
    (entry.resolver?.nameservers ?? []).some(isIpv6) ||
    Object.keys(entry.hosts ?? {}).some(isIpv6) ||
    (entry.neighbours ?? []).some(({ address }) => isIpv6(address)) ||
    (entry.routes ?? []).some((route) => isIpv6(route.to) || isIpv6(route.via) || isIpv6(route.source)) ||
    (entry.routes ?? []).some(({ nexthops = [] }) => nexthops.some(({ via }) => isIpv6(via))) ||
    (entry.rules ?? []).some((rule) => isIpv6(rule.from) || isIpv6(rule.to)) ||
    (entry.nat ?? []).some((nat) => Object.values(nat).some((value) => typeof value === 'string' && isIpv6(value))) ||
    (entry.firewall ?? []).some((rule) =>
      'policy' in rule ? rule.family === 'ipv6' : isIpv6(rule.source) || isIpv6(rule.destination),
    ) ||
    (entry.services ?? []).some(serviceUsesIpv6) ||
    entry.ip6tables !== undefined ||
    Object.keys(entry.sysctls ?? {}).some((key) => {
      const dotted = dottedSysctl(key) ?? ''
      return dotted.startsWith('net.ipv6.') && !dotted.endsWith('.disable_ipv6')
    })
  )
}

/** Bytes. An interface that sends less speaks no IPv6 (IPV6_MIN_MTU, RFC 8200 section 5; addrconf_notify, net/ipv6/addrconf.c). */
export const leastIpv6Mtu = 1280
