import { parseAddress, parsePrefixOrAddress, type Address } from '../address.js'
import { quote } from '../describe.js'
import { error, warning } from '../finding.js'
import type { Finding } from '../finding.js'
import type { LabPath } from '../problem.js'
import { badAddress } from './addresses.js'
import { mayBeUplink } from './lab-index.js'
import type { IndexedNamespace, LabIndex } from './lab-index.js'
import { said } from '../../words/said.js'

/** `lo` has these without being told. */
const loopback: readonly string[] = ['127.0.0.1', '::1']

/**
 * The source of a route: an address of the namespace itself (fib_valid_prefsrc, net/ipv4/fib_semantics.c).
 * @param like an address of the route's family, where one is known
 */
export function* sourceOf(
  lab: LabIndex,
  namespace: IndexedNamespace,
  text: string,
  like: Address | null,
  to: string,
  path: LabPath,
): Iterable<Finding> {
  const source = parseAddress(text)
  if (!source) {
    yield text.includes('/') && parsePrefixOrAddress(text)
      ? error(
          'bad-address',
          path,
          said`A source is one address; ${quote(text)} has a prefix length.`,
          said`Write ${text.split('/')[0] ?? ''}.`,
        )
      : badAddress(text, path)
    return
  }
  if (like && like.family !== source.family) {
    yield error(
      'family-mismatch',
      path,
      said`${quote(text)} cannot be the source of what goes to ${to}: one is IPv4, the other IPv6.`,
      said`Use an address of the same family.`,
    )
    return
  }
  if (loopback.includes(source.text)) return
  const holders = [...namespace.interfaces.values()].filter(({ addresses }) =>
    addresses.some(({ prefix }) => prefix?.text === source.text),
  )
  if (holders.some(({ up }) => up)) return
  const [down] = holders
  if (down) {
    yield error(
      'interface-down',
      path,
      said`${quote(source.text)} is an address of ${quote(down.name)}, which is down, and the kernel sends nothing from it.`,
      said`Remove \`up: false\` from ${down.name}.`,
    )
    return
  }
  const own = [...namespace.addresses.keys()].filter((each) => parseAddress(each)?.family === source.family)
  // The uplink brings an address that the file does not know.
  const found = mayBeUplink(lab, namespace.name) ? warning : error
  yield found(
    'source-nowhere',
    path,
    said`No interface of ${quote(namespace.name)} has the address ${source.text}, so nothing can be sent from it.`,
    own.length > 0 ? said`Use one of its own: ${own.slice(0, 6).join(', ')}.` : said`Give an interface this address.`,
  )
}
