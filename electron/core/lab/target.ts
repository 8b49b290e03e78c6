/** What a check is aimed at: an address, or the name of a namespace, which means its first address. */
import { parseAddress } from './address.js'

export interface Target {
  readonly host:
    { readonly kind: 'address'; readonly text: string } | { readonly kind: 'namespace'; readonly name: string }
  readonly port: number | null
}

const namespaceForm = /^([a-zA-Z0-9][a-zA-Z0-9_.-]{0,31})$/

const hostOf = (text: string, nameForm = namespaceForm): Target['host'] | null => {
  const address = parseAddress(text)
  if (address) return { kind: 'address', text: address.text }
  // Digits and dots alone were meant as an address, and are a wrong one.
  return nameForm.test(text) && !/^[0-9.]+$/.test(text) ? { kind: 'namespace', name: text } : null
}

/** Reads `ADDRESS` or `NAMESPACE` (no port), or null. */
export function parseHostTarget(text: string): Target | null {
  const host = hostOf(text)
  return host && { host, port: null }
}

/**
 * Reads `ADDRESS:PORT`, `[IPV6]:PORT` or `NAMESPACE:PORT`, or null.
 * @param nameForm of what else than a lab has names: pods have longer ones
 */
export function parsePortTarget(text: string, nameForm?: RegExp): (Target & { readonly port: number }) | null {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):([1-9][0-9]{0,4})$/.exec(text)
  const host = match && hostOf(match[1] ?? match[2] ?? '', nameForm)
  const port = Number(match?.[3])
  if (!host || port > 65535) return null
  return (match[1] !== undefined) === (host.kind === 'address' && host.text.includes(':')) ? { host, port } : null
}

/** Valid in their own namespace, or on their own link, only: nobody else can be sent there. */
const isElsewhereNone = (address: string): boolean => /^(?:127\.|::1(?:\/|$)|fe[89ab])/i.test(address)

/**
 * A namespace stands for its first address: of its interfaces in their order, of `lo` only if no other has one. Null where
 * it has none that others could reach.
 */
export function firstAddress(addresses: Iterable<{ readonly dev: string; readonly address: string }>): string | null {
  const reachable = [...addresses].filter(({ address }) => !isElsewhereNone(address))
  const first = reachable.find(({ dev }) => dev !== 'lo') ?? reachable[0]
  return first?.address.replace(/\/.*/, '') ?? null
}
