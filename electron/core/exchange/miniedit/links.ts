/** Links of MiniEdit as veth pairs, with what they are slowed by and lose. */
import { quote } from '../../lab/describe.js'
import { parseDelay, parseLoss } from '../../lab/impair.js'
import type { Impair } from '../../lab/lab.js'
import type { LabPath } from '../../lab/problem.js'
import { said } from '../../words/said.js'
import { fittingName } from '../fitting-name.js'
import { addPair, setMaster } from '../network/links.js'
import type { Network } from '../network/network.js'
import type { PlacedValues } from '../placed-values.js'
import type { Node } from './nodes.js'

export function readLinks(values: PlacedValues, network: Network, nodes: ReadonlyMap<string, Node>): void {
  values.list(['links']).forEach((_, i) => {
    const path = ['links', i]
    const [near, far] = (['src', 'dest'] as const).map((key) => {
      const name = values.text([...path, key]) ?? ''
      const node = nodes.get(name)
      if (!node) values.leaveOut(path, said`There is no node ${quote(name)}; its link is left out.`)
      return node
    })
    if (!near || !far) return
    const made = addPair(network, endOf(near), endOf(far, near))
    if ('message' in made) return values.leaveOut(path, made.message, made.hint)
    const impair = readImpair(values, [...path, 'opts'])
    for (const [device, node] of [
      [made[0], near],
      [made[1], far],
    ] as const) {
      device.up = true
      device.impair = impair
      node.ports.push(device)
      if (node.bridge) setMaster(device, node.bridge)
    }
  })
}

/** Mininet counts interfaces of switches from 1, all others from 0 (newPort, mininet/node.py). */
function endOf({ name, kind, namespace, ports }: Node, other?: Node): { namespace: Node['namespace']; name: string } {
  const number = ports.length + (kind === 'switch' ? 1 : 0) + (other?.name === name ? 1 : 0)
  return { namespace, name: fittingName(namespace, name, `-eth${number}`) }
}

/** Mininet takes no more, and does without where it is told more (bwCmds, mininet/link.py). */
const mostMegabits = 1000

/** The same at both ends, as TCLink has it; null where nothing is said. */
function readImpair(values: PlacedValues, path: LabPath): Impair | null {
  let impair: Impair = { delayUs: null, lossPercent: null, rateBit: null }
  for (const key of values.keys(path)) {
    const text = values.text([...path, key]) ?? ''
    if (text === '') continue
    const part = readPart(key, text)
    if (part) impair = { ...impair, ...part }
    else
      values.leaveOut(
        [...path, key],
        said`${quote(`${key} ${text}`)} of the link is left out; a lab file cannot say it.`,
      )
  }
  return Object.values(impair).every((each) => each === null) ? null : impair
}

function readPart(key: string, text: string): Partial<Impair> | null {
  const value = Number(text)
  switch (key) {
    case 'bw':
      return value === 0 ? {} : value > 0 && value <= mostMegabits ? { rateBit: Math.round(value * 1e6) } : null
    case 'delay': {
      const delayUs = parseDelay(text)
      return delayUs === null ? null : delayUs === 0 ? {} : { delayUs }
    }
    case 'jitter': {
      const jitterUs = parseDelay(text)
      return jitterUs === null ? null : { jitterUs }
    }
    case 'loss': {
      const lossPercent = parseLoss(`${text}%`)
      return value === 0 ? {} : lossPercent === null ? null : { lossPercent }
    }
    default:
      return null
  }
}
