/** A name for an interface that is free and that Linux takes, as near to the wanted one as may be. */
import { maxNameBytes } from '../lab/rules/names.js'
import { interfaceNamePattern } from '../lab/schema.js'
import type { Namespace } from './network/network.js'

/** @param end what must not be cut off, such as `-eth0` */
export function fittingName({ devices }: Namespace, stem: string, end = ''): string {
  const plain = stem.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^[-.]+/, '') || 'eth'
  const cut = (tail: string): string => plain.slice(0, maxNameBytes - tail.length) + tail
  const fits = (name: string): boolean => interfaceNamePattern.test(name) && !devices.has(name)
  if (fits(cut(end))) return cut(end)
  for (let n = 1; ; n++) if (fits(cut(`-${n}${end}`))) return cut(`-${n}${end}`)
}
