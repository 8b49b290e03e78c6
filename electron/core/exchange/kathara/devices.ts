/** Devices of `lab.conf` as namespaces, and collision domains as bridges of the host. */
import { quote } from '../../lab/describe.js'
import { said, type Said } from '../../words/said.js'
import { parseMac } from '../commands/link-options.js'
import { addNamespace, hostOf, namespaceKey } from '../commands/namespaces.js'
import { setSysctl } from '../commands/sysctl.js'
import { fittingName } from '../fitting-name.js'
import { addDevice, addPair, setMaster } from '../network/links.js'
import { switchOnLo, type Device, type Namespace, type Network } from '../network/network.js'
import { leftOutFor, type Tell } from '../notice.js'
import type { DeviceLine, LabConf } from './lab-conf.js'

export interface KatharaDevice {
  readonly name: string
  readonly namespace: Namespace
  /** By which the network knows it. */
  readonly key: string
  /** Of its first line. */
  readonly offset: number
  /** Commands that run when it has started. */
  readonly exec: readonly DeviceLine[]
}

/** What Kathara sets in every device (create, manager/docker/DockerMachine.py). */
const ownSettings: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': '1',
  'net.ipv4.icmp_ratelimit': '0',
}

const reasons: ReadonlyMap<string, Said> = new Map(
  Object.entries({
    image: said`a namespace runs no image`,
    volume: said`a namespace shares the files of your machine`,
    port: said`a \`dnat\` rule publishes a port`,
    bridged: said`write \`uplink: on\` into the lab file for a way to your own network`,
  }),
)

const ipv6Forward = 'net.ipv6.conf.all.forwarding'

/** IPv6 is for the whole lab or for nothing of it; where it is, every device forwards it, unless its files say otherwise. */
export function forwardIpv6(devices: readonly KatharaDevice[]): void {
  const speaks = devices.some(({ namespace }) =>
    [...namespace.devices.values()].some(({ addresses }) => addresses.some(({ family }) => family === 'ipv6')),
  )
  for (const { namespace } of speaks ? devices : [])
    if (!namespace.sysctls.has(ipv6Forward)) namespace.sysctls.set(ipv6Forward, '1')
}

/** They say how the device runs, and nothing about the network. */
const withoutMeaning = new Set(['mem', 'cpus', 'num_terms', 'shell', 'privileged', 'ulimit', 'entrypoint', 'args'])

export function readDevices({ devices: lines }: LabConf, network: Network, tell: Tell): readonly KatharaDevice[] {
  const found = new Map<string, { device: KatharaDevice; exec: DeviceLine[] }>()
  const refused = new Set<string>()
  const domains = new Map<string, Domain>()
  for (const line of lines) {
    if (refused.has(line.device)) continue
    if (!found.has(line.device)) {
      const made = addNamespace(network, line.device, line.offset, tell)
      if ('message' in made) {
        refused.add(line.device)
        tell(line.offset, made)
        continue
      }
      begin(made)
      const exec: DeviceLine[] = []
      const key = namespaceKey(line.device)
      const device = { name: line.device, namespace: made, key, offset: line.offset, exec }
      found.set(line.device, { device, exec })
    }
    const { device, exec } = found.get(line.device) ?? {}
    if (!device || !exec) continue
    if (/^\d+$/.test(line.key)) connect(network, domains, device, line, tell)
    else if (line.key === 'exec') exec.push(line)
    else setting(device, line, tell)
  }
  return [...found.values()].map(({ device }) => device)
}

function begin(namespace: Namespace): void {
  switchOnLo(namespace)
  for (const [key, value] of Object.entries(ownSettings)) namespace.sysctls.set(key, value)
}

interface Domain {
  readonly bridge: Device
  /** A device is in a domain once. */
  readonly members: Set<string>
}

function connect(
  network: Network,
  domains: Map<string, Domain>,
  { name, namespace }: KatharaDevice,
  { key, value, offset }: DeviceLine,
  tell: Tell,
): void {
  const [domain = '', hardware] = value.split('/')
  const leaveOut = (message: Said): void => tell(offset, { message, hint: null })
  if (!/^\w+$/.test(domain)) return leaveOut(said`${quote(value)} is no collision domain; it is left out.`)
  const there = domains.get(domain) ?? makeDomain(network, domain, offset, tell)
  if (!there) return
  domains.set(domain, there)
  if (there.members.has(name))
    return leaveOut(said`${quote(name)} is in the collision domain ${quote(domain)} already; this line is left out.`)
  const host = hostOf(network)
  const near = { namespace, name: `eth${key}` }
  const made = addPair(network, near, { namespace: host, name: fittingName(host, name, `-eth${key}`) })
  if ('message' in made) return tell(offset, made)
  there.members.add(name)
  for (const end of made) end.up = true
  setMaster(made[1], there.bridge)
  if (hardware === undefined) return
  made[0].mac = parseMac(hardware)
  if (made[0].mac === null) leaveOut(said`${quote(hardware)} is no hardware address; it is left out.`)
}

function makeDomain(network: Network, domain: string, offset: number, tell: Tell): Domain | null {
  const host = hostOf(network)
  const name = fittingName(host, domain)
  const bridge = addDevice(host, 'bridge', name)
  if ('message' in bridge) {
    tell(offset, bridge)
    return null
  }
  bridge.up = true
  if (name !== domain)
    tell(offset, {
      message: said`The collision domain ${quote(domain)} becomes the bridge ${quote(name)}.`,
      hint: null,
    })
  return { bridge, members: new Set() }
}

function setting({ namespace }: KatharaDevice, { key, value, offset }: DeviceLine, tell: Tell): void {
  if (withoutMeaning.has(key)) return
  if (key === 'ipv6') {
    if (/^(?:false|0|no|n|f|off)$/i.test(value)) namespace.sysctls.set('net.ipv6.conf.all.disable_ipv6', '1')
    return
  }
  const [, name, text] = /^(\S+?)=(.*)$/.exec(value) ?? []
  if (key === 'sysctl' && name !== undefined && text !== undefined) {
    const { notice } = setSysctl(namespace, name, text, { text: name, offset })
    if (notice) tell(offset, notice)
    return
  }
  tell(offset, { message: leftOutFor(key, reasons.get(key)), hint: null })
}
