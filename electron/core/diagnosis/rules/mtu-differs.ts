import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import type { Place } from '../segment.js'
import { say } from '../words.js'

/** Two ends of a cable, or two ports of a bridge, with different MTUs: the smaller one drops without a word. */
export const mtuDiffers: Rule = {
  code: 'mtu',
  suspect(scene) {
    const found = narrow(scene)
    if (!found) return null
    const { wide, small, length } = found
    const links = [wide, small].map(({ namespace, link }) => ({ namespace, ask: 'link', dev: link.name }) as const)
    return {
      ask: links,
      ruledOut: say('not-mtu'),
      judge: (answers): Finding => ({
        namespace: small.namespace,
        interface: small.link.name,
        message: say('mtu-differs', {
          namespace: small.namespace,
          interface: small.link.name,
          mtu: small.link.mtu,
          otherNamespace: wide.namespace,
          otherInterface: wide.link.name,
          otherMtu: wide.link.mtu,
          length,
        }),
        evidence: answers.evidence(...links),
        repair: {
          namespace: small.namespace,
          steps: [small, ...behind(scene, small)].map(({ namespace, link }) => ({
            op: 'link-mtu',
            namespace,
            name: link.name,
            mtu: wide.link.mtu,
            before: link.mtu,
          })),
        },
      }),
    }
  },
}

/** The other end of that cable, where it is as small: it would be the next to drop. */
function behind({ network }: Scene, { link }: Place): Place[] {
  const far = network.peer(link)
  return far && far.link.mtu <= link.mtu ? [far] : []
}

/** Lost where it went in somewhere that takes less than its length. */
function narrow({
  death,
  network,
  hops,
}: Scene): { readonly wide: Place; readonly small: Place; readonly length: number } | null {
  if (!death || (death.stage !== 'cable' && death.stage !== 'bridge') || death.length === null) return null
  const { namespace, length } = death
  const link = network.link(namespace, death.interface)
  if (!link) return null
  const here = { namespace, link }
  if (death.stage === 'cable') {
    const far = network.peer(link)
    return far && far.link.mtu < length ? { wide: here, small: far, length } : null
  }
  const ports = network
    .namespace(namespace)
    ?.links.filter(({ master, name }) => (master ?? '') === link.master && name !== link.name)
  const left = new Set(
    hops
      .filter(({ namespace: at, direction, leg }) => at === namespace && direction === 'out' && leg === death.leg)
      .map((hop) => hop.interface),
  )
  const small = ports?.find((port) => port.mtu < length && !left.has(port.name))
  return small ? { wide: here, small: { namespace, link: small }, length } : null
}
