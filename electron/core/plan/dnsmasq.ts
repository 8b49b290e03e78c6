/**
 * One dnsmasq per namespace, told everything on its command line: it reads no configuration, no hosts file and keeps no
 * leases on disk. Every word is made of what the lab file's rules let through: addresses and names of DNS, in which there is
 * no comma, no equals sign and no line break, so that none becomes an option (dnsmasq(8)).
 */
import { parsePrefix } from '../lab/address.js'
import type { LabDnsmasq } from '../lab/dnsmasq.js'
import { hostNamespace } from '../lab/lab.js'
import { execWithin } from './exec-within.js'
import { netnsDirectoryOf } from './netns-files.js'
import { formerLab, type Scope } from './scope.js'
import { commandLine } from './shell-quote.js'
import type { DnsmasqStep } from './step.js'

/** How long a lease is good for: dnsmasq's own, said so that it is seen. */
const leaseTime = '1h'

/**
 * What it is told in every case. It stays the user that it is started as: a sandbox knows no other, and what it may do is
 * taken from it by whoever starts it.
 */
const dnsmasqAlways = ['--conf-file=', '--user=', '--group=', '--no-hosts', '--cache-size=0'] as const

/** Of what it serves. */
export function dnsmasqWords(namespace: string, { dns, dhcp, ra }: LabDnsmasq): readonly string[] {
  return [
    ...dnsmasqAlways,
    ...(dns ? dnsWords(namespace, dns) : ['--port=0']),
    ...(dhcp.length + ra.length > 0 ? ['--leasefile-ro'] : []),
    ...(dhcp.length > 0 ? ['--dhcp-authoritative', '--no-ping'] : []),
    ...dhcp.flatMap(({ range, router, nameservers }, at) => [
      `--dhcp-range=set:dhcp${at},${range.join(',')},${leaseTime}`,
      // Without a value the option is not sent; dnsmasq would name itself.
      `--dhcp-option=tag:dhcp${at},option:router${router === null ? '' : `,${router}`}`,
      ...(nameservers.length > 0 || dns === null
        ? [`--dhcp-option=tag:dhcp${at},option:dns-server${nameservers.map((each) => `,${each}`).join('')}`]
        : []),
    ]),
    ...(ra.length > 0 ? ['--enable-ra'] : []),
    ...ra.map(({ prefix }, at) => {
      const { text = '', length = 64 } = parsePrefix(prefix) ?? {}
      return `--dhcp-range=set:ra${at},${text},ra-only,${length},${leaseTime}`
    }),
  ]
}

function dnsWords(namespace: string, { records, forward }: NonNullable<LabDnsmasq['dns']>): readonly string[] {
  const file = namespace === hostNamespace ? '/etc/resolv.conf' : `${netnsDirectoryOf(namespace)}/resolv.conf`
  return [
    // `#` is every name: what is in no record is known not to exist, instead of being refused.
    ...(forward ? [`--resolv-file=${file}`] : ['--no-resolv', '--local=/#/']),
    ...records.flatMap(({ name, addresses }) => addresses.map((address) => `--host-record=${name},${address}`)),
  ]
}

const same = (a: LabDnsmasq | undefined, b: LabDnsmasq | undefined): boolean => JSON.stringify(a) === JSON.stringify(b)

/** It cannot be told anything new: what serves something else ends, and another begins. */
export function planDnsmasq({ draft, former, index, lab, goneNamespaces }: Scope, namespace: string): void {
  const live = index.namespaces.get(namespace)?.live.dnsmasq ?? undefined
  const isGone = goneNamespaces.has(namespace)
  const wanted = isGone ? undefined : lab.namespaces.get(namespace)?.dnsmasq
  const had = formerLab(former)?.namespaces.get(namespace)?.dnsmasq
  if (same(live, wanted)) return
  if (live && (wanted || had || isGone || former === 'everything'))
    draft.add('service-stop', { op: 'dnsmasq-stop', namespace, serves: live })
  if (wanted) draft.add('service-start', { op: 'dnsmasq-start', namespace, serves: wanted })
}

/** As one would type it: without our own care for its end, it goes to the background and writes down its number. */
export function dnsmasqCommand({ op, namespace, serves }: DnsmasqStep): string {
  const pidFile = `/run/dnsmasq-${namespace}.pid`
  if (op === 'dnsmasq-stop') return `kill "$(cat ${commandLine([pidFile])})"`
  return commandLine([...execWithin(namespace), 'dnsmasq', `--pid-file=${pidFile}`, ...dnsmasqWords(namespace, serves)])
}
