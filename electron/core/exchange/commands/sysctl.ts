/** `sysctl -w KEY=VALUE`, and the same by writing to /proc/sys. */
import { quote } from '../../lab/describe.js'
import { dottedSysctl } from '../../lab/sysctl.js'
import { findDevice } from '../network/links.js'
import { most, type Namespace } from '../network/network.js'
import type { Word } from '../shell/word.js'
import { fileKey, harmless, leftOut, refused, success, type Context, type Outcome } from './command.js'
import { said } from '../../words/said.js'

export function sysctl(context: Context, words: readonly Word[]): Outcome {
  let outcome: Outcome = harmless
  const keep = (each: Outcome, word: Word): void => {
    outcome = each
    // The settings behind it count all the same.
    if (each.notice) context.tell(each.offset ?? word.offset, each.notice)
    outcome = { ...each, notice: null }
  }
  for (let i = 1; i < words.length; i++) {
    const word = words[i]
    if (!word || /^-(?:[wqenaNbAir]+|-write|-quiet|-ignore|-all|-values|-names)$/.test(word.text)) continue
    if (word.text.startsWith('-')) {
      const [, inWord] = /^(?:-p|--load)=?(.*)$/.exec(word.text) ?? []
      if (inWord === undefined && word.text !== '--system') {
        keep(
          leftOut(said`${quote(`sysctl ${word.text}`)} is not understood.`, said`Write \`sysctl -w KEY=VALUE\`.`, word),
          word,
        )
        continue
      }
      const named = inWord ? [{ ...word, text: inWord }] : word.text === '--system' ? [] : words.slice(i + 1)
      keep(load(context, word, named), word)
      break
    }
    const equals = word.text.indexOf('=')
    // Without a value it prints.
    if (equals < 0) {
      const value = knownSysctl(context.namespace, word.text)
      const isBare = words.some(({ text }) => /^-[a-z]*n[a-z]*$|^--values$/.test(text))
      context.output?.print(value === null ? null : isBare ? value : `${word.text} = ${value}`)
      if (value !== null) outcome = success
      continue
    }
    keep(setSysctl(context.namespace, word.text.slice(0, equals).trim(), word.text.slice(equals + 1), word), word)
  }
  return outcome
}

/** `sysctl -p FILE`, `sysctl --system`: the files that the script has written itself. */
function load({ files, namespace, tell }: Context, option: Word, named: readonly Word[]): Outcome {
  const system = [...files.keys()].filter((path) => /^\/etc\/sysctl(?:\.d\/.*\.conf|\.conf)$/.test(path))
  const paths =
    named.length > 0 ? named.map(({ text }) => text) : option.text === '--system' ? system : ['/etc/sysctl.conf']
  for (const path of paths) {
    const text = files.get(fileKey(path))
    if (typeof text !== 'string')
      return leftOut(
        said`${quote(`sysctl ${option.text}`)} reads files that are not here.`,
        said`Write \`sysctl -w KEY=VALUE\`.`,
        option,
      )
    for (const line of text.split('\n')) {
      const [, key, value] = /^\s*-?([^#;=\s][^=]*?)\s*=\s*(.*)$/.exec(line) ?? []
      const set = key === undefined || value === undefined ? success : setSysctl(namespace, key, value, option)
      if (set.notice) tell(set.offset ?? option.offset, set.notice)
    }
  }
  return success
}

/** What a read of it gives: what the text has set, or that a new namespace does not forward; null where it is not known. */
export function knownSysctl({ sysctls }: Namespace, key: string): string | null {
  const dotted = /^[A-Za-z0-9_./-]+$/.test(key) ? dottedSysctl(key) : null
  if (dotted === null) return null
  const value =
    sysctls.get(dotted) ?? (/^net\.ipv(?:4\.ip_forward|6\.conf\.all\.forwarding)$/.test(dotted) ? '0' : null)
  return value === null ? null : `${value}\n`
}

/** Keys that only the machine's own first namespace has: they hold for all of it. */
const machineWide =
  /^net\.core\.(?!somaxconn$|optmem_max$|txrehash$|tstamp_allow_data$|rps_default_mask$|xfrm_)|^net\.(?:netfilter\.)?nf_conntrack_(?:max|buckets|expect_max)$|^net\.ipv4\.(?:tcp_mem|udp_mem|tcp_max_orphans|inet_peer_|fib_sync_mem|cipso_|ipfrag_secret_interval|icmp_msgs_)|^net\.ipv[46]\.neigh\.default\./

export const procSysctl = (path: string): string | null => /^\/proc\/sys\/(.+)$/.exec(path)?.[1] ?? null

/** Characters of a value in a lab file. */
const maxValue = 256

export function setSysctl(namespace: Namespace, key: string, value: string, word: Word): Outcome {
  const dotted = /^[A-Za-z0-9_./-]+$/.test(key) ? dottedSysctl(key) : null
  if (dotted === null)
    return leftOut(
      said`${quote(key)} is not a sysctl that a lab may set.`,
      said`Only keys below net are allowed.`,
      word,
    )
  if (machineWide.test(dotted))
    return leftOut(said`${quote(dotted)} is a setting of the whole machine; a lab leaves it alone.`, null, word)
  const text = value.trim().replace(/\s+/g, ' ')
  if (text === '' || text.length > maxValue || /[\u0000-\u001f\u007f]/.test(text))
    return leftOut(said`${quote(value)} is no value of a sysctl.`, null, word)
  const [, family, group, name = ''] = dotted.split('.')
  const device = name.replaceAll('/', '.')
  if (
    (group === 'conf' || group === 'neigh') &&
    /^ipv[46]$/.test(family ?? '') &&
    device !== 'all' &&
    device !== 'default'
  ) {
    const found = findDevice(namespace, device)
    if ('message' in found) return refused(found, word)
  }
  if (namespace.sysctls.size >= most.sysctls)
    return leftOut(said`More than ${most.sysctls} sysctls are more than a lab may have.`)
  namespace.sysctls.set(dotted, text)
  return success
}
