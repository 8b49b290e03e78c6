/**
 * What bridges and their ports are set to: numbers of the bridge, switches of each port, and the VLANs of ports and of the
 * bridge itself. A port has them only while it is one, so what a new port has is what the kernel gives every port.
 */
import type { LabInterface, PortVlan } from '../lab/lab.js'
import { bridgeSettings, portSettings, type BridgeSetting } from '../lab/lab.js'
import { usualBridge, usualPort, usualVlans } from '../lab/normalise-bridge.js'
import type { LiveBridge, LiveLink, LivePort } from '../live/state.js'
import { linkKey, type LinkRef } from './live-index.js'
import type { Scope } from './scope.js'
import type { KernelStep } from './step.js'

type WantedBridge = LabInterface & { readonly kind: 'bridge' }

const liveSetting = (bridge: LiveBridge, setting: BridgeSetting): number | undefined => {
  switch (setting) {
    case 'vlan-filtering':
      return Number(bridge.vlanFiltering)
    case 'priority':
      return bridge.priority
    case 'forward-delay':
      return bridge.forwardDelay
    case 'ageing':
      return bridge.ageing
  }
}

export const filters = (bridge: WantedBridge): boolean => bridge.settings['vlan-filtering'] === 1

/** Of a bridge that stays or comes; its ports are its ports by then. */
export function planBridgeSettings(
  scope: Scope,
  namespace: string,
  wanted: WantedBridge,
  live: LiveLink | undefined,
): void {
  const { draft, former } = scope
  const found = live && scope.formerInterfaces.get(namespace)?.get(wanted.name)
  const had = found?.kind === 'bridge' ? found : null
  /** What the lab leaves open goes back to the kernel's own where it is the lab's to clear. */
  const clears = (spoken: boolean): boolean => former === 'everything' || spoken
  for (const setting of bridgeSettings) {
    const before = (live?.bridge ? liveSetting(live.bridge, setting) : undefined) ?? usualBridge[setting]
    const value =
      wanted.settings[setting] ?? (clears(had?.settings[setting] !== undefined) ? usualBridge[setting] : before)
    if (value !== before)
      draft.add('bridge-set', { op: 'bridge-set', namespace, name: wanted.name, setting, value, before })
  }
  for (const name of wanted.ports) {
    const port = standingPort(scope, namespace, name, wanted.name)
    for (const setting of portSettings) {
      const before = port?.[setting] ?? usualPort[setting]
      const spoken = had?.portSettings.get(name)?.[setting] !== undefined
      const value = wanted.portSettings.get(name)?.[setting] ?? (clears(spoken) ? usualPort[setting] : before)
      if (value !== before) draft.add('bridge-set', { op: 'port-set', namespace, name, setting, value, before })
    }
  }
  if (!filters(wanted) && !clears(had !== null && filters(had))) return
  const vlansOf = (name: string): readonly PortVlan[] =>
    filters(wanted) ? (wanted.portVlans.get(name) ?? usualVlans) : usualVlans
  const steps = [
    ...vlanSteps(namespace, wanted.name, true, live?.bridge?.vlans ?? usualVlans, vlansOf(wanted.name)),
    ...wanted.ports.flatMap((name) => {
      const there = standingPort(scope, namespace, name, wanted.name)?.vlans ?? usualVlans
      return vlanSteps(namespace, name, false, there, vlansOf(name))
    }),
  ]
  for (const step of steps) draft.add(step.op, step)
}

/** What a port is set to that stays in its bridge. */
function standingPort(scope: Scope, namespace: string, name: string, bridge: string): LivePort | null {
  const link = scope.gone.has(linkKey(namespace, name)) ? undefined : scope.index.link(namespace, name)
  const stays = link?.master === bridge && !scope.gone.has(linkKey(namespace, bridge))
  return stays ? link.port : null
}

type VlanStep = Extract<KernelStep, { readonly op: 'port-vlan-add' | 'port-vlan-delete' }>

const isSame = (a: PortVlan, b: PortVlan): boolean => a.id === b.id && a.pvid === b.pvid && a.untagged === b.untagged

function vlanSteps(
  namespace: string,
  name: string,
  self: boolean,
  there: readonly PortVlan[],
  wanted: readonly PortVlan[],
): VlanStep[] {
  const without = (from: readonly PortVlan[], those: readonly PortVlan[]): readonly PortVlan[] =>
    from.filter((vlan) => !those.some((other) => isSame(vlan, other)))
  return [
    ...without(there, wanted).map((vlan) => ({ op: 'port-vlan-delete' as const, namespace, name, vlan, self })),
    ...without(wanted, there).map((vlan) => ({ op: 'port-vlan-add' as const, namespace, name, vlan, self })),
  ]
}

/** Makes a fresh bridge what this one was; not its ports. */
export function restoreBridge({ namespace, link: { name, bridge } }: LinkRef): KernelStep[] {
  if (!bridge) return []
  const settings = bridgeSettings.flatMap((setting): KernelStep[] => {
    const value = liveSetting(bridge, setting)
    const before = usualBridge[setting]
    return value === undefined || value === before
      ? []
      : [{ op: 'bridge-set', namespace, name, setting, value, before }]
  })
  return [...settings, ...vlanSteps(namespace, name, true, usualVlans, bridge.vlans ?? usualVlans)]
}

/** Makes a fresh port of a bridge what this one was. */
export function restorePort({ namespace, link: { name, port } }: LinkRef): KernelStep[] {
  if (!port) return []
  const switches = portSettings.flatMap((setting): KernelStep[] => {
    const [value, before] = [port[setting] ?? usualPort[setting], usualPort[setting]]
    return value === before ? [] : [{ op: 'port-set', namespace, name, setting, value, before }]
  })
  return [...switches, ...vlanSteps(namespace, name, false, usualVlans, port.vlans ?? usualVlans)]
}
