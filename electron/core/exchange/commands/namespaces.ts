/** Namespaces by the name that the text uses; in the lab some need another one. */
import { quote } from '../../lab/describe.js'
import { hostNamespace } from '../../lab/lab.js'
import { limits, namespaceNamePattern } from '../../lab/schema.js'
import type { Notice, Tell } from '../notice.js'
import { makeNamespace, refusal, type Namespace, type Network } from '../network/network.js'
import { said } from '../../words/said.js'

/** Characters of a namespace's name in a lab file. */
const maxLength = 32

export function findNamespace(network: Network, name: string): Namespace | Notice {
  const found = name === hostNamespace ? made(network) : network.namespaces.get(name)
  return (
    found ??
    refusal(said`There is no namespace ${quote(name)} at this point.`, said`Make it first: ip netns add ${safe(name)}`)
  )
}

/** The key of the lab's default namespace; the key of one that a script calls `host` is another. */
const foreignHost = 'host '

/** `host` is not a name that `ip netns` knows unless the text has made one. */
const made = (network: Network): Namespace | undefined => network.namespaces.get(foreignHost)

/** The namespace in which everything starts. */
export function hostOf(network: Network): Namespace {
  const host = network.namespaces.get(hostNamespace)
  if (!host) throw new Error('a network always has its host')
  return host
}

export const namespaceKey = (name: string): string => (name === hostNamespace ? foreignHost : name)

/** As the text calls them, the one in which everything starts left out. */
export const namesOf = ({ namespaces }: Network): readonly string[] =>
  [...namespaces.keys()].filter((key) => key !== hostNamespace).map((key) => key.trim())

/** Makes it; tells where the lab calls it something else. */
export function addNamespace(network: Network, name: string, offset: number, tell: Tell): Namespace | Notice {
  const key = namespaceKey(name)
  if (network.namespaces.has(key)) return refusal(said`There is a namespace ${quote(name)} already.`)
  if (name === '' || /[/\0]/.test(name) || name === '.' || name === '..')
    return refusal(said`${quote(name)} cannot be the name of a namespace.`, said`Use letters, digits, dots and dashes.`)
  if (network.namespaces.size >= limits.namespaces)
    return refusal(said`A lab has at most ${limits.namespaces} namespaces.`)
  const fitting = freeNamespaceName(name, network.names)
  if (fitting !== name) {
    const why = name === hostNamespace ? said`is the default namespace of every lab` : said`does not fit a lab file`
    tell(offset, { message: said`The namespace name ${quote(name)} ${why}; it becomes ${quote(fitting)}.`, hint: null })
  }
  const namespace = makeNamespace(fitting)
  network.namespaces.set(key, namespace)
  network.names.add(fitting)
  return namespace
}

/** The name itself where it fits and is free, else the nearest that does. */
export function freeNamespaceName(name: string, taken: ReadonlySet<string>): string {
  const fits = (text: string): boolean => namespaceNamePattern.test(text) && !taken.has(text) && text !== hostNamespace
  if (fits(name)) return name
  const stem = safe(name)
  if (fits(stem)) return stem
  for (let n = 1; ; n++) {
    const numbered = `${stem.slice(0, maxLength - 1 - String(n).length)}-${n}`
    if (fits(numbered)) return numbered
  }
}

function safe(name: string): string {
  const letters = name.replace(/[^a-zA-Z0-9_.-]+/g, '-').replace(/^[^a-zA-Z0-9]+/, '')
  return letters.slice(0, maxLength) || 'ns'
}
