import { quote } from '../describe.js'
import { error } from '../finding.js'
import type { Finding } from '../finding.js'
import type { IndexedInterface, Mention, Rule } from './lab-index.js'
import { said, type Said } from '../../words/said.js'

/** IFNAMSIZ less its final zero (linux/if.h); the kernel counts bytes. */
export const maxNameBytes = 15

const utf8Bytes = (text: string): number =>
  [...text].reduce(
    (sum, c) =>
      sum + ((c.codePointAt(0) ?? 0) < 0x80 ? 1 : (c.codePointAt(0) ?? 0) < 0x800 ? 2 : c.length === 2 ? 4 : 3),
    0,
  )

/** Interface names that the kernel takes, and each for one thing only. */
export const nameRules: Rule = function* (lab) {
  for (const namespace of lab.namespaces.values()) {
    for (const device of namespace.interfaces.values()) yield* nameOf(device)
  }
}

function* nameOf(device: IndexedInterface): Iterable<Finding> {
  const [first] = device.mentions
  if (!first) return
  const bytes = utf8Bytes(device.name)
  if (bytes > maxNameBytes) {
    yield at(
      first,
      'name-too-long',
      said`The interface name ${quote(device.name)} has ${bytes} bytes; the kernel allows ${maxNameBytes}.`,
      said`Choose a shorter name.`,
    )
  }
  const makers = device.mentions.filter((mention) => mention.kind !== 'entry')
  if (device.name === 'lo') {
    for (const mention of makers) {
      yield at(
        mention,
        'reserved-name',
        said`"lo" is the loopback interface that every namespace has; it cannot be ${nouns[mention.kind]}.`,
        said`Choose another name.`,
      )
    }
    return
  }
  // A directory of /proc/sys/net/ipv4/conf would have two meanings (sysctl_dev_name_is_allowed, linux/sysctl.h).
  if (device.name === 'all' || device.name === 'default') {
    yield at(
      first,
      'reserved-name',
      said`The kernel takes no interface of the name ${quote(device.name)}: it stands for the settings of all.`,
      said`Choose another name.`,
    )
    return
  }
  const clash = clashOf(device)
  if (clash) yield clash
}

const nouns = {
  entry: said`an interface`,
  bridge: said`a bridge`,
  dummy: said`a dummy device`,
  vlan: said`a VLAN sub-interface`,
  macvlan: said`a macvlan`,
  ipvlan: said`an ipvlan`,
  vrf: said`a VRF`,
  bond: said`a bond`,
  link: said`the end of a link`,
  tunnel: said`a tunnel`,
} as const

/** What has its addresses in the entry that makes it. */
const selfDescribed: ReadonlySet<Mention['kind']> = new Set<Mention['kind']>([
  ...(['bond', 'dummy', 'vlan', 'macvlan', 'ipvlan', 'vrf'] as const),
])

/**
 * An entry below `interfaces` describes what a link or a tunnel makes; a bridge has its addresses in its own entry.
 * Two ends of links with one name are the link rule's matter.
 */
function clashOf(device: IndexedInterface): Finding | null {
  const [maker, ...others] = device.mentions.filter((mention) => mention.kind !== 'entry')
  const entry = device.mentions.find((mention) => mention.kind === 'entry')
  if (maker?.kind === 'bridge' && entry) {
    return at(
      entry,
      'name-twice',
      said`${quote(device.name)} is a bridge in ${quote(device.namespace)} already.`,
      said`Write the addresses into the entry of the bridge.`,
    )
  }
  // What comes from another namespace may be described where it is.
  const isMoved = maker?.path[1] !== device.namespace
  if (maker && selfDescribed.has(maker.kind) && !isMoved && entry) {
    return at(
      entry,
      'name-twice',
      said`${quote(device.name)} is ${nouns[maker.kind]} in ${quote(device.namespace)} already.`,
      said`Write its addresses into that entry.`,
    )
  }
  const other = others.find((mention) => mention.kind !== 'link' || maker?.kind !== 'link')
  if (!maker || !other) return null
  const message = said`${quote(device.name)} in ${quote(device.namespace)} is ${nouns[maker.kind]} already; it cannot be ${nouns[other.kind]} too.`
  return at(other, 'name-twice', message, said`Give one of them another name.`)
}

const at = (mention: Mention, code: string, message: Said, hint: Said): Finding => ({
  ...error(code, mention.path, message, hint),
  at: 'key',
})
