/** Takes into the lab what somebody made, changed or removed in a terminal: the lab file then says what the kernel has. */
import { own } from '../../electron/core/own.js'
import { parseEndpoint } from '../../electron/core/lab/endpoint.js'
import { canonicalPrefix } from '../../electron/core/lab/address.js'
import { normaliseFirewall, normaliseNat, normaliseRoutes } from '../../electron/core/lab/normalise-rules.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import type { LiveState } from '../../electron/core/live/state.js'
import { labFromLive } from '../../electron/core/plan/read-back.js'
import type { Step } from '../../electron/core/plan/step.js'
import type { Drift } from './drift.js'

type NamespaceEntry = NonNullable<NonNullable<LabFile['namespaces']>[string]>
type LinkEntry = NonNullable<LabFile['links']>[number]

/** Returns a new lab file; the one given is left as it is. */
export function keepDrift(labFile: LabFile, drift: Drift, live: LiveState): LabFile {
  const file = structuredClone(labFile)
  const read = labFromLive(live, labFile.name).lab
  const [first] = drift.steps
  // What is made or removed as a whole is one thing; the steps after the first only put back what was on it.
  const whole =
    first !== undefined && /^(namespace|veth|bridge|vxlan|dummy)-(add|delete)$|^link-delete$/.test(first.step.op)
  for (const { step } of whole ? [first] : drift.steps) keepStep(file, read, step)
  return file
}

function keepStep(file: LabFile, read: LabFile, step: Step): void {
  const name = step.namespace
  switch (step.op) {
    case 'namespace-delete': {
      namespacesOf(file)[name] = structuredClone(own(read.namespaces, name) ?? null)
      for (const link of read.links ?? []) if (touches(link, name)) adoptLink(file, read, link)
      const tunnels = (read.tunnels ?? []).filter((each) => each.namespace === name)
      if (tunnels.length > 0) file.tunnels = [...(file.tunnels ?? []), ...tunnels]
      return
    }
    case 'namespace-add':
      for (const link of file.links ?? []) if (touches(link, name)) removeLink(file, link)
      delete file.namespaces?.[name]
      if (file.tunnels) file.tunnels = file.tunnels.filter((each) => each.namespace !== name)
      return
    case 'link-delete':
      return adoptInterface(file, read, name, step.name)
    case 'veth-add':
    case 'bridge-add':
    case 'vxlan-add':
    case 'dummy-add':
      return removeInterface(file, name, step.name)
    case 'link-up':
      interfaceOf(file, name, step.name).up = false
      return
    case 'link-down':
      delete interfaceOf(file, name, step.name).up
      return
    case 'link-mtu':
      interfaceOf(file, name, step.name).mtu = step.before
      return
    case 'link-mac':
      interfaceOf(file, name, step.name).mac = step.before
      return
    case 'link-master':
      unplug(file, name, step.name)
      if (step.before !== null) plug(file, name, step.before, step.name)
      return
    case 'bridge-stp':
      bridgesOf(file, name)[step.name] = { ...bridgesOf(file, name)[step.name], stp: !step.stp }
      return
    case 'address-delete': {
      const entry = interfaceOf(file, name, step.dev)
      entry.addresses = [...(entry.addresses ?? []), step.address]
      return
    }
    case 'address-add': {
      const entry = interfaceOf(file, name, step.dev)
      entry.addresses = (entry.addresses ?? []).filter((address) => canonicalPrefix(address) !== step.address)
      return
    }
    case 'sysctl-set':
      return keepSysctl(namespaceOf(file, name), step.key, step.before)
    case 'service-stop': {
      const entry = namespaceOf(file, name)
      entry.services = [...(entry.services ?? []), { ...step.service }]
      return
    }
    case 'service-start': {
      const entry = namespaceOf(file, name)
      entry.services = (entry.services ?? []).filter(
        ({ listen, port }) => listen !== step.service.listen || port !== step.service.port,
      )
      return
    }
    case 'impair-set':
      return keepImpair(file, read, name, step.dev)
    case 'route-add':
    case 'route-delete':
    case 'nat-add':
    case 'nat-delete':
    case 'firewall-add':
    case 'firewall-delete':
      return keepList(file, read, step)
  }
}

/** Lists whose entries have no name: what only the lab has goes, what only the kernel has comes, in the kernel's order. */
function keepList(file: LabFile, read: LabFile, step: Step): void {
  const entry = namespaceOf(file, step.namespace)
  const there = own(read.namespaces, step.namespace) ?? {}
  const adds = step.op.endsWith('-delete')
  if (step.op.startsWith('route')) {
    const value = (routes: NonNullable<NamespaceEntry['routes']>): string[] =>
      routes.map((each) => {
        const [route] = normaliseRoutes({ routes: [each] })
        return `${route?.to} ${route?.via} ${route?.metric ?? ''} ${route?.type}`
      })
    entry.routes = merge(entry.routes ?? [], there.routes ?? [], value, adds)
  } else if (step.op.startsWith('nat')) {
    const value = (nat: NonNullable<NamespaceEntry['nat']>): string[] =>
      nat.map((each) => JSON.stringify(normaliseNat({ nat: [each] })))
    entry.nat = merge(entry.nat ?? [], there.nat ?? [], value, adds)
  } else {
    const value = (firewall: NonNullable<NamespaceEntry['firewall']>): string[] =>
      firewall.map((each) => JSON.stringify(normaliseFirewall({ firewall: [each] }, false)))
    entry.firewall = merge(entry.firewall ?? [], there.firewall ?? [], value, adds)
  }
}

/** Only additions or only removals, so that keeping one object does not keep another of the same list. */
function merge<T>(mine: readonly T[], there: readonly T[], values: (list: T[]) => string[], adds: boolean): T[] {
  const [mineValues, thereValues] = [values([...mine]), values([...there])]
  if (!adds) return mine.filter((_, i) => thereValues.includes(mineValues[i] ?? ''))
  return [...mine, ...there.filter((_, i) => !mineValues.includes(thereValues[i] ?? ''))]
}

function keepSysctl(entry: NamespaceEntry, key: string, value: string | null): void {
  if (value === null) return
  if (key === 'net.ipv4.ip_forward' || key === 'net.ipv6.conf.all.forwarding') entry.forwarding = value === '1'
  else entry.sysctls = { ...entry.sysctls, [key]: value }
}

function keepImpair(file: LabFile, read: LabFile, namespace: string, dev: string): void {
  const end = `${namespace}:${dev}`
  const live = (read.links ?? []).find((link) => endsOf(link).includes(end))
  file.links = (file.links ?? []).map((link) => {
    if (!endsOf(link).includes(end)) return link
    const { impair: _, ...long } = Array.isArray(link) ? { ends: link } : link
    const impair = live && !Array.isArray(live) ? live.impair : undefined
    return impair ? { ...long, impair } : long
  })
}

const endsOf = (link: LinkEntry): readonly [string, string] => (Array.isArray(link) ? link : link.ends)
const touches = (link: LinkEntry, namespace: string): boolean =>
  endsOf(link).some((end) => parseEndpoint(end).namespace === namespace)

function namespacesOf(file: LabFile): NonNullable<LabFile['namespaces']> {
  file.namespaces ??= {}
  return file.namespaces
}

function namespaceOf(file: LabFile, name: string): NamespaceEntry {
  const namespaces = namespacesOf(file)
  const entry = own(namespaces, name) ?? {}
  namespaces[name] = entry
  return entry
}

function bridgesOf(file: LabFile, namespace: string): NonNullable<NamespaceEntry['bridges']> {
  const entry = namespaceOf(file, namespace)
  entry.bridges ??= {}
  return entry.bridges
}

/** The entry of an interface or a bridge, made where the lab only named the interface in a link. */
function interfaceOf(
  file: LabFile,
  namespace: string,
  name: string,
): NonNullable<NonNullable<NamespaceEntry['interfaces']>[string]> {
  const entry = namespaceOf(file, namespace)
  const table = entry.bridges && Object.hasOwn(entry.bridges, name) ? entry.bridges : (entry.interfaces ??= {})
  const found = table[name] ?? {}
  table[name] = found
  return found
}

function plug(file: LabFile, namespace: string, bridge: string, port: string): void {
  const entry = bridgesOf(file, namespace)[bridge] ?? {}
  bridgesOf(file, namespace)[bridge] = { ...entry, ports: [...(entry.ports ?? []), port] }
}

function unplug(file: LabFile, namespace: string, port: string): void {
  for (const bridge of Object.values(own(file.namespaces, namespace)?.bridges ?? {}))
    if (bridge?.ports) bridge.ports = bridge.ports.filter((each) => each !== port)
}

function adoptLink(file: LabFile, read: LabFile, link: LinkEntry): void {
  const known = (file.links ?? []).some((each) => endsOf(each).some((end) => endsOf(link).includes(end)))
  if (!known) file.links = [...(file.links ?? []), structuredClone(link)]
  for (const end of endsOf(link)) {
    const { namespace, interface: name } = parseEndpoint(end)
    copyEntry(file, read, namespace, name)
  }
}

function adoptInterface(file: LabFile, read: LabFile, namespace: string, name: string): void {
  const link = (read.links ?? []).find((each) => endsOf(each).includes(`${namespace}:${name}`))
  if (link) return adoptLink(file, read, link)
  const tunnel = (read.tunnels ?? []).find((each) => each.namespace === namespace && each.name === name)
  if (tunnel) file.tunnels = [...(file.tunnels ?? []), { ...tunnel }]
  copyEntry(file, read, namespace, name)
}

/** What the kernel has on an interface, and the bridge it is plugged into. */
function copyEntry(file: LabFile, read: LabFile, namespace: string, name: string): void {
  const there = own(read.namespaces, namespace)
  const bridge = own(there?.bridges, name)
  if (bridge) bridgesOf(file, namespace)[name] = structuredClone(bridge)
  const plain = own(there?.interfaces, name)
  if (plain)
    namespaceOf(file, namespace).interfaces = {
      ...own(file.namespaces, namespace)?.interfaces,
      [name]: structuredClone(plain),
    }
  const master = Object.entries(there?.bridges ?? {}).find(([, each]) => each?.ports?.includes(name))?.[0]
  if (master === undefined) return
  unplug(file, namespace, name)
  plug(file, namespace, master, name)
}

function removeLink(file: LabFile, link: LinkEntry): void {
  file.links = (file.links ?? []).filter((each) => each !== link)
  for (const end of endsOf(link)) {
    const { namespace, interface: name } = parseEndpoint(end)
    unplug(file, namespace, name)
    delete own(file.namespaces, namespace)?.interfaces?.[name]
  }
}

function removeInterface(file: LabFile, namespace: string, name: string): void {
  const link = (file.links ?? []).find((each) => endsOf(each).includes(`${namespace}:${name}`))
  if (link) return removeLink(file, link)
  unplug(file, namespace, name)
  const entry = own(file.namespaces, namespace)
  delete entry?.bridges?.[name]
  delete entry?.interfaces?.[name]
  if (file.tunnels) file.tunnels = file.tunnels.filter((each) => each.namespace !== namespace || each.name !== name)
}
