/** What the kernel, or a lab file, does not let share the cable of an interface. */
import { quote } from '../../lab/describe.js'
import type { LabShare } from '../../lab/lab.js'
import { isLayer3 } from '../../lab/tunnel.js'
import { said } from '../../words/said.js'
import { refusal, type Device, type Namespace, type Refusal } from './network.js'

/** Why no macvlan or ipvlan of this name and mode comes to stand on the parent. */
export function shareRefusal(kind: LabShare['kind'], parent: Device, name: string, mode: string): Refusal {
  const hint = said`Name the interface whose cable is to be shared.`
  if (parent.kind === 'loopback') return refusal(said`"lo" has no cable that could be shared.`, hint)
  if (parent.share) return refusal(said`${quote(parent.name)} shares the cable of another interface itself.`, hint)
  if (isLayer3(parent.kind)) return refusal(said`${quote(parent.name)} carries packets and no frames.`, hint)
  if (parent.master && parent.master.kind !== 'vrf')
    return refusal(said`${quote(parent.name)} goes to ${quote(parent.master.name)} with all its frames.`, hint)
  const [first] = parent.shares
  if (first && first.kind !== kind)
    return refusal(
      said`${quote(parent.name)} is shared by ${quote(first.name)} already.`,
      said`An interface is shared by macvlans or by ipvlans, not by both.`,
    )
  if (first && (mode === 'passthru' || first.share?.mode === 'passthru'))
    return refusal(
      said`${quote(parent.name)} is shared by ${quote(first.name)} already, and mode passthru takes an interface for one macvlan alone.`,
      said`Give both the mode bridge, or each an interface of its own.`,
    )
  return keyRefusal(parent.namespace, kind, name)
}

/** A lab file names a macvlan where its parent is, and each name once. */
export function keyRefusal(from: Namespace, kind: string, name: string): Refusal {
  for (const device of from.devices.values())
    for (const each of device.shares)
      if (each.kind === kind && each.name === name)
        return refusal(
          said`A lab file names each ${kind} of ${quote(from.name)} once, and has one called ${quote(name)}.`,
          said`Give one of them another name.`,
        )
  return null
}
